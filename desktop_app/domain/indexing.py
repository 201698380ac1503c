"""The values that travel along the indexing pipeline: found files, what was read of them, batches to store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import ContentHash, FileStamp, Metadata, PhotoId, RootId
from desktop_app.domain.tag import TagId, TagSource, TagState


@dataclass(frozen=True, slots=True)
class FileKey:
    """Where a file is, in a way that survives the root being mounted elsewhere."""

    root_id: RootId
    relative_path: str


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the library remembers of a file, for the scan to compare with."""

    stamp: FileStamp
    photo_id: PhotoId | None
    """None for a file that was skipped."""
    embedded: bool
    """True when the active model has an embedding of it."""
    missing: bool = False
    retry: bool = False
    """A skipped file whose reason may have passed (it could not be opened): read again at every scan."""


class KnownFiles(Mapping[str, KnownFile]):
    """What the library remembers of files, by path relative to their root.

    Nearly all are photos in order: embedded, and there at the last look. Of these only what a look compares is kept, since
    a value for each of a hundred thousand would take it most of its time.
    """

    def __init__(
        self, in_order: dict[str, tuple[int, int, PhotoId]] | None = None, others: dict[str, KnownFile] | None = None
    ) -> None:
        self.in_order = in_order or {}
        """Size, time of change in nanoseconds, and photo."""
        self.others = others or {}

    @classmethod
    def of(cls, files: Mapping[str, KnownFile]) -> KnownFiles:
        """From values."""
        known = cls()
        for path, file in files.items():
            if file.photo_id is not None and file.embedded and not file.missing and not file.retry:
                known.in_order[path] = (file.stamp.size, file.stamp.mtime_ns, file.photo_id)
            else:
                known.others[path] = file
        return known

    def add(self, more: KnownFiles) -> None:
        """Know of other files as well."""
        self.in_order |= more.in_order
        self.others |= more.others

    def __getitem__(self, path: str) -> KnownFile:
        found = self.in_order.get(path)
        if found is None:
            return self.others[path]
        size, mtime_ns, photo_id = found
        return KnownFile(FileStamp(size, mtime_ns), photo_id, embedded=True)

    def __iter__(self) -> Iterator[str]:
        yield from self.in_order
        yield from self.others

    def __len__(self) -> int:
        return len(self.in_order) + len(self.others)


@dataclass(frozen=True, slots=True)
class ChangedPlaces:
    """Where to look in one root: all of it, or the places that are known to have changed."""

    root_id: RootId
    below: tuple[str, ...] = ("",)
    """Files and folders, none inside another; "" is the whole root."""
    suspects: frozenset[str] = frozenset()
    """Files (or folders of files) to read even when size and time say that they are the same: something was moved there."""
    being_written: frozenset[str] = frozenset()
    """Files to leave alone for now: another program is still writing them."""

    def suspects_file(self, relative: str) -> bool:
        """Whether this file, or a folder around it, is among the suspects."""
        place = relative if self.suspects else ""
        while place and place not in self.suspects:
            place = place.rpartition("/")[0]
        return bool(place)


class FindKind(StrEnum):
    """Why the scan wants a file read."""

    NEW = "new"
    MODIFIED = "modified"
    UNEMBEDDED = "unembedded"
    """Unchanged, but the active model has not seen it."""
    RETURNED = "returned"
    """Was marked missing and is there again, unchanged: nothing to read."""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that the scan wants looked at."""

    key: FileKey
    path: str
    kind: FindKind
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class ContentFacts:
    """What the library stores of a photo's content, embedding and tags apart."""

    content_hash: ContentHash
    file_format: str
    width: int
    height: int
    metadata: Metadata
    thumbnail: bytes
    """JPEG."""
    duration_seconds: float | None = None
    """Of a video; None for a picture."""
    motion: bool = False
    """A picture with a few seconds of video inside the same file."""


@dataclass(frozen=True, slots=True)
class MachineTag:
    """A tag that a model says a photo has."""

    tag_id: TagId
    probability: float
    state: TagState
    """Accepted or suggested: a machine that thinks otherwise says nothing."""
    source: TagSource = TagSource.ZERO_SHOT


@dataclass(frozen=True, slots=True)
class MomentVector:
    """What a model made of one frame of a video."""

    second: float
    """From the video's start."""
    vector: npt.NDArray[np.float32]
    """[D], L2-normalised."""


@dataclass(frozen=True, slots=True)
class FreshPhoto:
    """A file whose content was read and embedded in this run."""

    found: FoundFile
    stamp: FileStamp
    """As it was when the bytes were read, which may be later than the scan."""
    facts: ContentFacts
    vector: npt.NDArray[np.float32]
    """[D], L2-normalised."""
    tags: tuple[MachineTag, ...]
    moments: tuple[MomentVector, ...] = ()
    """Of a video, whose `vector` is their mean; empty for a picture."""
    place: str | None = None
    """Names of where it was taken, from near to far; empty far from everything, None without a position."""


@dataclass(frozen=True, slots=True)
class KnownPhoto:
    """A file whose bytes are in the library already: nothing was decoded or embedded for it."""

    found: FoundFile
    stamp: FileStamp
    content_hash: ContentHash
    gone_from: tuple[FileKey, ...] = ()
    """Places that hold the same content in the library but no longer on disk: the file was moved from one of them."""


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file that could not be read, and why, in words a person understands."""

    found: FoundFile
    reason: str
    is_photo: bool
    transient: bool


@dataclass(frozen=True, slots=True)
class IndexBatch:
    """What one transaction stores."""

    model_id: ModelId
    fresh: tuple[FreshPhoto, ...] = ()
    known: tuple[KnownPhoto, ...] = ()
    unreadable: tuple[UnreadableFile, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many files of a batch ended as what."""

    added: int = 0
    modified: int = 0
    moved: int = 0
    reused: int = 0
    embedded: int = 0
    skipped: int = 0
