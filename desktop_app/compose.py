"""The composition root: the only place that builds Keepsight's parts and ties them together."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from desktop_app import imaging
from desktop_app.base.errors import LibraryDamagedError, UserFacingError
from desktop_app.base.paths import LibraryPaths, default_models_folder, resource_path
from desktop_app.base.private_files import make_private
from desktop_app.domain.vocabulary import parse_vocabulary
from desktop_app.imaging import decode
from desktop_app.ml.catalogue import BUILT_IN_NAME, built_in_entry, find_entry, hub_entries
from desktop_app.ml.inference import Inference
from desktop_app.ml.loading import load_catalogue_model
from desktop_app.ml.model_facts import calibration_of
from desktop_app.services.albums import Albums
from desktop_app.services.asking import Asking
from desktop_app.services.backing_up import BackingUp, restore_library
from desktop_app.services.browsing import Browsing
from desktop_app.services.classifying import Classifier
from desktop_app.services.curating import Curating
from desktop_app.services.deleting import Deleting
from desktop_app.services.evaluating import Evaluating
from desktop_app.services.exporting import Exporting
from desktop_app.services.indexer import Indexer
from desktop_app.services.library_store import LibraryStore, open_store
from desktop_app.services.locating import Locating
from desktop_app.services.metadata_sync import MetadataSync
from desktop_app.services.model_catalogue import ModelSettings
from desktop_app.services.model_downloads import ModelDownloads
from desktop_app.services.models import Models
from desktop_app.services.organising import Organising
from desktop_app.services.place_names import PlaceNames
from desktop_app.services.presence import Presence
from desktop_app.services.recovering import Recovering
from desktop_app.services.relearning import Relearning
from desktop_app.services.reviewing import Reviewing
from desktop_app.services.saved_searches import SavedSearches
from desktop_app.services.searching import Searching
from desktop_app.services.sensitivity import Sensitivity
from desktop_app.services.services import Services
from desktop_app.services.stacking import Stacking
from desktop_app.services.tag_choosing import TagChoosing
from desktop_app.services.tag_editing import TagEditing
from desktop_app.services.tag_evaluating import TagEvaluating
from desktop_app.services.tag_files import TagFiles
from desktop_app.services.tag_quality import TagQualities
from desktop_app.services.tag_scoring import TagScoring
from desktop_app.services.tagging import Tagging
from desktop_app.services.teaching import Teaching
from desktop_app.services.understanding import Understanding
from desktop_app.services.verifying import Verifying
from desktop_app.services.viewing import Viewing
from desktop_app.services.watching import Watching

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop_app.ui.banner import Notice
    from desktop_app.ui.single_window import SingleWindow

_log = logging.getLogger(__name__)

WINDOW_MEMORY = "window.ini"
"""The file in the library folder in which the window remembers where it was."""

_LOG_BYTES = 2_000_000
_LOG_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


class Library:
    """An open library with its services. Close it (or leave its `with` block) to shut everything down in order."""

    def __init__(self, store: LibraryStore, services: Services, relearning: Relearning) -> None:
        self._store = store
        self._relearning = relearning
        self.services = services
        self._closed = threading.Lock()

    def close(self) -> None:
        """Stop watching, end indexing within one batch, stop the model, drain the writer. Idempotent."""
        if not self._closed.acquire(blocking=False):
            return
        services = self.services
        services.watching.stop()
        services.backing_up.close()
        self._relearning.close()
        services.indexing.cancel()
        decode.close()
        services.indexing.close()
        services.searching.close()
        services.downloads.close()
        services.models.close()
        self._store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_library(
    folder: Path, *, device: str = "auto", models_folder: Path | None = None, hub_endpoint: str = ""
) -> Library:
    """Open (or make) the library in a folder. Nothing heavy is loaded yet. Raises UserFacingError when it cannot be used.

    `hub_endpoint` is where models are downloaded from when the person asks; empty: the model hub's own address.
    """
    imaging.setup()
    paths = LibraryPaths(_made(folder))
    settings = _model_settings(device, models_folder)
    store = open_store(paths)
    services = _services(paths, store, settings, hub_endpoint=hub_endpoint)
    return Library(store, services, Relearning(store, services.teaching))


def _services(paths: LibraryPaths, store: LibraryStore, settings: ModelSettings, *, hub_endpoint: str) -> Services:
    """Everything the program can do, wired: what several parts share first, then the table of all parts."""
    models = Models(store, settings)
    presence, place_names = Presence(store), PlaceNames()
    indexer = Indexer(store, models, presence, place_names)
    watching = Watching(store, indexer, presence)
    searching, understanding = Searching(store, models), Understanding(store, place_names)
    asking = Asking(store, models, searching, understanding)
    sensitivity = Sensitivity(store)
    viewing = Viewing(store, presence, sensitivity)
    browsing = Browsing(store, models, presence, watching, sensitivity)
    tag_scoring, tag_qualities = TagScoring(models, searching), TagQualities(store, models)
    return Services(
        library_folder=paths.folder,
        changes=store.changes,
        browsing=browsing,
        searching=searching,
        understanding=understanding,
        asking=asking,
        locating=Locating(models, asking, viewing),
        saved_searches=SavedSearches(store, asking, understanding),
        exporting=Exporting(store),
        stacking=Stacking(store),
        tagging=Tagging(store),
        tag_editing=TagEditing(store, tag_scoring),
        reviewing=Reviewing(store, tag_qualities),
        tag_files=TagFiles(store, browsing.photo_at),
        curating=Curating(store),
        albums=Albums(store),
        metadata=MetadataSync(store),
        tag_choosing=TagChoosing(store, models),
        tag_evaluating=TagEvaluating(store, models, photo_at=browsing.photo_at),
        tag_qualities=tag_qualities,
        sensitivity=sensitivity,
        teaching=Teaching(store, models, tag_scoring),
        organising=Organising(store),
        recovering=Recovering(store, models, presence),
        indexing=indexer,
        watching=watching,
        models=models,
        downloads=ModelDownloads(settings.models_folder, models.entry, endpoint=hub_endpoint),
        evaluating=Evaluating(models),
        viewing=viewing,
        backing_up=BackingUp(paths),
        verifying=Verifying(store, presence),
        deleting=Deleting(store, presence),
    )


def run_window(library: Path, *, folders: Sequence[Path] = (), device: str = "auto") -> int:
    """Open the window; return the exit code once it is closed."""
    from desktop_app.ui.application import make_application
    from desktop_app.ui.single_window import SingleWindow

    application = make_application(["keepsight"])
    single = SingleWindow(_made(library))
    if not single.claim():
        single.hand_over(folders)
        return 0
    paths = LibraryPaths(_made(library))
    notices: list[Notice] = []
    try:
        while True:
            with _open_or_restore(paths, notices, device=device) as opened:
                code, backup = _show_window(application, opened, single, folders=folders, notices=notices)
            if backup is None:
                return code
            # The window closed to make way for a backup, and opens again over that.
            notices, folders = [_restored(paths, backup)], ()
    finally:
        single.close()


def _show_window(
    application: QApplication,
    opened: Library,
    single: SingleWindow,
    *,
    folders: Sequence[Path],
    notices: Sequence[Notice],
) -> tuple[int, Path | None]:
    """Serve until the window is closed. Returns the exit code, and the backup that is to take the library's place, if one is."""
    from desktop_app.ui.main_window import MainWindow
    from desktop_app.ui.quit_signals import closing_on_signals

    window = MainWindow(opened.services, settings_file=opened.services.library_folder / WINDOW_MEMORY)
    single.asked_for.connect(window.come_forward)
    window.show()
    for notice in notices:
        window.page.banner.show_notice(notice)
    window.begin_work(tuple(folders))
    with closing_on_signals(window):
        code = application.exec()
    backup = window.backup_to_restore
    window.deleteLater()
    return int(code), backup


