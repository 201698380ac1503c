"""One model on the model page."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QToolButton, QVBoxLayout, QWidget

from desktop_app.domain.model import ModelOrigin
from desktop_app.services.models import ModelInfo
from desktop_app.ui.controls import label, push_button, tool_button
from desktop_app.ui.dialogs.model_state import CardState, facts_line, quality_lines, quality_words
from desktop_app.ui.empty_states import BUILT_IN_MODEL_LINE
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.theme import Theme

_STEPS = 1000


class ModelCard(QFrame):
    """Title, what it is good for, facts; below them what is going on; buttons on the right."""

    wanted = Signal(str, object)
    """The model's name and the CardAct that was asked for."""

    def __init__(self, info: ModelInfo, state: CardState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self._theme = theme
        self._state: CardState | None = None
        self.setObjectName(f"model {info.entry.name}")
        self.setProperty("role", "card")
        self.setProperty("active", "true" if info.active else "false")
        self.status = label(wrap=True)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(f"Progress of {info.entry.title}")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.space_s)
        self._lay_out()
        self.show_state(state)

    def show_state(self, state: CardState) -> None:
        """Show what is going on; buttons are made anew only when they are other ones."""
        former, self._state = self._state, state
        self.status.setText(state.status)
        self.status.setVisible(bool(state.status))
        self.bar.setVisible(state.bar)
        self.bar.setRange(0, _STEPS if state.fraction is not None else 0)
        if state.fraction is not None:
            self.bar.setValue(round(state.fraction * _STEPS))
        if former is None or (former.buttons, former.more, former.problem) != (
            state.buttons,
            state.more,
            state.problem,
        ):
            self.status.setProperty("role", "danger" if state.problem else "title")
            self.status.style().polish(self.status)
            self._rebuild_buttons(state)

    def _rebuild_buttons(self, state: CardState) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for act, text in state.buttons:
            button = push_button(text)
            button.setAccessibleName(f"{text}: {self.info.entry.title}")
            button.clicked.connect(partial(self._ask, act))
            self._buttons.addWidget(button)
        if state.more:
            self._buttons.addWidget(self._more_button(state))

    def _more_button(self, state: CardState) -> QToolButton:
        button = tool_button(f"More for {self.info.entry.title}", hint="More", role="menu")
        button.setIcon(themed_icon("more", self._theme.text))
        button.setIconSize(QSize(18, 18))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        for act, text in state.more:
            menu.addAction(text, partial(self._ask, act))
        button.setMenu(menu)
        return button

    def _ask(self, act: object, _checked: bool = False) -> None:
        self.wanted.emit(self.info.entry.name, act)

    def _add_figures(self, words: QVBoxLayout) -> None:
        """Every measurement in the words of the field, behind a click: few people want to read them."""
        if not self.info.figures.evaluations or not (lines := quality_lines(self.info)):
            return
        figures = label("\n".join(lines), role="muted", wrap=True)
        figures.hide()
        toggle = push_button("All figures", role="link")
        toggle.setAccessibleName(f"All figures of {self.info.entry.title}")

        def show() -> None:
            figures.setVisible(figures.isHidden())
            toggle.setText("All figures" if figures.isHidden() else "Fewer figures")

        toggle.clicked.connect(lambda _checked: show())
        words.addWidget(toggle, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(figures)

    def _lay_out(self) -> None:
        entry, theme = self.info.entry, self._theme
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(label(entry.title, role="title"))
        if entry.origin is ModelOrigin.BUILT_IN:
            words.addWidget(label(BUILT_IN_MODEL_LINE, wrap=True))
        elif entry.best_for:
            words.addWidget(label(entry.best_for[:1].upper() + entry.best_for[1:], wrap=True))
        for line in (facts_line(self.info), quality_words(self.info)):
            if line:
                words.addWidget(label(line, role="muted", wrap=True))
        self._add_figures(words)
        top = QHBoxLayout()
        top.setSpacing(theme.space_l)
        top.addLayout(words, 1)
        top.addLayout(self._buttons)
        top.setAlignment(self._buttons, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space_l, theme.space_m, theme.space_m, theme.space_m)
        column.setSpacing(theme.space_s)
        column.addLayout(top)
        column.addWidget(self.status)
        column.addWidget(self.bar)
