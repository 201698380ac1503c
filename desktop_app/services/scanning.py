"""Compare a folder on disk with what the library remembers of it. Unchanged files cost one stat each."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from desktop_app.domain.indexing import FileKey, FindKind, FoundFile, KnownFile
from desktop_app.domain.photo import FileStamp, RootId

# Folders where other programs keep caches, trash and previews of photos: never a person's own pictures.
_FOREIGN_FOLDERS = frozenset(
    {"@eadir", "#recycle", "$recycle.bin", "system volume information", "__macosx", "lost+found"}
)
_FOREIGN_SUFFIXES = (".lrdata", ".photoslibrary", ".cocatalog")


@dataclass(slots=True)
class ScanTally:
    """Counts a scan keeps while it runs; read by others for progress."""

    found: int = 0
    to_read: int = 0
    unchanged: int = 0
    still_skipped: int = 0
    gone: list[FileKey] = field(default_factory=list)
    """Known files that were not seen. Complete only when the scan ended by itself."""
    unreadable_folders: list[str] = field(default_factory=list)


def is_foreign_folder(name: str) -> bool:
    """True for folders the scan does not enter: hidden ones, and other programs' caches and trash."""
    lower = name.lower()
    return lower.startswith(".") or lower in _FOREIGN_FOLDERS or lower.endswith(_FOREIGN_SUFFIXES)


def scan_folder(
    root_id: RootId,
    root: str,
    *,
    known: Mapping[str, KnownFile],
    tally: ScanTally,
    below: str = "",
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[FoundFile]:
    """Yield the files at or below `root`/`below` that need a look: new, changed, not embedded, or returned.

    Symbolic links to files are followed, links to folders are not (they could lead in circles). What could not be
    listed counts as unseen-but-there: nothing below an unreadable folder is called gone.
    """
    seen: set[str] = set()
    unlisted_before = len(tally.unreadable_folders)
    for relative, path, info in _walk(root, below, tally, cancelled):
        seen.add(relative)
        tally.found += 1
        kind = _compare(known.get(relative), info, tally)
        if kind is not None:
            yield FoundFile(FileKey(root_id, relative), path, kind, FileStamp(info.st_size, info.st_mtime_ns))
    if not cancelled():
        unlisted = tally.unreadable_folders[unlisted_before:]
        hidden = tuple(f"{folder}/" if folder else "" for folder in unlisted)
        tally.gone.extend(
            FileKey(root_id, relative)
            for relative, file in known.items()
            if relative not in seen and not file.missing and not (hidden and relative.startswith(hidden))
        )


def _compare(known: KnownFile | None, info: os.stat_result, tally: ScanTally) -> FindKind | None:
    """What to do about one file; counts the ones with nothing to do."""
    if known is None:
        tally.to_read += 1
        return FindKind.NEW
    if known.stamp.size != info.st_size or known.stamp.mtime_ns != info.st_mtime_ns or known.retry:
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
    root: str, below: str, tally: ScanTally, cancelled: Callable[[], bool]
) -> Iterator[tuple[str, str, os.stat_result]]:
    """Every regular file as (path relative to the root with forward slashes, full path, stat)."""
    start = os.path.join(root, *below.split("/")) if below else root
    if below and not _would_be_entered(root, below):
        return
    if below and not os.path.isdir(start):
        yield from _single(below, start)
        return
    folders = [(below, start)]
    while folders and not cancelled():
        relative_folder, folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            # No permission, or gone in the meantime. The latter shows in the parent's next scan.
            tally.unreadable_folders.append(relative_folder)
            continue
        inner: list[tuple[str, str]] = []
        for entry in entries:
            relative = f"{relative_folder}/{entry.name}" if relative_folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if not is_foreign_folder(entry.name):
                    inner.append((relative, entry.path))
            else:
                yield from _single(relative, entry.path, entry)
        # Depth first, in the order a person reads the tree.
        folders.extend(reversed(inner))


def _would_be_entered(root: str, below: str) -> bool:
    """True when a scan of the whole root would come to this place: through no foreign folder and no linked one."""
    place = root
    for name in below.split("/"):
        place = os.path.join(place, name)
        if os.path.isdir(place) and (os.path.islink(place) or is_foreign_folder(name)):
            return False
    return True


def _single(
    relative: str, path: str, entry: os.DirEntry[str] | None = None
) -> Iterator[tuple[str, str, os.stat_result]]:
    try:
        info = entry.stat() if entry is not None else os.stat(path)
    except OSError:
        # A dangling link, or a file that vanished between listing and stat.
        return
    if stat.S_ISREG(info.st_mode):
        yield relative, path, info
