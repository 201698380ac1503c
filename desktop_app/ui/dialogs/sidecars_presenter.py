"""Fills the dialog about sidecars off the GUI thread, and writes when it is asked to."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.sidecar import SidecarNaming
from desktop_app.services.metadata_sync import SidecarChange
from desktop_app.services.services import Services
from desktop_app.ui.dialogs.sidecars import SidecarsDialog
from desktop_app.ui.tasks import Tasks

_PREVIEW, _DIFFERENCE = "sidecar preview", "sidecar difference"


class SidecarsPresenter(QObject):
    """Lives as long as its dialog; closing that ends a preview or a writing within one file."""

    def __init__(self, dialog: SidecarsDialog, services: Services, tasks: Tasks, photo_ids: Sequence[PhotoId]) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._sync = services.metadata
        self._tasks = tasks
        self._photos = tuple(photo_ids)
        self._ended = threading.Event()
        dialog.finished.connect(self._end)
        dialog.naming_chosen.connect(self._choose_naming)
        dialog.looked_at.connect(self._show_difference)
        dialog.write_wanted.connect(self._write)
        self._preview()

    def _preview(self) -> None:
        def work() -> list[SidecarChange]:
            found = []
            for change in self._sync.preview(self._photos):
                if self._ended.is_set():
                    break
                found.append(change)
            return found

        self._dialog.show_looking()
        self._tasks.run(work, self._dialog.show_preview, key=_PREVIEW)

    def _choose_naming(self, naming: SidecarNaming) -> None:
        self._tasks.run(lambda: self._sync.choose_naming(naming), lambda _none: self._preview())

    def _show_difference(self, change: SidecarChange) -> None:
        if change.problem:
            self._tasks.forget(_DIFFERENCE)
            self._dialog.show_difference(f"Nothing is written here: {change.problem}.")
            return
        self._tasks.run(lambda: self._sync.difference(change), self._dialog.show_difference, key=_DIFFERENCE)

    def _write(self) -> None:
        self._tasks.forget(_DIFFERENCE)
        self._dialog.show_writing()
        self._tasks.run(
            lambda: list(self._sync.write(self._photos, cancelled=self._ended.is_set)),
            self._dialog.show_written,
            key=_PREVIEW,
        )

    def _end(self) -> None:
        self._ended.set()
        self._tasks.forget(_PREVIEW)
        self._tasks.forget(_DIFFERENCE)
