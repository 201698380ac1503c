"""Searching by a picture from outside: dropped on the window or the search field, or pasted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QGuiApplication, QImage

from desktop_app.services.services import Services
from desktop_app.ui.actions.folders import Dropped, sort_dropped
from desktop_app.ui.actions.pictures import save_pasted_picture
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.tasks import Tasks


class PictureSearch(QObject):
    """Takes what is dropped and pasted. Into the search field a picture joins the words there; elsewhere it begins anew."""

    def __init__(
        self, services: Services, tasks: Tasks, state: SearchState, add_folders: Callable[[tuple[Path, ...]], None]
    ) -> None:
        super().__init__(tasks)
        self._services = services
        self._tasks = tasks
        self._state = state
        self._add_folders = add_folders

    def take(self, data: QMimeData, *, keep_words: bool = False) -> bool:
        """Use the files or the picture among the data; False when there are none."""
        files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        if files:
            self.take_files(files, keep_words=keep_words)
        elif data.hasImage():
            self.take_pixels(QImage(data.imageData()), keep_words=keep_words)
        return bool(files) or data.hasImage()

    def take_files(self, paths: Sequence[Path], *, keep_words: bool = False) -> None:
        """Add the folders among these; or search by the first picture."""

        def use(dropped: Dropped) -> None:
            if dropped.folders:
                self._add_folders(dropped.folders)
            elif dropped.picture is not None:
                self._state.set_image(dropped.picture, dropped.picture.name, keep_words=keep_words)

        self._tasks.run(lambda: sort_dropped(paths), use)

    def take_pixels(self, image: QImage, *, keep_words: bool = False) -> None:
        """Search by a picture that has no file."""
        folder = self._services.library_folder
        self._tasks.run(
            lambda: save_pasted_picture(image, folder),
            lambda path: self._state.set_image(path, "the pasted picture", keep_words=keep_words),
        )

    def paste(self) -> None:
        """Search by what is on the clipboard, if it is a picture."""
        self.take(QGuiApplication.clipboard().mimeData())
