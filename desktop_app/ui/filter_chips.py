"""The chips below the search bar: what was understood, what is ranked by and what is left out, each with a way to undo it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from desktop_app.domain.language.chips import Chip, ChipKind
from desktop_app.domain.language.removal import without_term
from desktop_app.ui.chips import ChipRow, ChipSpec
from desktop_app.ui.controls import push_button
from desktop_app.ui.search_state import Match, SearchState, SearchTerms
from desktop_app.ui.theme import Theme

_HINTS = {
    ChipKind.MEANING: "Photos that show this",
    ChipKind.WORDS: "Photos with these very words in a name, title, description, tag, place or camera",
    ChipKind.FILTER: "Only photos of which this is true",
    ChipKind.SIMILAR: "Photos like this one",
}


class FilterChips(QWidget):
    """Shows the SearchTerms as chips; hidden while there is nothing to show."""

    changed = Signal()
    """Other chips are shown, or none."""

    def __init__(self, state: SearchState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._undo: dict[str, Callable[[], None]] = {}
        self._understood: tuple[Chip, ...] = ()
        self._text = ""
        self.chips = ChipRow(theme)
        self._clear = push_button("Clear all", role="link", hint="Clear search and filters (Ctrl+Shift+X)")
        self._clear.clicked.connect(state.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.chips, 1)
        self.chips.keep_last(self._clear)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.chips.removed.connect(lambda key: self._undo[key]())
        state.changed.connect(self._show)
        self._show(state.terms)

    def set_theme(self, theme: Theme) -> None:
        """Tint the chips anew."""
        self.chips.set_theme(theme)

    def show_understood(self, chips: Sequence[Chip], text: str) -> None:
        """Show what was understood of a typed text; nothing for a text that was not understood."""
        self._understood, self._text = tuple(chips), text
        self._show(self._state.terms)

    def _show(self, terms: SearchTerms) -> None:
        self._undo = {}
        specs = self._stack(terms)
        if not specs:
            specs = [*self._words(terms), *self._picture(terms), *self._folder(terms), *self._tags(terms)]
        self.chips.show_chips(specs)
        self.setVisible(bool(specs))
        self.changed.emit()

    def _words(self, terms: SearchTerms) -> list[ChipSpec]:
        """Chips of the text as it was when it was last understood; they go when the field is emptied."""
        if not terms.text.strip():
            return []
        return [self._term(position, chip) for position, chip in enumerate(self._understood)]

    def _term(self, position: int, chip: Chip) -> ChipSpec:
        key = f"term {position}"
        self._undo[key] = partial(self._remove_term, chip)
        text = f"{'or ' if chip.alternative else ''}{'not ' if chip.negated else ''}{chip.text}"
        hint = "Photos of which this is not true" if chip.negated else _HINTS[chip.kind]
        return ChipSpec(key, text, "exclude" if chip.negated else "include", hint, remove_hint="Remove from the search")

    def _remove_term(self, chip: Chip) -> None:
        # While something newer is being typed, the place of this term in it is not known yet.
        if self._state.terms.text.strip() == self._text:
            self._state.set_text(without_term(self._text, chip.span))

    def _picture(self, terms: SearchTerms) -> list[ChipSpec]:
        if not terms.has_picture:
            return []
        name = terms.like_name if terms.like else terms.image_name
        self._undo["picture"] = self._state.clear_picture
        return [ChipSpec("picture", f"Similar to {name}", "include", "Best matches first")]

    def _stack(self, terms: SearchTerms) -> list[ChipSpec]:
        if terms.stack is None:
            return []
        self._undo["stack"] = lambda: self._state.set_stack(None)
        hint = "The photos that belong together with this one"
        return [ChipSpec("stack", f"Stack of {terms.stack_name}", "include", hint, remove_hint="Close the stack")]

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
