"""What surrounds the photo in the viewer: a bar with its name and the controls, arrows at the sides, and messages."""

from __future__ import annotations

from collections.abc import Callable
from string import Template

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop_app.ui.hovering import Hovering
from desktop_app.ui.icons import icon_pixmap, themed_icon
from desktop_app.ui.layouts import two_lines
from desktop_app.ui.picture_loader import Problem
from desktop_app.ui.theme import Theme

BAR_HEIGHT = 52
ICON = QSize(20, 20)
ARROW_SIDE = 44
MESSAGE_WIDTH = 420

_SHEET = Template("""
QWidget#viewer { background: $ground; }
QFrame#bar { background: $window; border: none; border-bottom: 1px solid $border; }
QFrame#message { background: $raised; border: 1px solid $border; border-radius: 10px; }
QFrame#message QLabel { background: transparent; border: none; }
QFrame#heat { background: $raised; border: 1px solid $border; border-radius: 10px; }
QFrame#heat QLabel { background: transparent; border: none; }
QFrame#heat QToolButton:hover { background: $border; }
QToolButton#term { padding: 5px 8px; font-weight: 600; }
QToolButton#term:disabled { color: $text; }
QToolButton#term::menu-indicator { image: none; width: 0; }
QSlider { background: transparent; }
QSlider:horizontal { min-height: 22px; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $window; border: 2px solid $accent; width: 12px; height: 12px; margin: -6px 0; border-radius: 8px;
}
QSlider::handle:horizontal:focus { background: $accent; }
QMenu { background: $raised; color: $text; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 5px 18px 5px 8px; border-radius: 4px; }
QMenu::item:selected { background: $selection; }
QLabel { color: $text; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="title"] { font-weight: 600; }
QToolButton {
    background: transparent; color: $text; border: 1px solid transparent; border-radius: 6px; padding: 5px;
}
QToolButton[words="true"] { padding: 5px 10px 5px 8px; }
QToolButton:hover { background: $raised; }
QToolButton:pressed, QToolButton:checked { background: $selection; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $muted; }
QToolButton#arrow { background: rgba(0, 0, 0, 0.35); border-radius: ${round}px; padding: 0; }
QToolButton#arrow:hover { background: rgba(0, 0, 0, 0.65); }
QToolButton#arrow:focus { border-color: $accent; }
QToolButton#mend { background: $window; border-color: $border; padding: 6px 18px; }
QToolButton#mend:hover { background: $selection; }
QToolButton#mend:focus { border-color: $accent; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }
""")


def chrome_sheet(chrome: Theme) -> str:
    """The viewer's style sheet. The viewer is dark in both themes, so that photos look the same."""
    return _SHEET.substitute(
        ground=chrome.backdrop,
        window=chrome.window,
        raised=chrome.raised,
        border=chrome.border,
        text=chrome.text,
        muted=chrome.muted_text,
        accent=chrome.accent,
        selection=chrome.selection,
        round=ARROW_SIDE // 2,
    )


def _button(
    icon: str, chrome: Theme, *, name: str, key: str, pressed: Callable[[], object], words: bool
) -> QToolButton:
    button = QToolButton()
    button.setIcon(themed_icon(icon, chrome.text))
    button.setIconSize(ICON)
    button.setAccessibleName(name)
    button.setToolTip(f"{name} ({key})")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if words:
        button.setText(f" {name}")  # a little more room beside the icon
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setProperty("words", True)
    button.clicked.connect(lambda _checked: pressed())
    return button


