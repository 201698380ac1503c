"""The model page: which models there are, what each is good for, and which one is in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop_app.services.models import ModelInfo
from desktop_app.ui.column_scroll import ColumnScroll
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.dialogs.model_card import ModelCard
from desktop_app.ui.dialogs.model_state import CardState
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_row
from desktop_app.ui.theme import Theme

_INTRODUCTION = (
    "A model is what understands your photos and your words. It runs on this computer. "
    "Another model reads your photos once more in the background, while the present one goes on answering; "
    "tags that you gave stay as they are."
)


class ModelsDialog(QDialog):
    """One card for each model; asks by signals for whatever a card offers."""

    wanted = Signal(str, object)
    """A model's name and the CardAct that was asked for."""
    own_model_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.resize(680, 640)
        self._theme = theme
        self._cards: dict[str, ModelCard] = {}
        self._column = QVBoxLayout()
        self._column.setSpacing(theme.space_m)
        self.message = label(wrap=True)
        self.message.hide()
        self._lay_out()

    @property
    def models(self) -> Sequence[ModelInfo]:
        """The models on the page."""
        return [card.info for card in self._cards.values()]

    def card(self, name: str) -> ModelCard | None:
        """The card of the model with this name."""
        return self._cards.get(name)

    def show_models(self, models: Sequence[ModelInfo], states: Mapping[str, CardState]) -> None:
        """Show these models. Cards that would say the same stay, so that the page does not jump."""
        if [card.info for card in self._cards.values()] != list(models):
            self._rebuild(models, states)
        for name, state in states.items():
            self.show_state(name, state)

    def show_state(self, name: str, state: CardState) -> None:
        """Show what is going on with one model."""
        if name in self._cards:
            self._cards[name].show_state(state)

    def say(self, sentence: str) -> None:
        """Show a sentence at the foot; an empty one shows nothing."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _rebuild(self, models: Sequence[ModelInfo], states: Mapping[str, CardState]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._cards = {}
        for info in models:
            card = ModelCard(info, states[info.entry.name], self._theme)
            card.wanted.connect(self.wanted)
            self._cards[info.entry.name] = card
            self._column.addWidget(card)
        self._column.addStretch(1)

    def _lay_out(self) -> None:
        theme = self._theme
        content = QWidget()
        content.setLayout(self._column)
        self._column.setContentsMargins(0, 0, theme.space_s, 0)
        own = push_button("Add a model from this computer…")
        own.clicked.connect(self.own_model_wanted)
        introduction = label(_INTRODUCTION, role="muted", wrap=True)
        buttons = in_row(own, STRETCH, dismiss_button(self))
        models = ColumnScroll(content)
        models.setAccessibleName("Models")
        dialog_column(self, theme, introduction, (models, 1), self.message, buttons)
