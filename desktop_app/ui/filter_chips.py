"""The row below the search bar that says what is being left out or ranked by, each part with a way to undo it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop_app.ui.chips import ChipRow, ChipSpec
from desktop_app.ui.search_state import Match, SearchState, SearchTerms
from desktop_app.ui.theme import Theme


class FilterChips(QWidget):
    """Shows the SearchTerms as chips; hidden while there is nothing to show."""

    def __init__(self, state: SearchState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._undo: dict[str, Callable[[], None]] = {}
        self.chips = ChipRow(theme)
        self._clear = QPushButton("Clear all")
        self._clear.setProperty("role", "link")
        self._clear.clicked.connect(state.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.space_l, 0, theme.space_l, theme.space_s)
        row.addWidget(self.chips, 1)
        row.addWidget(self._clear)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.chips.removed.connect(lambda key: self._undo[key]())
        state.changed.connect(self._show)
        self._show(state.terms)

    def set_theme(self, theme: Theme) -> None:
        """Tint the chips anew."""
        self.chips.set_theme(theme)

    def _show(self, terms: SearchTerms) -> None:
        self._undo = {}
        specs = [*self._picture(terms), *self._folder(terms), *self._tags(terms)]
        self.chips.show_chips(specs)
        self.setVisible(bool(specs))

    def _picture(self, terms: SearchTerms) -> list[ChipSpec]:
        if terms.like is None and terms.image is None:
            return []
        name = terms.like_name if terms.like is not None else terms.image_name
        self._undo["picture"] = self._state.clear_picture
        return [ChipSpec("picture", f"Similar to {name}", "include", "Best matches first")]

    def _folder(self, terms: SearchTerms) -> list[ChipSpec]:
        if terms.folder is None:
            return []
        self._undo["folder"] = lambda: self._state.set_folder(None)
        return [ChipSpec("folder", f"In {terms.folder_name}", "include", "Only photos in this folder and below it")]

    def _tags(self, terms: SearchTerms) -> list[ChipSpec]:
        specs = []
        any_of = terms.match is Match.ANY and len(terms.ticked) > 1
        for position, tag in enumerate(terms.ticked):
            key = f"tag {tag.id}"
            self._undo[key] = partial(self._state.clear_tag, tag)
            text = f"or {tag.name}" if any_of and position else tag.name
            specs.append(ChipSpec(key, text, "include", "Photos with this tag"))
        for tag in terms.excluded:
            key = f"tag {tag.id}"
            self._undo[key] = partial(self._state.clear_tag, tag)
            specs.append(ChipSpec(key, f"not {tag.name}", "exclude", "Photos without this tag"))
        return specs
