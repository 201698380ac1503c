"""The QApplication, set up once, before any widget."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from desktop_app.base.paths import APP_NAME
from desktop_app.ui.icons import application_icon
from desktop_app.ui.stylesheet import stylesheet
from desktop_app.ui.theme import Theme


def make_application(argv: Sequence[str]) -> QApplication:
    """The application object of this process, made at the first call and dressed for Keepsight."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(list(argv))
    application.setApplicationName(APP_NAME)
    application.setApplicationDisplayName(APP_NAME)
    application.setDesktopFileName("keepsight")
    # The same style on every system, so that the style sheet and the palette are right everywhere.
    application.setStyle("Fusion")
    application.setWindowIcon(application_icon())
    return application


def dress(application: QApplication, theme: Theme) -> None:
    """Give every widget, present and future, the theme's colours."""
    application.setPalette(theme.palette())
    application.setStyleSheet(stylesheet(theme))


def larger(font: QFont, factor: float) -> QFont:
    """A copy of the font at `factor` times its size, whether that is known in points or in pixels."""
    copy = QFont(font)
    if font.pointSizeF() > 0:
        copy.setPointSizeF(font.pointSizeF() * factor)
    else:
        copy.setPixelSize(round(font.pixelSize() * factor))
    return copy
