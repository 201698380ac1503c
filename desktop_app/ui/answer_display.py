"""Shows an answer all over the page: photos, chips, controls, result line, or why there is nothing to see."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.language.chips import ChipKind
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.services.services import Services
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.empty_states import empty_page
from desktop_app.ui.library_presenter import LibraryPresenter
from desktop_app.ui.search_controls import Offered
from desktop_app.ui.search_presenter import Found, SearchPresenter, result_line
from desktop_app.ui.search_state import SearchState, SearchTerms


class AnswerDisplay(QObject):
    """Connects a SearchPresenter and a SearchState with the parts of the page that show and change them."""

    changed = Signal(object)
    """What was Found is now shown."""

    def __init__(
        self,
        page: BrowserPage,
        searches: SearchPresenter,
        library: LibraryPresenter,
        *,
        state: SearchState,
        services: Services,
    ) -> None:
        super().__init__(page)
        self._page = page
        self._library = library
        self._state = state
        self._services = services
        self._found: Found | None = None
        self._held: tuple[str, QueryProblem] | None = None
        """A text and what is wrong with it, to be said once nothing is offered for completing it any more."""
        searches.shown.connect(self._show)
        searches.not_understood.connect(self._show_problem)
        searches.busy.connect(lambda busy: page.top_bar.show_busy(busy=busy))
        library.roots_known.connect(self.reconsider_empty)
        state.changed.connect(self._terms_changed)
        self._connect_controls()

    @property
    def found(self) -> Found | None:
        """The answer that is shown; None until the first one came."""
        return self._found

    def reconsider_empty(self) -> None:
        """Show the empty page that fits, once the answer is empty and it is known whether there are folders."""
        found = self._found
        if found is None or len(found.result.photo_ids) or self._library.roots is None:
            return
        page = empty_page(
            found.terms,
            folders=len(self._library.roots),
            indexing=self._services.indexing.running,
            built_in_model=self._library.built_in_model,
            nearest=len(found.answer.nearest),
            total=found.answer.result.total,
        )
        self._page.show_empty(page, found.result)

    def _connect_controls(self) -> None:
        controls, state, page = self._page.question.controls, self._state, self._page
        controls.sensitivity_moved.connect(state.set_sensitivity)
        controls.words_weight_moved.connect(state.set_words_weight)
        controls.picture_weight_moved.connect(state.set_picture_weight)
        controls.showing_wanted.connect(state.set_showing)
        controls.probabilities_wanted.connect(page.grid.set_show_probabilities)
        page.top_bar.search.searched.connect(state.set_text)
        page.top_bar.search.left_downwards.connect(page.grid.setFocus)
        page.top_bar.search.completion.offering.connect(lambda offering: self._say_held(offering=offering))
        page.problem.place_wanted.connect(self._go_to_place)
        page.problem.replacement_wanted.connect(page.top_bar.search.replace_part)

    def _show(self, found: Found, another: bool) -> None:
        self._found, self._held = found, None
        page, result = self._page, found.result
        self._show_understood(found)
        self._library.count_tags_within(found.filters)
        page.top_bar.show_note(result.note)
        known = bool(len(result.photo_ids)) or found.terms.asks or found.terms.is_filtered
        page.top_bar.result.setText(result_line(found) if known else "")
        if len(result.photo_ids):
            page.show_photos(result, keep_place=not another)
        else:
            self.reconsider_empty()
        self.changed.emit(found)

    def _show_understood(self, found: Found) -> None:
        page = self._page
        page.problem.show_problem(None)
        page.top_bar.search.show_problem(None)
        page.question.chips.show_understood(found.chips, found.terms.text.strip())
        ends = found.is_ranked and found.weighed.has_end
        listed, total = len(found.answer.result.photo_ids), found.answer.result.total
        words = any(chip.kind is ChipKind.MEANING for chip in found.chips)
        page.question.controls.offer(self._state.terms, Offered(ends, words, listed, total))
        page.question.arrange()

    def _show_problem(self, terms: SearchTerms, problem: QueryProblem) -> None:
        """Say what is wrong, and leave the photos of the last answer: an empty list would be a wrong answer."""
        self._held = (terms.text.strip(), problem)
        self._say_held(offering=self._page.top_bar.search.completion.visible)
        self._page.question.chips.show_understood((), terms.text.strip())
        self._page.top_bar.show_note("")
        self._page.top_bar.result.setText("Photos of the last search" if self._found else "")

    def _say_held(self, *, offering: bool) -> None:
        """Say what is wrong with the text that is in the field, but not of "tag:be" while tags are offered for it."""
        field = self._page.top_bar.search
        if self._held is not None and self._held[0] == field.text().strip():
            problem = None if offering else self._held[1]
            self._page.problem.show_problem(problem)
            field.show_problem(problem)

    def _terms_changed(self, terms: SearchTerms) -> None:
        self._page.top_bar.search.show_text(terms.text)
        self._page.question.controls.show_terms(terms)

    def _go_to_place(self, start: int, end: int) -> None:
        field = self._page.top_bar.search
        field.setFocus()
        field.setSelection(start, max(end - start, 1))