def _open_or_restore(paths: LibraryPaths, notices: list[Notice], *, device: str) -> Library:
    """Open a library; where its file is damaged, offer its backups until one serves. What to tell of it goes to `notices`."""
    from desktop_app.ui.dialogs.backups import restored_notice
    from desktop_app.ui.dialogs.damaged import choose_backup

    problem: LibraryDamagedError | None = None
    while True:
        try:
            return open_library(paths.folder, device=device)
        except LibraryDamagedError as damage:
            backup = choose_backup(problem or damage, paths, settings_file=paths.folder / WINDOW_MEMORY)
            if backup is None:
                raise
        try:
            notices.append(restored_notice(*restore_library(paths, backup)))
        except LibraryDamagedError as unsound:
            problem = unsound


def _restored(paths: LibraryPaths, backup: Path) -> Notice:
    """Put a backup in the place of a library that is in order; what to tell of it, also when that cannot be done."""
    from desktop_app.ui.banner import Notice
    from desktop_app.ui.dialogs.backups import restored_notice

    try:
        return restored_notice(*restore_library(paths, backup))
    except UserFacingError as error:
        return Notice(error.sentence, error.next_step)


def open_classifier(*, model: str = "", device: str = "auto", models_folder: Path | None = None) -> Classifier:
    """A classifier with the built-in model, or a downloaded one by name. Raises UserFacingError for an unknown name."""
    imaging.setup()
    entry = find_entry((built_in_entry(), *hub_entries()), model or BUILT_IN_NAME)
    folder = models_folder or default_models_folder()
    return Classifier(
        Inference(lambda: load_catalogue_model(entry, device=device, models_folder=folder)),
        calibration=calibration_of(entry),
        background_captions=_texts("background_captions.txt"),
    )


