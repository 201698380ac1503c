"""The look in tokens: two palettes of named colours, one spacing scale, and which of the palettes holds now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette


class ThemeChoice(StrEnum):
    """What the person chose in the View menu."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as "#rrggbb" and sizes in device-independent pixels. Text colours meet WCAG AA on all three grounds."""

    window: str
    """Ground of the side panels and bars."""
    surface: str
    """Ground behind photos and inside fields: the quietest one."""
    raised: str
    """Ground of chips, cards and things under the pointer."""
    border: str
    text: str
    muted_text: str
    accent: str
    on_accent: str
    """Text and glyphs on the accent."""
    selection: str
    """Ground of selected rows and cells."""
    danger: str
    warning_ground: str
    """Ground of a notice that needs the person's attention."""
    backdrop: str
    """Ground of the full-window viewer: near black in both themes, so that photos look the same."""

    space_xs: int = 4
    space_s: int = 8
    space_m: int = 12
    space_l: int = 16
    radius: int = 8

    @staticmethod
    def light() -> Theme:
        """Dark text on near white."""
        return Theme(
            window="#f6f6f4",
            surface="#ffffff",
            raised="#e9e9e5",
            border="#dcdcd6",
            text="#1d1f1e",
            muted_text="#5f6461",
            accent="#0f766e",
            on_accent="#ffffff",
            selection="#d3ebe7",
            danger="#b3261e",
            warning_ground="#fdf0d0",
            backdrop="#111312",
        )

    @staticmethod
    def dark() -> Theme:
        """Light text on near black."""
        return Theme(
            window="#1f2221",
            surface="#171918",
            raised="#2e3331",
            border="#393e3c",
            text="#e8eae9",
            muted_text="#a3aaa7",
            accent="#4fc3b5",
            on_accent="#06251f",
            selection="#1d4a45",
            danger="#ff8a80",
            warning_ground="#46391a",
            backdrop="#0c0d0d",
        )

    def palette(self) -> QPalette:
        """The same colours for everything that Qt paints by itself (native dialogs excepted)."""
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: self.window,
            QPalette.ColorRole.Base: self.surface,
            QPalette.ColorRole.AlternateBase: self.raised,
            QPalette.ColorRole.Button: self.raised,
            QPalette.ColorRole.WindowText: self.text,
            QPalette.ColorRole.Text: self.text,
            QPalette.ColorRole.ButtonText: self.text,
            QPalette.ColorRole.ToolTipBase: self.raised,
            QPalette.ColorRole.ToolTipText: self.text,
            QPalette.ColorRole.PlaceholderText: self.muted_text,
            QPalette.ColorRole.Highlight: self.accent,
            QPalette.ColorRole.HighlightedText: self.on_accent,
            QPalette.ColorRole.Accent: self.accent,
            QPalette.ColorRole.Link: self.accent,
            QPalette.ColorRole.Mid: self.border,
        }
        for role, colour in roles.items():
            palette.setColor(role, QColor(colour))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            faded = QColor(self.text)
            faded.setAlphaF(0.4)
            palette.setColor(QPalette.ColorGroup.Disabled, role, faded)
        return palette


class ThemeSource(QObject):
    """Says which theme holds now: the person's choice, or the system's while they chose "system"."""

    changed = Signal(object)
    """The Theme that holds from now on."""

    def __init__(self, choice: ThemeChoice = ThemeChoice.SYSTEM, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self._current = self._resolve()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._update)

    @property
    def current(self) -> Theme:
        """The theme that holds now."""
        return self._current

    @property
    def choice(self) -> ThemeChoice:
        """What the person chose."""
        return self._choice

    def choose(self, choice: ThemeChoice) -> None:
        """Take another choice; `changed` follows when that changes the theme."""
        self._choice = choice
        self._update()

    def _resolve(self) -> Theme:
        if self._choice is ThemeChoice.SYSTEM:
            dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        else:
            dark = self._choice is ThemeChoice.DARK
        return Theme.dark() if dark else Theme.light()

    def _update(self) -> None:
        theme = self._resolve()
        if theme != self._current:
            self._current = theme
            self.changed.emit(theme)
