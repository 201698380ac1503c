"""Chips: small rounded labels, most of which can be taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from desktop_app.ui.flow_layout import FlowLayout
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme

ChipKind = Literal["accepted", "suggested", "partial", "include", "exclude"]

# Longer names are cut in the middle by the label's own elision and told in full by the tooltip.
_LONGEST = 34
_CLOSE_ICON = QSize(12, 12)
_DOT = 10
_CLICK_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class ChipSpec:
    """What one chip says. `key` names it in the signals; `hint` is the tooltip."""

    key: str
    text: str
    kind: ChipKind = "accepted"
    hint: str = ""
    removable: bool = True
    remove_hint: str = "Remove"
    colour: str | None = None
    """Of the dot before the text; None: no dot."""


class Chip(QFrame):
    """One chip. The label can be clicked, Delete takes it away.

    It is one stop of the Tab key: Enter or Space are a click, and its cross is for the pointer.
    """

    clicked = Signal(str)
    removed = Signal(str)

    def __init__(self, spec: ChipSpec, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.setProperty("role", "chip")
        self.setProperty("kind", spec.kind)
        self.setToolTip(spec.hint)
        self.setAccessibleName(f"{spec.text}, suggested" if spec.kind == "suggested" else spec.text)
        self.setAccessibleDescription(f"{spec.hint}\nDelete: {spec.remove_hint}" if spec.removable else spec.hint)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 4 if spec.removable else 10, 3)
        row.setSpacing(2)
        if spec.colour:
            row.addWidget(_dot(spec.colour))
        text = spec.text if len(spec.text) <= _LONGEST else f"{spec.text[: _LONGEST - 1]}…"
        row.addWidget(QLabel(text, textFormat=Qt.TextFormat.PlainText))
        if spec.removable:
            row.addWidget(self._close_button(theme))

    def _close_button(self, theme: Theme) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "chip-close")
        colour = theme.danger if self.spec.kind == "exclude" else theme.muted_text
        button.setIcon(themed_icon("close", colour))
        button.setIconSize(_CLOSE_ICON)
        button.setToolTip(self.spec.remove_hint)
        button.setAccessibleName(f"{self.spec.remove_hint}: {self.spec.text}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.removed.emit(self.spec.key))
        return button

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit(self.spec.key)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.spec.removable and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.spec.key)
        elif event.key() in _CLICK_KEYS:
            self.clicked.emit(self.spec.key)
        else:
            super().keyPressEvent(event)


def _dot(colour: str) -> QLabel:
    dot = QLabel()
    dot.setFixedSize(_DOT + 4, _DOT)
    # The space behind it is the label's own, so that the row's spacing stays the same for all chips.
    dot.setStyleSheet(f"background: {colour}; border-radius: {_DOT // 2}px; margin-right: 4px;")
    return dot


class ChipRow(QWidget):
    """Chips in as many lines as they need."""

    clicked = Signal(str)
    removed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._specs: tuple[ChipSpec, ...] = ()
        self._flow = FlowLayout(self)
        self._last: QWidget | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    @property
    def specs(self) -> tuple[ChipSpec, ...]:
        """What the chips say at present."""
        return self._specs

    def show_chips(self, specs: Iterable[ChipSpec]) -> None:
        """Replace the chips; nothing happens when they would say the same."""
        new = tuple(specs)
        if new != self._specs:
            self._specs = new
            self._rebuild()

    def keep_last(self, widget: QWidget) -> None:
        """Have a widget stand behind the chips, whichever they are."""
        self._last = widget
        self._flow.addWidget(widget)

    def set_theme(self, theme: Theme) -> None:
        """Tint the chips anew."""
        self._theme = theme
        self._rebuild()

    def chip(self, key: str) -> Chip | None:
        """The chip with this key."""
        return next((chip for chip in self.findChildren(Chip) if chip.spec.key == key), None)

    def _rebuild(self) -> None:
        focused = self._focused_place()
        while (item := self._flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None and old is not self._last:
                old.setParent(None)
                old.deleteLater()
        chips = [self._chip(spec) for spec in self._specs]
        self._put_in_tab_order(chips)
        if self._last is not None:
            self._last.setMinimumHeight(chips[0].sizeHint().height() if chips else 0)  # in line with the chips
            self._flow.addWidget(self._last)
        if chips and focused is not None:
            chips[min(focused, len(chips) - 1)].setFocus()
        self._flow.invalidate()
        self.updateGeometry()

    def _put_in_tab_order(self, chips: list[Chip]) -> None:
        """At the row's own place, not after everything that was made before them."""
        # Qt orders only what takes the focus.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        stops = [self, *chips, *([self._last] if self._last is not None else [])]
        for former, latter in pairwise(stops):
            QWidget.setTabOrder(former, latter)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _focused_place(self) -> int | None:
        """Which chip has the focus. Where none will stay, the focus goes on to what comes after the row."""
        widgets = [item.widget() for place in range(self._flow.count()) if (item := self._flow.itemAt(place))]
        chips = [widget for widget in widgets if isinstance(widget, Chip)]
        held = self.window().focusWidget()  # not hasFocus(): the window may be behind another one
        focused = next((place for place, chip in enumerate(chips) if chip is held), None)
        if focused is not None and not self._specs:
            chips[-1].setFocus()
            chips[-1].focusNextChild()
        return focused

    def _chip(self, spec: ChipSpec) -> Chip:
        chip = Chip(spec, self._theme, self)
        chip.clicked.connect(self.clicked)
        chip.removed.connect(self.removed)
        self._flow.addWidget(chip)
        chip.show()
        return chip