class Composition:
    """How the entry point builds things: what the command line is handed (`cli.context.Openers`)."""

    def library(self, folder: Path, *, device: str) -> Library:
        """Open a library."""
        return open_library(folder, device=device)

    def classifier(self, *, model: str, device: str) -> Classifier:
        """Make a classifier."""
        return open_classifier(model=model, device=device)

    def window(self, folder: Path, *, folders: list[Path], device: str) -> int:
        """Open the window and return its exit code."""
        return run_window(folder, folders=folders, device=device)

    def log(self, folder: Path | None, *, debug: bool) -> None:
        """Start logging."""
        start_logging(folder, debug=debug)


def start_logging(folder: Path | None, *, debug: bool) -> None:
    """Log to a file in the library folder when there is one; to the terminal as well when debugging."""
    handlers: list[logging.Handler] = [logging.NullHandler()]
    if folder is not None:
        path = LibraryPaths(_made(folder)).log
        with contextlib.suppress(OSError):  # a read-only library still serves, without a log
            make_private(path)
        handlers.append(
            logging.handlers.RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=2, encoding="utf-8", delay=True)
        )
    if debug:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO, format=_LOG_FORMAT, handlers=handlers, force=True
    )
    logging.captureWarnings(capture=True)
    # Libraries that are chatty at these levels without telling anything of Keepsight's doings.
    for name in ("PIL", "watchdog", "fsevents", "huggingface_hub", "urllib3", "httpx", "timm"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.simplefilter("default")


def _made(folder: Path) -> Path:
    """The library folder, made when it is not there, for its owner's eyes only."""
    full = Path(folder).expanduser().absolute()
    try:
        full.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserFacingError(
            f"The library folder {full} cannot be made ({os.strerror(error.errno or 0)}).",
            "Choose another with --library.",
        ) from error
    return full


def _model_settings(device: str, models_folder: Path | None) -> ModelSettings:
    """What models run on, and the words they are used with."""
    return ModelSettings(
        device=device,
        models_folder=models_folder or default_models_folder(),
        vocabulary=parse_vocabulary(resource_path("vocabularies", "everyday.json").read_text(encoding="utf-8")),
        background_captions=_texts("background_captions.txt"),
        rare_things=_texts("rare_things.txt"),
    )


def _texts(name: str) -> tuple[str, ...]:
    """The lines of a file of texts, without its remarks."""
    text = resource_path("vocabularies", name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
