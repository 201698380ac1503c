"""Fills the model page and carries out what is asked for on it; downloads go on when the page is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.progress import DownloadProgress, DownloadState, SwitchProgress
from desktop_app.services.models import ModelInfo
from desktop_app.services.services import Services
from desktop_app.ui.dialogs.model_state import CardAct, card_state
from desktop_app.ui.dialogs.models import ModelsDialog
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.tasks import Tasks

_ENDED = (DownloadState.PAUSED, DownloadState.DONE, DownloadState.CANCELLED, DownloadState.FAILED)
_OPEN_CLIP_CONFIG = "open_clip_config.json"
_FILE_KINDS = f"Models (*.safetensors *.pt *.pth *.bin {_OPEN_CLIP_CONFIG});;All files (*)"


@dataclass(frozen=True, slots=True)
class _Catalogue:
    models: Sequence[ModelInfo]
    device_note: str


class ModelsPresenter(QObject):
    """Lives as long as the window; `show_on` gives it a page to fill."""

    _download = Signal(object)
    _switch = Signal(object)

    def __init__(self, services: Services, tasks: Tasks, window: QWidget) -> None:
        super().__init__(window)
        self._services = services
        self._tasks = tasks
        self._window = window
        self._page: ModelsDialog | None = None
        self._catalogue = Refresh(tasks, self._fill)
        self._use_when_here: set[str] = set()
        self._closed = False
        queued = Qt.ConnectionType.QueuedConnection
        self._download.connect(self._on_download, queued)
        self._switch.connect(self._on_switch, queued)
        # Both are called on other threads: a queued signal is all they may do there.
        self._unsubscribe = (
            services.downloads.subscribe(self._download.emit),
            services.indexing.subscribe_switch(self._switch.emit),
        )

    def close(self) -> None:
        """Stop listening. A second call does nothing."""
        self._closed = True
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    def show_on(self, page: ModelsDialog) -> None:
        """Fill this page, and keep it up to date until it is closed."""
        self._page = page
        page.wanted.connect(self._act)
        page.own_model_wanted.connect(self._choose_own)
        page.finished.connect(self._forget_page)
        self.refresh()

    def refresh(self) -> None:
        """Look the catalogue up again, if the page is open."""
        models = self._services.models
        if self._page is not None:
            self._catalogue.request(lambda: _Catalogue(models.catalogue(), models.device_note()))

    def _forget_page(self) -> None:
        self._page = None

    def _fill(self, found: _Catalogue) -> None:
        if self._page is None:
            return
        switch = self._services.indexing.switch_progress
        states = {
            info.entry.name: card_state(info, self._services.downloads.progress(info.entry.name), switch)
            for info in found.models
        }
        self._page.show_models(found.models, states)
        if found.device_note:
            self._page.say(found.device_note)

    def _act(self, name: str, act: CardAct) -> None:
        downloads, models = self._services.downloads, self._services.models
        if self._page is not None:
            self._page.say("")
        acts: dict[CardAct, Callable[[], None]] = {
            CardAct.USE: lambda: self._use(name),
            CardAct.DOWNLOAD: lambda: self._begin_download(name),
            CardAct.PAUSE: lambda: self._do(lambda: downloads.pause(name)),
            CardAct.CANCEL_DOWNLOAD: lambda: self._do(lambda: downloads.cancel(name)),
            CardAct.CANCEL_SWITCH: lambda: self._do(models.cancel_switch),
            CardAct.MEASURE: lambda: self._measure(name),
            CardAct.REMOVE: lambda: self._confirm_remove(name),
        }
        acts[act]()

    def _do(self, work: Callable[[], object]) -> None:
        self._tasks.run(work, lambda _answer: self.refresh(), failed=self._failed)

    def _use(self, name: str) -> None:
        def work() -> None:
            if not self._services.models.use(name):
                self._services.indexing.finish_switch()

        if self._page is not None:
            self._page.say("Loading the model…")
        self._tasks.run(work, self._began_use, failed=self._failed)

    def _began_use(self, _none: None) -> None:
        if self._page is not None:
            self._page.say("")
        self.refresh()

    def _begin_download(self, name: str) -> None:
        self._use_when_here.add(name)
        # The future's failure is told by the progress feed, in words; nobody needs to hear of it twice.
        self._do(lambda: self._services.downloads.start(name))

    def _measure(self, name: str) -> None:
        if self._page is not None:
            self._page.say("Measuring for a few seconds…")

        def done(rate: float) -> None:
            if self._page is not None:
                self._page.say(f"{rate:.0f} photos/s on this computer, while nothing else runs.")
            self.refresh()

        self._tasks.run(lambda: self._services.models.measure(name), done, failed=self._failed)

    def _confirm_remove(self, name: str) -> None:
        box = QMessageBox(self._page or self._window)
        box.setWindowTitle("Remove model")
        box.setText("Remove this model?")
        box.setInformativeText("What it has read of your photos goes with it. No tag is lost.")
        remove = box.addButton("Remove", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)

        def answered(button: object) -> None:
            if button is remove:
                self._do(lambda: self._services.models.remove(name))

        box.buttonClicked.connect(answered)
        box.finished.connect(box.deleteLater)
        box.open()

    def _choose_own(self) -> None:
        dialog = QFileDialog(self._page or self._window, "Choose a model", filter=_FILE_KINDS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._add_own(Path(path), None))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _add_own(self, path: Path, architecture: str | None) -> None:
        # open_clip saves a model as a folder; in a file dialog one points at the file that says so.
        if path.name == _OPEN_CLIP_CONFIG:
            self._do(lambda: self._services.models.add(path.parent))
        elif architecture is None:
            self._ask_architecture(path)
        else:
            self._do(lambda: self._services.models.add(path, architecture=architecture))

    def _ask_architecture(self, path: Path) -> None:
        dialog = QInputDialog(self._page or self._window)
        dialog.setWindowTitle("Which model is it?")
        dialog.setLabelText(f"open_clip's name of the architecture of {path.name}:")
        dialog.setTextValue("ViT-B-32")
        dialog.textValueSelected.connect(lambda text: self._add_own(path, text.strip()) if text.strip() else None)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _failed(self, exception: Exception) -> None:
        self.refresh()
        if self._page is not None and isinstance(exception, UserFacingError):
            # The page is in front of the window's own notices.
            self._page.say(str(exception))
        else:
            self._tasks.report(exception)

    def _on_download(self, progress: DownloadProgress) -> None:
        if self._closed:
            return
        if progress.state is DownloadState.DONE and progress.model in self._use_when_here:
            self._use(progress.model)
        if progress.state in (DownloadState.DONE, DownloadState.CANCELLED):
            # Not after a pause: the person may have gone on already when word of it comes.
            self._use_when_here.discard(progress.model)
        if progress.state in _ENDED:
            if progress.state is DownloadState.FAILED and self._page is None:
                self._tasks.report(UserFacingError(progress.problem, "The model page can try it again."))
            self.refresh()
        else:
            self._show_state(progress.model, progress, None)

    def _on_switch(self, progress: SwitchProgress | None) -> None:
        if self._closed:
            return
        if progress is None:
            self.refresh()
        else:
            self._show_state(progress.model, None, progress)

    def _show_state(self, name: str, download: DownloadProgress | None, switch: SwitchProgress | None) -> None:
        card = self._page.card(name) if self._page is not None else None
        if card is None:
            return
        if switch is not None and not card.info.pending:
            self.refresh()
        else:
            card.show_state(card_state(card.info, download, switch))
