"""An open store on real files, and short ways to say what the indexer read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.indexing import (
    BatchCounts,
    ContentFacts,
    FileKey,
    FindKind,
    FoundFile,
    FreshPhoto,
    IndexBatch,
    KnownPhoto,
    MachineTag,
    UnreadableFile,
)
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import ContentHash, FileStamp, Metadata, PhotoId, RootId
from desktop_app.domain.query import And
from desktop_app.store.embeddings import put_model
from desktop_app.store.files import put_root
from desktop_app.store.indexing import store_batch
from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
from desktop_app.store.photos import photo_at, photo_ids
from desktop_app.store.reader import Reader
from desktop_app.store.writer import Writer

DIMENSION = 8


def hash_of(content: str) -> ContentHash:
    """The hash that the tests give some content."""
    return ContentHash(hashlib.blake2b(content.encode(), digest_size=16).hexdigest())


def stamp(number: int = 1) -> FileStamp:
    """A file stamp; other numbers are other stamps."""
    return FileStamp(size=1000 + number, mtime_ns=1_700_000_000_000_000_000 + number)


@dataclass
class OpenStore:
    """A store with one root and one model."""

    reader: Reader
    writer: Writer
    root: RootId
    model: ModelId

    def found(self, path: str, *, kind: FindKind = FindKind.NEW, at: FileStamp | None = None) -> FoundFile:
        """A file that the scan came upon."""
        return FoundFile(FileKey(self.root, path), f"/photos/{path}", kind, at or stamp())

    def fresh(
        self,
        path: str,
        content: str,
        *,
        kind: FindKind = FindKind.NEW,
        tags: tuple[MachineTag, ...] = (),
        metadata: Metadata | None = None,
    ) -> FreshPhoto:
        """A file that was read and embedded."""
        facts = ContentFacts(hash_of(content), "JPEG", 40, 30, metadata or Metadata(), b"jpeg of " + content.encode())
        vector = np.random.default_rng(len(content)).normal(size=DIMENSION).astype(np.float32)
        return FreshPhoto(self.found(path, kind=kind), stamp(), facts, vector / np.linalg.norm(vector), tuple(tags))

    def known(self, path: str, content: str, *, kind: FindKind = FindKind.NEW, gone_from: str = "") -> KnownPhoto:
        """A file whose bytes the library has."""
        gone = (FileKey(self.root, gone_from),) if gone_from else ()
        return KnownPhoto(self.found(path, kind=kind), stamp(), hash_of(content), gone)

    def unreadable(
        self, path: str, *, kind: FindKind = FindKind.NEW, transient: bool = False, at: FileStamp | None = None
    ) -> UnreadableFile:
        """A file that could not be read."""
        return UnreadableFile(self.found(path, kind=kind, at=at), "The file is damaged", True, transient)

    def put(self, **parts: Any) -> tuple[BatchCounts, LibraryChanges]:
        """Store one batch."""
        batch = IndexBatch(self.model, **{name: tuple(items) for name, items in parts.items()})
        return self.writer.do(lambda session: store_batch(session, batch))

    def add(self, path: str, content: str, **more: Any) -> PhotoId:
        """Store one fresh file; return its photo."""
        self.put(fresh=[self.fresh(path, content, **more)])
        return self.at(path)

    def at(self, path: str) -> PhotoId:
        """The photo at a path."""
        found = photo_at(self.reader, self.root, path)
        assert found is not None
        return found

    def listed(self) -> set[int]:
        """All photos of the library."""
        return set(photo_ids(self.reader, And(())).tolist())


@pytest.fixture
def make_store(tmp_path: Path) -> Iterator[Callable[..., OpenStore]]:
    """Make stores in folders of their own, closed at the end."""
    opened: list[OpenStore] = []

    def make(name: str = "library") -> OpenStore:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        library, thumbnails = folder / "library.db", folder / "thumbnails.db"
        prepare_library_file(library)
        prepare_thumbnail_file(thumbnails)
        reader = Reader(library=library, thumbnails=thumbnails)
        writer = Writer(library=library, thumbnails=thumbnails)
        root, _ = writer.do(lambda session: put_root(session, Path("/photos")))
        model = writer.do(lambda session: put_model(session, "a-model"))
        opened.append(OpenStore(reader, writer, root, model))
        return opened[-1]

    yield make
    for store in opened:
        store.writer.close()
        store.reader.close()


@pytest.fixture
def store(make_store: Callable[..., OpenStore]) -> OpenStore:
    """One open store."""
    return make_store()
