"""Moving photos to the system's trash: asked first, and what stays is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop_app.domain.photo import PhotoId, PhotoLocation
from desktop_app.services.deleting import Deleted
from desktop_app.services.services import Services
from desktop_app.ui.banner import Notice
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.wording import counted, from_home


class DeletingActions(QObject):
    """Looks up which files a person's order would move, asks, and moves them."""

    def __init__(
        self, services: Services, tasks: Tasks, show_notice: Callable[[Notice], None], window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._tasks = tasks
        self._show_notice = show_notice
        self._window = window

    def ask(self, photo_ids: Sequence[PhotoId]) -> None:
        """Ask whether to move every file of these photos to the trash."""
        wanted = tuple(photo_ids)
        self._tasks.run(
            lambda: self._services.deleting.files_of(wanted), lambda places: self._confirm(len(wanted), places)
        )

    def _confirm(self, photos: int, places: Sequence[PhotoLocation]) -> None:
        if not places:
            self._show_notice(
                Notice("There is no file to delete.", "Missing photos are under Library, Missing photos.")
            )
            return
        box = QMessageBox(self._window)
        box.setWindowTitle("Move to the trash")
        box.setText(question(photos, places))
        box.setInformativeText("You can take them back from the trash. Their tags are kept for then.")
        if len(places) > 1:
            box.setDetailedText("\n".join(str(place.path) for place in places))
        move = box.addButton("Move to the trash", QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.buttonClicked.connect(lambda button: self._delete(places) if button is move else None)
        box.finished.connect(box.deleteLater)
        box.open()

    def _delete(self, places: Sequence[PhotoLocation]) -> None:
        self._tasks.run(lambda: self._services.deleting.delete(places), self._deleted)

    def _deleted(self, deleted: Deleted) -> None:
        if deleted.refused:
            path, reason = deleted.refused[0]
            sentence = f"{counted(len(deleted.refused), 'file stays', 'files stay')} where they are."
            self._show_notice(Notice(sentence, f"{from_home(path)}: {reason}"))


def question(photos: int, places: Sequence[PhotoLocation]) -> str:
    """What is asked; a photo that is in several files is said to be."""
    if len(places) == 1:
        return f"Move “{places[0].path.name}” to the trash?"
    if len(places) > photos:
        return f"Move {counted(photos, 'photo')} in {counted(len(places), 'file')} to the trash?"
    return f"Move {counted(len(places), 'photo')} to the trash?"
