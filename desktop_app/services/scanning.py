"""Compare a folder on disk with what the library remembers of it. Unchanged files cost one stat each."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from desktop_app.domain.exclusion import Exclusion
from desktop_app.domain.indexing import ChangedPlaces, FileKey, FindKind, FoundFile, KnownFile, KnownFiles
from desktop_app.domain.photo import FileStamp, PhotoId, RootId

_NAME = attrgetter("name")


@dataclass(slots=True)
class ScanTally:
    """Counts a scan keeps while it runs; read by others for progress."""

    found: int = 0
    to_read: int = 0
    unchanged: int = 0
    still_skipped: int = 0
    gone: list[FileKey] = field(default_factory=list)
    """Known files that were not seen. Complete only when the scan ended by itself."""
    left_out: list[FileKey] = field(default_factory=list)
    """Known files that the library is to leave out from now on, whether they are there or not."""
    unlisted: dict[FileKey, str] = field(default_factory=dict)
    """Folders and files that the system would not let be looked at, and why. What is known of them stays as it is."""


def scan_folder(
    root: str,
    places: ChangedPlaces,
    *,
    known: KnownFiles,
    exclusion: Exclusion,
    tally: ScanTally,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[FoundFile]:
    """Yield the files at or below the places of `root` that need a look: new, changed, not embedded, or returned.

    `known` holds what the library remembers of these places. Symbolic links to files are followed, links to folders are
    not (they could lead in circles). What could not be listed counts as unseen-but-there: nothing below an unreadable
    folder is called gone.
    """
    seen: set[str] = set()
    in_order, suspicious = known.in_order, bool(places.suspects)
    unlisted: dict[str, str] = {}
    for below in places.below:
        for relative, path, info in _walk(root, below, exclusion, unlisted, cancelled):
            seen.add(relative)
            if relative in places.being_written:
                continue
            tally.found += 1
            if not suspicious and _is_unchanged(in_order.get(relative), info):
                tally.unchanged += 1
                continue
            kind = _compare(known.get(relative), info, tally, suspect=places.suspects_file(relative))
            if kind is not None:
                key = FileKey(places.root_id, relative)
                yield FoundFile(key, path, kind, FileStamp(info.st_size, info.st_mtime_ns))
    tally.unlisted |= {FileKey(places.root_id, relative): reason for relative, reason in unlisted.items()}
    if not cancelled():
        unseen = (relative for relative in known if relative not in seen and relative not in unlisted)
        _conclude(unseen, places.root_id, known, exclusion, tally, unlisted=unlisted)


def _is_unchanged(remembered: tuple[int, int, PhotoId] | None, info: os.stat_result) -> bool:
    """Whether a photo in order still has its size and time. All but a few have: asked a hundred thousand times a scan."""
    return remembered is not None and remembered[1] == info.st_mtime_ns and remembered[0] == info.st_size


def _conclude(
    unseen: Iterator[str],
    root_id: RootId,
    known: KnownFiles,
    exclusion: Exclusion,
    tally: ScanTally,
    *,
    unlisted: Iterable[str],
) -> None:
    """Known files that did not show: left out on purpose, hidden by a folder that cannot be read, or gone."""
    hidden = tuple(f"{folder}/" if folder else "" for folder in unlisted)
    for relative in unseen:
        if exclusion.leaves_out_below(relative, is_folder=False):
            tally.left_out.append(FileKey(root_id, relative))
        elif not known[relative].missing and not (hidden and relative.startswith(hidden)):
            tally.gone.append(FileKey(root_id, relative))


def _compare(known: KnownFile | None, info: os.stat_result, tally: ScanTally, *, suspect: bool) -> FindKind | None:
    """What to do about one file; counts the ones with nothing to do. A suspect is read even when its stamp is the same."""
    if known is None:
        tally.to_read += 1
        return FindKind.NEW
    if known.stamp.size != info.st_size or known.stamp.mtime_ns != info.st_mtime_ns or known.retry or suspect:
        tally.to_read += 1
        return FindKind.NEW if known.photo_id is None else FindKind.MODIFIED
    if known.photo_id is None:
        tally.still_skipped += 1
        return None
    if not known.embedded:
        tally.to_read += 1
        return FindKind.UNEMBEDDED
    if known.missing:
        return FindKind.RETURNED
    tally.unchanged += 1
    return None


def _walk(
    root: str, below: str, exclusion: Exclusion, unlisted: dict[str, str], cancelled: Callable[[], bool]
) -> Iterator[tuple[str, str, os.stat_result]]:
    """Every regular file as (path relative to the root with forward slashes, full path, stat). `unlisted` is added to."""
    start = os.path.join(root, *below.split("/")) if below else root
    if below and not _would_be_entered(root, below, exclusion):
        return
    if below and not os.path.isdir(start):
        info = _stat_of_regular_file(lambda: os.stat(start), below, unlisted)
        if info is not None:
            yield below, start, info
        return
    folders = [(below, start)]
    while folders and not cancelled():
        relative_folder, folder = folders.pop()
        inner: list[tuple[str, str]] = []
        prefix = f"{relative_folder}/" if relative_folder else ""
        for entry, is_folder in _entries_by_name(folder, relative_folder, unlisted):
            relative = prefix + entry.name
            if exclusion.leaves_out(relative, is_folder=is_folder):
                continue
            if is_folder:
                inner.append((relative, entry.path))
            elif (info := _stat_of_regular_file(entry.stat, relative, unlisted)) is not None:
                yield relative, entry.path, info
        # Depth first, in the order a person reads the tree.
        folders.extend(reversed(inner))


def _entries_by_name(folder: str, relative: str, unlisted: dict[str, str]) -> list[tuple[os.DirEntry[str], bool]]:
    """What a folder holds, and which of it are folders. One that cannot be listed is noted, and holds nothing."""
    try:
        # Some file systems do not say in a list what is a folder: then each is asked, and may not answer.
        return [(entry, entry.is_dir(follow_symlinks=False)) for entry in sorted(os.scandir(folder), key=_NAME)]
    except OSError as error:
        # No permission, or gone in the meantime. The latter shows in the parent's next scan.
        unlisted[relative] = _reason(error, "folder")
        return []


def _would_be_entered(root: str, below: str, exclusion: Exclusion) -> bool:
    """True when a scan of the whole root would come to this place: through nothing left out and no linked folder."""
    place, relative = root, ""
    for name in below.split("/"):
        place, relative = os.path.join(place, name), f"{relative}/{name}" if relative else name
        is_folder = os.path.isdir(place)
        if (is_folder and os.path.islink(place)) or exclusion.leaves_out(relative, is_folder=is_folder):
            return False
    return True


def _stat_of_regular_file(
    ask: Callable[[], os.stat_result], relative: str, unlisted: dict[str, str]
) -> os.stat_result | None:
    """None for pipes and devices, a dangling link, a file that vanished between listing and stat, or one that the system
    does not let be looked at, which is noted.
    """
    try:
        info = ask()
    except OSError as error:
        if error.errno not in _NOT_THERE:
            unlisted[relative] = _reason(error, "file")
        return None
    return info if stat.S_ISREG(info.st_mode) else None


# Gone, or a link that leads nowhere or to itself.
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})


def _reason(error: OSError, what: str) -> str:
    """Why a file or folder cannot be looked at, for a person; empty when it is only gone."""
    if error.errno in _NOT_THERE:
        return ""
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"Keepsight is not allowed to look into this {what}"
    if error.errno == errno.ENAMETOOLONG:
        return f"The path of this {what} is longer than the system can open"
    return f"This {what} could not be looked at: {error.strerror}"
