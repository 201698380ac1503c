"""Add, rescan and remove folders. These block: run them off the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_file, is_folder
from desktop_app.domain.library import RootInfo
from desktop_app.domain.progress import IndexReport
from desktop_app.services.services import Services


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was dropped on the window: folders to add, or a picture to search by."""

    folders: tuple[Path, ...]
    picture: Path | None


def begin_work(services: Services) -> Future[IndexReport]:
    """What a window does once it is up: watch the folders, look for what changed meanwhile, have the model at hand."""
    services.watching.start()
    run = services.indexing.start()
    services.models.warm_up()
    services.backing_up.start()
    return run


def add_folders(services: Services, paths: Sequence[Path]) -> Future[IndexReport]:
    """Watch these folders from now on, and begin to read what is in them. Raises UserFacingError."""
    roots = [services.organising.add_folder(path) for path in paths]
    return services.indexing.start([root.root_id for root in roots])


def remove_folder(services: Services, root: RootInfo) -> None:
    """Forget a folder. The photos themselves stay where they are."""
    services.organising.remove_folder(root.root_id)


def look_again(services: Services, roots: Sequence[RootInfo] | None = None) -> Future[IndexReport]:
    """Begin to look for new and changed photos in these folders, or in all."""
    return services.indexing.start(None if roots is None else [root.root_id for root in roots])


def relink(services: Services, old: Path, new: Path) -> Future[IndexReport]:
    """Say where a folder is now, and begin to bring it up to date there. Raises UserFacingError."""
    root = services.recovering.relink(old, new)
    return services.indexing.start([root.root_id])


def retry_skipped(services: Services, paths: Sequence[Path] | None = None) -> None:
    """Read skipped files once more: these, or all."""
    services.organising.retry_skipped(paths)
    services.indexing.start()


def sort_dropped(paths: Sequence[Path]) -> Dropped:
    """Tell folders from pictures. Raises UserFacingError when there is neither."""
    folders = tuple(path for path in paths if is_folder(path))
    picture = next((path for path in paths if is_file(path)), None)
    if not folders and picture is None:
        raise UserFacingError("What was dropped is not a folder and not a file on this computer.")
    return Dropped(folders, picture)
