"""What a photo is: content with an identity of its own, found in one or more files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NewType

from desktop_app.domain.tag import AssignedTag

PhotoId = NewType("PhotoId", int)
"""Row id of one content (unique bytes) in one library."""

RootId = NewType("RootId", int)
"""Row id of one library root: a folder the person added."""

ContentHash = NewType("ContentHash", str)
"""Lower-case hex of the 128-bit BLAKE2b (RFC 7693) of a file's bytes: a photo's identity."""


RAW_FORMAT = "CAMERA RAW"
"""The `file_format` of camera raw files, whichever maker's."""

RAW_BADGE = "RAW"
MOTION_BADGE = "Motion"
LIVE_BADGE = "Live"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What a `stat` says of a file; equal stamps mean that the file need not be read again."""

    size: int
    """Bytes."""
    mtime_ns: int
    """Modification time, nanoseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the camera wrote into the file. Absent or unreadable fields are None."""

    taken_at: datetime | None = None
    """Local time where the photo was taken; naive unless the file states its UTC offset."""
    camera_make: str | None = None
    camera_model: str | None = None
    lens: str | None = None
    exposure_seconds: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    latitude: float | None = None
    """Degrees north, WGS 84, -90 to 90."""
    longitude: float | None = None
    """Degrees east, WGS 84, -180 to 180."""
    altitude_m: float | None = None

    @property
    def camera(self) -> str | None:
        """Make and model as a person says them: the make is not said twice ("Canon EOS 80D")."""
        make, model = self.camera_make or "", self.camera_model or ""
        if model.lower().startswith(make.lower()):
            return model or None
        return f"{make} {model}".strip() or None


@dataclass(frozen=True, slots=True)
class PhotoLocation:
    """One file that holds a photo."""

    root_id: RootId
    root: Path
    relative_path: str
    """Below the root, with forward slashes."""
    missing: bool = False
    """The file is gone from a folder that is there."""
    offline: bool = False
    """The file's drive is away: nothing is known to have changed."""

    @property
    def path(self) -> Path:
        """Where the file is (or was, when missing)."""
        return self.root / self.relative_path


@dataclass(frozen=True, slots=True)
class PhotoSummary:
    """What one cell of the grid needs."""

    id: PhotoId
    name: str
    width: int
    """Pixels, after EXIF orientation."""
    height: int
    taken_at: datetime | None
    missing: bool
    """True when every file that held the photo is gone."""
    offline: bool = False
    """True when the photo has a file, but none on a drive that is there at present."""
    duration_seconds: float | None = None
    """Of a video; None for a picture."""
    badge: str = ""
    """What it is beside a plain picture, in a word or three: "RAW", "RAW + JPEG", "Live"; empty for the others."""
    stacked: int = 1
    """Photos shown by this one: itself, and those that belong to it."""
    blurred: bool = False
    """It is sensitive, and its pictures come blurred until it is revealed."""
    rating: int = 0
    """Stars, 0 to 5."""
    favourite: bool = False


@dataclass(frozen=True, slots=True)
class Curation:
    """What a person, here or in another program, said of a photo beside tags."""

    rating: int = 0
    """Stars, 0 to 5."""
    favourite: bool = False
    title: str | None = None
    description: str | None = None
    label: str | None = None
    """A colour or another word that another program marked it with."""
    albums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """What the inspector shows of one photo."""

    id: PhotoId
    content_hash: ContentHash
    width: int
    height: int
    file_format: str
    """Short upper-case name: "JPEG", "HEIF"."""
    byte_size: int
    metadata: Metadata
    locations: tuple[PhotoLocation, ...]
    """Files that are there first; never empty."""
    duration_seconds: float | None = None
    """Of a video; None for a picture."""
    tags: tuple[AssignedTag, ...] = field(default=())
    """Accepted and suggested tags, the person's own first, then by falling probability; rejected ones are left out."""
    curation: Curation = field(default_factory=Curation)

    place: str = ""
    """Names of where it was taken, from near to far; empty when that is not known."""

    @property
    def path(self) -> Path:
        """The first file that is there; a missing one only when none is."""
        return self.locations[0].path


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file in a watched folder that is not in the library, and why, in words a person understands."""

    path: Path
    reason: str
    is_photo: bool = True
    """False for files that never were photos (text, video, sidecars): listed, but no fault."""
