"""Keeps stacks true to the folders: after a run, in every folder that it touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import FileKey
from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.stacks import Stack, stacks_of
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.stacks import (
    behind,
    due_folders,
    keep_apart,
    note_all_folders_done,
    put_stacks,
    stackable_files,
)
from desktop_app.store.writer import WriteSession

Folder = tuple[RootId, str]
"""A root and a folder below it, as a relative path."""

Ids = npt.NDArray[np.int64]

# A person's own actions wait for one of these writes at most.
_FOLDERS_AT_ONCE = 50


def folder_of(key: FileKey) -> Folder:
    """The folder that a file is in."""
    return key.root_id, key.relative_path.rpartition("/")[0]


def restack(store: LibraryStore, touched: Iterable[Folder]) -> None:
    """Look anew at what belongs together in some folders; the first time in a library, in all. Blocks until stored."""
    due = due_folders(store.reader)
    folders = sorted({*touched, *due})
    for start in range(0, len(folders), _FOLDERS_AT_ONCE):
        _restack(store, folders[start : start + _FOLDERS_AT_ONCE])
    if due:
        store.index_write(lambda session: (None, note_all_folders_done(session))).result()


def _restack(store: LibraryStore, folders: Sequence[Folder]) -> None:
    found: list[tuple[set[PhotoId], list[Stack]]] = []
    for root_id, folder in folders:
        files = stackable_files(store.reader, root_id, folder)
        found.append(({file.photo_id for file in files}, stacks_of(files)))

    def put(session: WriteSession) -> tuple[None, LibraryChanges]:
        changes = LibraryChanges()
        for photos, stacks in found:
            changes |= put_stacks(session, photos, stacks)
        return None, changes

    store.index_write(put).result()


def folded(photos: Ids, pairs: Ids) -> Ids:
    """A list of photos without those that stand behind another one of the same list. `pairs`: [n, 2], photo and leader."""
    if not len(photos) or not len(pairs):
        return photos
    size = int(max(photos.max(), pairs.max())) + 1
    hidden, listed = np.zeros(size, bool), np.zeros(size, bool)
    listed[photos] = True
    hidden[pairs[listed[pairs[:, 1]], 0]] = True
    return photos[~hidden[photos]]


class Stacking:
    """What a person can ask about stacks."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    def behind(self, leader: PhotoId) -> tuple[PhotoId, ...]:
        """The photos that a stack's leader stands for, without itself; empty when it leads none."""
        return behind(self._store.reader, leader)

    def take_apart(self, leaders: Sequence[PhotoId]) -> LibraryChanges:
        """Show the photos of these stacks one by one from now on."""
        photos = [photo for leader in leaders for photo in (leader, *self.behind(leader))]
        return self._store.change(lambda session: keep_apart(session, photos))
