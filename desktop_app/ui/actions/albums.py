"""What a person can do to albums: make, show, fill, rename, delete. Each can be undone, so nothing is asked twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog

from desktop_app.domain.album import Album
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.edit import Edited
from desktop_app.domain.language.printer import to_text
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.query_terms import Named, NameKind
from desktop_app.services.services import Services
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.dialogs.album_picker import AlbumPicker
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.search_state import SearchTerms
from desktop_app.ui.tasks import Tasks

# Wide enough that the title, which stands in the frame, is read in full.
_QUESTION_WIDTH = 380


class AlbumActions(QObject):
    """One method for each thing to do; keeps the list in the sidebar in step with the library."""

    edited = Signal(object)
    """An Edited that was asked for here."""

    def __init__(self, page: BrowserPage, services: Services, tasks: Tasks) -> None:
        super().__init__(page)
        self._page = page
        self._state = page.state
        self._albums = services.albums
        self._tasks = tasks
        self._list = Refresh(tasks, self._show)
        tree = page.sidebar.albums
        tree.chosen.connect(self.show_photos)
        tree.rename_wanted.connect(self.rename)
        tree.delete_wanted.connect(self.delete)
        tree.dropped.connect(self.drop)
        page.sidebar.add_album.clicked.connect(lambda _checked=False: self.make())
        page.inspector.albums.clicked.connect(self.show_photos)
        page.state.changed.connect(self._mark_opened)
        self.refresh_all()

    def refresh_all(self) -> None:
        """Look up the albums."""
        self._list.request(self._albums.all)

    def refresh(self, changes: LibraryChanges) -> None:
        """Look up what these changes can have changed."""
        if changes.albums_changed or changes.added or changes.missing or changes.roots_changed:
            self.refresh_all()

    def show_photos(self, name: str) -> None:
        """Ask for the photos of an album, and for nothing else."""
        self._state.clear()
        self._state.set_text(_question(name))

    def make(self, photo_ids: Sequence[PhotoId] = ()) -> None:
        """Ask for the name of a new album, and put these photos into it."""

        def named(name: str) -> None:
            self._do(lambda: self._albums.add(name, photo_ids) if photo_ids else self._albums.make(name))

        self._ask("New album", "Name of the album:", "", named, agree="Make the album")

    def choose_for(self, photo_ids: Sequence[PhotoId]) -> None:
        """Ask which album to put these photos into, and do it."""
        photos = tuple(photo_ids)

        def ask(albums: list[Album]) -> None:
            picker = AlbumPicker(len(photos), albums, self._page.theme, self._page)
            picker.chosen.connect(lambda choice: self._do(lambda: self._albums.add(choice.name, photos)))
            picker.finished.connect(picker.deleteLater)
            picker.open()

        if photos:
            self._tasks.run(self._albums.all, ask, key="choose an album")

    def drop(self, name: str, photo_ids: Sequence[PhotoId]) -> None:
        """Photos were dropped on an album, or beside all of them ("")."""
        if name:
            self._do(lambda: self._albums.add(name, photo_ids))
        else:
            self.make(photo_ids)

    def rename(self, name: str) -> None:
        """Ask for another name."""
        shown = self._state.terms.text == _question(name)

        def named(new_name: str) -> None:
            def renamed(edited: Edited) -> None:
                self.edited.emit(edited)
                if shown:
                    self.show_photos(" ".join(new_name.split()))

            self._tasks.run(lambda: self._albums.rename(name, new_name), renamed)

        self._ask("Rename the album", f"New name of “{name}”:", name, named, agree="Rename")

    def delete(self, name: str) -> None:
        """Delete an album; its photos stay where they are."""
        if self._state.terms.text == _question(name):
            self._state.clear()
        self._do(lambda: self._albums.delete(name))

    def _do(self, act: Callable[[], Edited]) -> None:
        self._tasks.run(act, self.edited.emit)

    def _show(self, albums: object) -> None:
        self._page.sidebar.show_albums(albums)  # type: ignore[arg-type]
        self._mark_opened(self._state.terms)

    def _mark_opened(self, terms: SearchTerms) -> None:
        tree = self._page.sidebar.albums
        opened = (album.name for album in tree.albums if _question(album.name) == terms.text.strip())
        tree.show_opened(next(opened, ""))

    def _ask(self, title: str, words: str, name: str, named: Callable[[str], None], *, agree: str) -> None:
        dialog = QInputDialog(self._page)
        dialog.setWindowTitle(title)
        dialog.setLabelText(words)
        dialog.setTextValue(name)
        dialog.setOkButtonText(agree)
        dialog.resize(_QUESTION_WIDTH, dialog.sizeHint().height())
        dialog.textValueSelected.connect(lambda text: named(text) if text.strip() and text != name else None)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _question(name: str) -> str:
    return to_text(Named(NameKind.ALBUM, name))