class ViewerBar(QFrame):
    """Back, the photo's name and facts, zoom, "Where" and "Find similar"."""

    back = Signal()
    similar = Signal()
    where = Signal()
    closer = Signal()
    farther = Signal()
    fit = Signal()
    all_pixels = Signal()

    def __init__(self, chrome: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setFixedHeight(BAR_HEIGHT)
        self.name = QLabel()
        self.name.setProperty("role", "title")
        self.facts = QLabel()
        self.facts.setProperty("role", "muted")
        for label in (self.name, self.facts):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.scale = QToolButton()
        self.scale.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.scale.setMinimumWidth(64)
        self.scale.setAccessibleName("Actual size")
        self.scale.setToolTip("Actual size: one pixel of the photo on one of the screen (1)")
        self.scale.clicked.connect(lambda _checked: self.all_pixels.emit())
        self._lay_out(chrome)

    def _lay_out(self, chrome: Theme) -> None:
        def button(icon: str, name: str, key: str, signal: SignalInstance, *, words: bool = False) -> QToolButton:
            return _button(icon, chrome, name=name, key=key, pressed=signal.emit, words=words)

        texts = two_lines(self.name, self.facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(chrome.space_m, 0, chrome.space_m, 0)
        row.setSpacing(chrome.space_xs)
        row.addWidget(button("back", "Back", "Esc", self.back, words=True))
        row.addSpacing(chrome.space_s)
        row.addLayout(texts, 1)
        row.addSpacing(chrome.space_s)
        row.addWidget(button("minus", "Zoom out", "−", self.farther))
        row.addWidget(self.scale)
        row.addWidget(button("plus", "Zoom in", "+", self.closer))
        row.addWidget(button("zoom-fit", "Fit in window", "0", self.fit))
        row.addSpacing(chrome.space_s)
        self.where_button = button("where", "Where", "W", self.where, words=True)
        self.where_button.setCheckable(True)
        self.where_hovering = Hovering(self.where_button)
        row.addWidget(self.where_button)
        row.addWidget(button("similar", "Find similar", "S", self.similar, words=True))

    def show_where(self, term: str, *, kept: bool) -> None:
        """Whether there is a term that can be pointed at in the photo, and whether that is kept on."""
        self.where_button.setEnabled(bool(term))
        self.where_button.setChecked(kept)
        hint = f"Keep showing where “{term}” is (W)" if term else "Search for something to see where in the photo it is"
        self.where_button.setToolTip(hint)

    def show_scale(self, scale: float | None) -> None:
        """The present scale as a percentage; None while the photo's size is not known."""
        self.scale.setText("" if scale is None else f"{scale * 100:.0f} %" if scale >= 0.1 else f"{scale * 100:.1f} %")


def side_arrow(
    icon: str, name: str, key: str, chrome: Theme, pressed: Callable[[], object], parent: QWidget
) -> QToolButton:
    """A round button that lies on the photo."""
    arrow = _button(icon, chrome, name=name, key=key, pressed=pressed, words=False)
    arrow.setObjectName("arrow")
    arrow.setParent(parent)
    arrow.setFixedSize(ARROW_SIDE, ARROW_SIDE)
    return arrow


class Message(QFrame):
    """Why there is no photo to see, and what can be done, in the place where the photo would be."""

    def __init__(self, chrome: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self._chrome = chrome
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence = QLabel()
        self.next_step = QLabel()
        self.next_step.setProperty("role", "muted")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 20, 24, 20)
        rows.setSpacing(chrome.space_s)
        rows.addWidget(self._icon)
        for label in (self.sentence, self.next_step):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            rows.addWidget(label)
        self.button = QToolButton()
        self.button.setObjectName("mend")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.hide()
        rows.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.hide()

    def say(self, problem: Problem | None, *, icon: str = "warning", button: str = "") -> None:
        """Show a problem, perhaps with a button that mends it, or hide."""
        self.setVisible(problem is not None)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        if problem is None:
            return
        self._icon.setPixmap(icon_pixmap(icon, self._chrome.muted_text, 28, self.devicePixelRatioF()))
        self.sentence.setText(problem.sentence)
        self.next_step.setText(problem.next_step)
        self.next_step.setVisible(bool(problem.next_step))
        self.setAccessibleName(f"{problem.sentence} {problem.next_step}".strip())

    def place(self, within: QSize, top: int) -> None:
        """Lie in the middle of what is below `top`."""
        width = min(MESSAGE_WIDTH, within.width() - 2 * self._chrome.space_l)
        self.setFixedWidth(width)
        height = self.heightForWidth(width)
        self.resize(width, height)
        self.move((within.width() - width) // 2, top + (within.height() - top - height) // 2)
