"""The controls beside a search: where its list ends, words against meaning, words against a picture, and what to show."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QToolButton, QWidget

from desktop_app.ui.controls import label, push_button, tool_button
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.search_state import SearchTerms, Showing
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import number

_STEPS = 100
_SLIDER_WIDTH = 84


class Scale(QWidget):
    """A slider between two words, 0 to 1."""

    moved = Signal(float)

    def __init__(self, low: str, high: str, *, name: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setSingleStep(_STEPS // 20)
        self.slider.setPageStep(_STEPS // 10)
        self.slider.setFixedWidth(_SLIDER_WIDTH)
        self.slider.setAccessibleName(name)
        self.slider.setAccessibleDescription(hint)
        self.setToolTip(hint)
        self.slider.valueChanged.connect(lambda value: self.moved.emit(value / _STEPS))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(label(low, role="muted"))
        row.addWidget(self.slider)
        row.addWidget(label(high, role="muted"))

    def show_value(self, value: float) -> None:
        """Show this value, 0 to 1, without telling anybody."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value * _STEPS))


@dataclass(frozen=True, slots=True)
class Offered:
    """Which controls make sense for an answer."""

    ends: bool = False
    """The list has an end that can be moved."""
    words: bool = False
    """Free text is looked for in pictures and in words."""
    listed: int = 0
    total: int = 0
    """Photos that pass the filters, listed or not."""


class SearchControls(QWidget):
    """Shows the sliders' values of the SearchTerms; asks for others by signals."""

    sensitivity_moved = Signal(float)
    words_weight_moved = Signal(float)
    picture_weight_moved = Signal(float)
    showing_wanted = Signal(object)
    """A Showing."""
    probabilities_wanted = Signal(bool)
    save_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sensitivity = Scale(
            "Fewer", "More", name="Sensitivity", hint="Where the list ends: only the surest, or whatever might match"
        )
        self.words_weight = Scale(
            "Meaning", "Words", name="Meaning or words", hint="What photos show, or what is written about them"
        )
        self.picture_weight = Scale(
            "Text", "Picture", name="Text or picture", hint="Does the text decide, or the example picture?"
        )
        self.everything = push_button("", role="link")
        self.probabilities: QToolButton = tool_button(
            "Show probabilities", hint="Show how likely each photo matches", text="%", checkable=True
        )
        self.save = tool_button("Save this search", hint="Keep this search in the sidebar (Ctrl+S)")
        self._showing = Showing.MATCHES
        self._lay_out(theme)
        self._connect()
        self.set_theme(theme)

    def show_terms(self, terms: SearchTerms) -> None:
        """Show where the sliders are."""
        self.sensitivity.show_value(terms.sensitivity)
        self.words_weight.show_value(terms.words_weight)
        self.picture_weight.show_value(terms.picture_weight)
        self.picture_weight.setVisible(terms.has_picture and bool(terms.text.strip()))
        self.save.setVisible(terms.asks or terms.is_filtered)

    def offer(self, terms: SearchTerms, offered: Offered) -> None:
        """Show the controls that make sense for this answer."""
        self.show_terms(terms)
        self._showing = terms.showing
        everything = terms.showing is Showing.EVERYTHING
        self.sensitivity.setVisible(offered.ends)
        self.words_weight.setVisible(offered.words)
        self.probabilities.setVisible(offered.ends)
        self.everything.setVisible(offered.ends and (everything or offered.listed < offered.total))
        self.everything.setText(
            "Only matches"
            if everything
            else "Show it anyway"
            if offered.total == 1
            else f"Show all {number(offered.total)}"
        )

    def set_theme(self, theme: Theme) -> None:
        """Tint the icons anew."""
        self.save.setIcon(themed_icon("bookmark", theme.muted_text))

    def _connect(self) -> None:
        self.sensitivity.moved.connect(self.sensitivity_moved)
        self.words_weight.moved.connect(self.words_weight_moved)
        self.picture_weight.moved.connect(self.picture_weight_moved)
        self.probabilities.toggled.connect(self.probabilities_wanted)
        self.save.clicked.connect(lambda _checked: self.save_wanted.emit())
        self.everything.clicked.connect(self._toggle_everything)

    def _toggle_everything(self) -> None:
        everything = self._showing is Showing.EVERYTHING
        self.showing_wanted.emit(Showing.MATCHES if everything else Showing.EVERYTHING)

    def _lay_out(self, theme: Theme) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space_m)
        parts = (self.picture_weight, self.words_weight, self.sensitivity, self.everything)
        for part in (*parts, self.probabilities, self.save):
            row.addWidget(part)
            part.hide()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
