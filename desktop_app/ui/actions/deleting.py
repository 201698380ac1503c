"""Moving photos to the system's trash: asked first, and what stays is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from desktop_app.domain.photo import PhotoId, PhotoLocation
from desktop_app.services.deleting import Deleted, DeletionPlan
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

    def ask(self, photo_ids: Sequence[PhotoId], *, as_one: bool = True) -> None:
        """Ask whether to move every file of these photos to the trash. `as_one`: stacks are shown as one photo."""
        wanted = tuple(photo_ids)
        self._tasks.run(lambda: self._services.deleting.plan(wanted, as_one=as_one), self._confirm)

    def _confirm(self, plan: DeletionPlan) -> None:
        if not plan.places:
            self._show_notice(
                Notice("There is no file to delete.", "Missing photos are under Library, Missing photos.")
            )
            return
        box = DeletionQuestion(plan, self._window)
        box.agreed.connect(self._delete)
        box.finished.connect(box.deleteLater)
        box.open()

    def _delete(self, places: Sequence[PhotoLocation]) -> None:
        self._tasks.run(lambda: self._services.deleting.delete(places), self._deleted)

    def _deleted(self, deleted: Deleted) -> None:
        if deleted.refused:
            path, reason = deleted.refused[0]
            sentence = f"{counted(len(deleted.refused), 'file stays', 'files stay')} where they are."
            self._show_notice(Notice(sentence, f"{from_home(path)}: {reason}"))


class DeletionQuestion(QMessageBox):
    """Names what would go. The rest of a burst goes only when its box is ticked."""

    agreed = Signal(object)
    """The PhotoLocations to move."""

    def __init__(self, plan: DeletionPlan, window: QWidget) -> None:
        super().__init__(window)
        self._plan = plan
        self.setWindowTitle("Move to the trash")
        self._move = self.addButton("Move to the trash", QMessageBox.ButtonRole.DestructiveRole)
        self.setDefaultButton(self.addButton(QMessageBox.StandardButton.Cancel))
        self.whole_bursts = QCheckBox(burst_words(plan))
        if plan.rest_of_bursts:
            self.setCheckBox(self.whole_bursts)
        self.whole_bursts.toggled.connect(lambda _ticked: self._say())
        self.buttonClicked.connect(lambda button: self.agreed.emit(self._places()) if button is self._move else None)
        self._say()

    def _places(self) -> tuple[PhotoLocation, ...]:
        plan = self._plan
        return plan.places + (plan.rest_of_bursts if self.whole_bursts.isChecked() else ())

    def _say(self) -> None:
        places = self._places()
        self.setText(question(self._plan.photos, places, whole_bursts=self.whole_bursts.isChecked()))
        self.setInformativeText(way_back(len(places)))
        if len(self._plan.places) > 1 or self._plan.rest_of_bursts:
            self.setDetailedText("\n".join(from_home(place.path) for place in places))


def question(photos: int, places: Sequence[PhotoLocation], *, whole_bursts: bool = False) -> str:
    """What is asked; of a photo that is in several files, such as a RAW + JPEG pair, they are named or counted."""
    if whole_bursts:
        what = "the whole burst" if photos == 1 else f"{counted(photos, 'photo')} and their whole bursts"
        return f"Move {what}, {counted(len(places), 'file')}, to the trash?"
    names = [f"“{place.path.name}”" for place in places]
    if len(places) == 1:
        return f"Move {names[0]} to the trash?"
    if photos == 1 and len(places) == 2:
        return f"Move both files of this photo, {names[0]} and {names[1]}, to the trash?"
    if len(places) > photos:
        return f"Move {counted(photos, 'photo')} in {counted(len(places), 'file')} to the trash?"
    return f"Move {counted(len(places), 'photo')} to the trash?"


def way_back(files: int) -> str:
    """That nothing is lost."""
    if files == 1:
        return "You can take it back from the trash, and it will have its tags again."
    return "You can take them back from the trash, and they will have their tags again."


def burst_words(plan: DeletionPlan) -> str:
    """What the box for the rest of bursts says."""
    whose = "the burst" if plan.photos == 1 else "their bursts"
    return f"Also the rest of {whose}: {counted(len(plan.rest_of_bursts), 'more file')}"
