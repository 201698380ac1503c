"""The small panel over the photo while a heat map is shown: of what, how likely, what the colours mean, how strong they are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QFontMetrics, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSlider, QToolButton, QWidget

from desktop_app.ui.grid.model import percent
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme
from desktop_app.ui.viewer.heat_colours import legend_image
from desktop_app.ui.viewer.heat_presenter import HeatPresenter

PANEL_HEIGHT = 44
_LONGEST_TERM = 220
_RAMP = QSize(96, 8)
_SLIDER_WIDTH = 84

FULL_STRENGTH = 100
USUAL_STRENGTH = 80


class HeatPanel(QFrame):
    """Says what the colours over the photo mean, and lets the person change term and strength."""

    term_chosen = Signal(str)
    strength_changed = Signal(float)
    """Opacity of the colours, 0 to 1."""
    closed = Signal()

    def __init__(self, chrome: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("heat")
        self.setFixedHeight(PANEL_HEIGHT)
        self._chrome = chrome
        self.term = _term_button(chrome)
        self.menu = QMenu(self.term)
        self.term.setMenu(self.menu)
        self.note = _label("muted")
        self.less, self.more = _label("muted", "Less"), _label("muted", "More")
        self.ramp = QLabel()
        self.ramp.setPixmap(_ramp(self.devicePixelRatioF()))
        self.ramp.setAccessibleName("Colours from less to more")
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, FULL_STRENGTH)
        self.strength.setValue(USUAL_STRENGTH)
        self.strength.setPageStep(20)
        self.strength.setFixedWidth(_SLIDER_WIDTH)
        self.strength.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.strength.setAccessibleName("Strength of the colours")
        self.strength.setToolTip("Strength of the colours")
        self.strength.valueChanged.connect(lambda value: self.strength_changed.emit(value / FULL_STRENGTH))
        self.close_button = QToolButton()
        self.close_button.setIcon(themed_icon("close", chrome.muted_text))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.setAccessibleName("Hide the heat map")
        self.close_button.setToolTip("Hide the heat map (W)")
        self.close_button.clicked.connect(lambda _checked: self.closed.emit())
        self._lay_out(chrome)
        self.hide()

    def _lay_out(self, chrome: Theme) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(chrome.space_m, 0, chrome.space_s, 0)
        row.setSpacing(chrome.space_s)
        row.addWidget(self.term)
        row.addWidget(self.note)
        row.addSpacing(chrome.space_s)
        for part in (self.less, self.ramp, self.more):
            row.addWidget(part)
        row.addSpacing(chrome.space_s)
        row.addWidget(self.strength)
        row.addWidget(self.close_button)

    def show_state(self, heats: HeatPresenter) -> None:
        """Show what is being shown, drawn, or why it cannot be."""
        self.setVisible(heats.on)
        if not heats.on:
            return
        self._show_terms(heats.terms, heats.term)
        heat = heats.heat
        drawn = heat is not None
        probability = heat.probability if heat is not None else None
        # What one small part shows may be plain to see and yet weigh little in the whole, which is what a search goes by.
        likely = "" if probability is None else f"whole photo {percent(probability)} likely"
        self.note.setText(heats.problem or (likely if drawn else "Looking…"))
        self.note.setVisible(bool(self.note.text()))
        for part in (self.less, self.ramp, self.more, self.strength):
            part.setVisible(drawn)
        self.setAccessibleName(f"Where “{heats.term}” is: {self.note.text()}".rstrip(": "))
        self.adjustSize()

    def place(self, within: QSize, *, bottom: int) -> None:
        """Lie in the middle, above the lower edge."""
        self.adjustSize()
        self.move((within.width() - self.width()) // 2, within.height() - self.height() - bottom)

    def _show_terms(self, terms: tuple[str, ...], chosen: str) -> None:
        several = len(terms) > 1
        short = QFontMetrics(self.term.font()).elidedText(chosen, Qt.TextElideMode.ElideRight, _LONGEST_TERM)
        self.term.setText(f"{short}  ▾" if several else short)
        self.term.setToolTip(f"Where “{chosen}” is" + (" · another term (Shift+W)" if several else ""))
        self.term.setAccessibleName(f"Where is: {chosen}")
        self.term.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.term.setEnabled(several)
        if [action.text().replace("&&", "&") for action in self.menu.actions()] != list(terms):
            self.menu.clear()
            group = QActionGroup(self.menu)
            for term in terms:
                action = self.menu.addAction(term.replace("&", "&&"))
                action.setCheckable(True)
                action.triggered.connect(lambda _checked=False, term=term: self.term_chosen.emit(term))
                group.addAction(action)
        for action, term in zip(self.menu.actions(), terms, strict=True):
            action.setChecked(term == chosen)


def _label(role: str, text: str = "") -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    return made


def _term_button(chrome: Theme) -> QToolButton:
    button = QToolButton()
    button.setObjectName("term")
    button.setAccessibleName("Where is")
    button.setIcon(themed_icon("where", chrome.text))
    button.setIconSize(QSize(18, 18))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _ramp(density: float) -> QPixmap:
    """The colours in a row, with round ends."""
    size = _RAMP * density
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shape = QPainterPath()
    shape.addRoundedRect(0, 0, size.width(), size.height(), size.height() / 2, size.height() / 2)
    painter.setClipPath(shape)
    painter.drawImage(0, 0, legend_image(size.width(), size.height()))
    painter.end()
    pixmap.setDevicePixelRatio(density)
    return pixmap
