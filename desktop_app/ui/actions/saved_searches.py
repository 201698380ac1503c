"""What a person can do to saved searches: keep the present one, open, edit, delete, export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu
from shiboken6 import isValid

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.saved_search import SavedSearch
from desktop_app.services.exporting import PhotoList
from desktop_app.services.services import Services
from desktop_app.ui.actions.exports import Exports
from desktop_app.ui.banner import Notice
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.dialogs.saved_search import SavedSearchDialog
from desktop_app.ui.library_presenter import LibraryPresenter
from desktop_app.ui.saved_search_presenter import SavedSearchPresenter
from desktop_app.ui.search_state import SearchState, SearchTerms
from desktop_app.ui.search_text import as_text
from desktop_app.ui.tasks import Tasks


class SavedSearchActions(QObject):
    """One method for each thing to do."""

    def __init__(
        self,
        page: BrowserPage,
        exports: Exports,
        library: LibraryPresenter,
        *,
        state: SearchState,
        services: Services,
        tasks: Tasks,
    ) -> None:
        super().__init__(page)
        self._page = page
        self._exports = exports
        self._library = library
        self._state = state
        self._services = services
        self._tasks = tasks
        self._last: SavedSearch | None = None
        self.presenter = SavedSearchPresenter(page.sidebar, state, services, tasks, self)
        tree = page.sidebar.saved
        tree.chosen.connect(self.open)
        tree.menu_wanted.connect(self.open_menu)
        tree.edit_wanted.connect(self.edit)
        tree.delete_wanted.connect(self.delete)
        page.question.controls.save_wanted.connect(self.save_current)
        state.changed.connect(self._forget_opened)

    def open(self, saved: SavedSearch) -> None:
        """Show its photos."""
        self._last = saved
        self._state.open_saved(saved)

    def save_current(self) -> None:
        """Ask for a name for what is searched for now. One that was opened before can be changed under its own name."""
        terms = self._state.terms
        if not (terms.asks or terms.is_filtered):
            self._tasks.report(UserFacingError("There is no search to save.", "Search for something first."))
            return
        try:
            query = as_text(terms, self._library.roots or ())
        except UserFacingError as error:
            self._tasks.report(error)
            return
        opened = next((saved for saved in self.presenter.searches if self._last and saved.id == self._last.id), None)
        title = f"Save the changes to “{opened.name}”" if opened else "Save this search"
        dialog = self._dialog(title, opened.name if opened else _suggested(query), query)

        def save(name: str, text: str) -> None:
            self._save(dialog, opened, name=name, query=text)

        dialog.save_wanted.connect(save)

    def _forget_opened(self, terms: SearchTerms) -> None:
        """What is asked after the field was emptied is another search, not a change of the one that was opened."""
        if not terms.text.strip():
            self._last = None

    def edit(self, saved: SavedSearch) -> SavedSearchDialog:
        """Change the name or the question of a search."""
        dialog = self._dialog("Edit the saved search", saved.name, saved.query)
        dialog.save_wanted.connect(
            lambda name, query: self._keep(
                dialog, lambda: self._services.saved_searches.change(replace(saved, name=name, query=query))
            )
        )
        return dialog

    def delete(self, saved: SavedSearch) -> None:
        """Keep a search no longer. No photo is touched, and it can be taken back."""
        kept = self._services.saved_searches

        def restore() -> None:
            self._tasks.run(
                lambda: kept.save(
                    saved.name, saved.query, sensitivity=saved.sensitivity, words_weight=saved.words_weight
                ),
                lambda _changes: None,
            )

        self._tasks.run(
            lambda: kept.remove(saved.name),
            lambda _changes: self._page.banner.show_notice(
                Notice(f"The search “{saved.name}” is deleted.", "", "Undo", restore)
            ),
        )

    def export_list(self, saved: SavedSearch) -> None:
        """Write the paths of its photos to a file."""
        self._exports.export_list(saved.name, lambda: self._photos(saved))

    def copy_files(self, saved: SavedSearch) -> None:
        """Copy its photos into a folder."""
        self._exports.copy_files(lambda: self._photos(saved))

    def open_menu(self, at: QPoint, saved: SavedSearch) -> None:
        """Open the context menu of a search at a place on the screen."""
        menu = QMenu(self._page)
        menu.addAction("Open", lambda: self.open(saved))
        menu.addAction("Rename or edit…", QKeySequence("F2"), lambda: self.edit(saved))
        menu.addSeparator()
        menu.addAction("Export list…", lambda: self.export_list(saved))
        menu.addAction("Copy photos to a folder…", lambda: self.copy_files(saved))
        menu.addSeparator()
        menu.addAction("Delete", QKeySequence("Del"), lambda: self.delete(saved))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _photos(self, saved: SavedSearch) -> PhotoList:
        result = self._services.asking.ask(saved.question()).result
        ids = [PhotoId(photo_id) for photo_id in result.photo_ids.tolist()]
        return PhotoList(saved.name, ids, result.probabilities.tolist(), saved.query)

    def _dialog(self, title: str, name: str, query: str) -> SavedSearchDialog:
        dialog = SavedSearchDialog(title, self._page.theme, self._page)
        dialog.fill(name, query)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _save(self, dialog: SavedSearchDialog, opened: SavedSearch | None, *, name: str, query: str) -> None:
        terms, kept = self._state.terms, self._services.saved_searches
        wanted = " ".join(name.split()).casefold()
        taken = next((saved for saved in self.presenter.searches if saved.name.casefold() == wanted), None)
        if taken is not None and (opened is None or taken.id != opened.id):
            dialog.show_problem(UserFacingError(f"There is a search “{taken.name}” already.", "Choose another name."))
            return

        def save() -> LibraryChanges:
            return kept.save(name, query, sensitivity=terms.sensitivity, words_weight=terms.words_weight)

        self._keep(dialog, save)

    def _keep(self, dialog: SavedSearchDialog, change: Callable[[], LibraryChanges]) -> None:
        # The person may have closed the dialog meanwhile.
        def done(_changes: LibraryChanges) -> None:
            if isValid(dialog):
                dialog.accept()

        def failed(exception: Exception) -> None:
            if isinstance(exception, UserFacingError) and isValid(dialog):
                dialog.show_problem(exception)
            else:
                self._tasks.report(exception)

        self._tasks.run(change, done, failed=failed)


def _suggested(query: str) -> str:
    """A name to begin with: the question itself, begun with a capital."""
    words = query.replace('"', "").strip()
    return words[:1].upper() + words[1:40]
