"""The model page: which models there are, what each is good for, and which one is in use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.model import ModelOrigin
from desktop_app.services.models import ModelInfo
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.empty_states import BUILT_IN_MODEL_LINE
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted

_INTRODUCTION = (
    "A model is what understands your photos and your words. It runs on this computer. "
    "Another model reads your photos once more in the background; tags that you gave stay as they are."
)


class ModelsDialog(QDialog):
    """One card for each model; asks by a signal to use another."""

    use_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Models")
        self.resize(640, 600)
        self._theme = theme
        self._cards = QVBoxLayout()
        self._cards.setSpacing(theme.space_m)
        self.message = label(wrap=True)
        self.message.hide()
        self._lay_out()

    def show_models(self, models: Sequence[ModelInfo], device_note: str) -> None:
        """Show these models, and what there is to say about the device they run on."""
        while (item := self._cards.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.setParent(None)
                old.deleteLater()
        for model in models:
            self._cards.addWidget(self._card(model))
        self._cards.addStretch(1)
        self.say(device_note)
        self.setEnabled(True)

    def say(self, sentence: str) -> None:
        """Show a sentence at the foot; an empty one shows nothing."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _card(self, model: ModelInfo) -> QFrame:
        entry = model.entry
        card = QFrame()
        card.setObjectName(f"model {entry.name}")
        card.setProperty("role", "card")
        card.setProperty("active", "true" if model.active else "false")
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(label(entry.title, role="title"))
        if entry.best_for:
            words.addWidget(label(entry.best_for[:1].upper() + entry.best_for[1:], wrap=True))
        words.addWidget(label(facts_line(model), role="muted", wrap=True))
        if entry.origin is ModelOrigin.BUILT_IN:
            words.addWidget(label(BUILT_IN_MODEL_LINE, role="muted", wrap=True))
        row = QHBoxLayout(card)
        row.setContentsMargins(self._theme.space_l, self._theme.space_m, self._theme.space_l, self._theme.space_m)
        row.setSpacing(self._theme.space_l)
        row.addLayout(words, 1)
        row.addWidget(self._button(model), 0, Qt.AlignmentFlag.AlignVCenter)
        return card

    def _button(self, model: ModelInfo) -> QWidget:
        if model.active:
            return label("In use", role="title")
        button = push_button("Use" if model.installed else "Download and use")
        button.setObjectName(f"use {model.entry.name}")
        button.setAccessibleName(f"{button.text()} {model.entry.title}")
        button.clicked.connect(partial(self._use, model))
        return button

    def _use(self, model: ModelInfo) -> None:
        self.setEnabled(False)
        self.say("One moment…" if model.installed else f"Downloading {model.entry.title}. This can take a while…")
        self.use_wanted.emit(model.entry.name)

    def _lay_out(self) -> None:
        theme = self._theme
        content = QWidget()
        content.setLayout(self._cards)
        self._cards.setContentsMargins(0, 0, theme.space_s, 0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(content)
        content.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        close = push_button("Close")
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self.message, 1)
        buttons.addStretch(0)
        buttons.addWidget(close, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.space_l, theme.space_l, theme.space_l, theme.space_l)
        column.setSpacing(theme.space_m)
        column.addWidget(label(_INTRODUCTION, role="muted", wrap=True))
        column.addWidget(scroll, 1)
        column.addLayout(buttons)


def facts_line(model: ModelInfo) -> str:
    """Such as "605 MB · MIT · English · 1,204 photos read with it"."""
    entry = model.entry
    parts = [f"{entry.size_mb:,} MB" if entry.size_mb else "", entry.licence, ", ".join(entry.languages)]
    if model.embedded:
        parts.append(f"{counted(model.embedded, 'photo')} read with it")
    return " · ".join(part for part in parts if part)
