"""The leaves of a query's tree: what a photo can be asked about. Combined by And, Or and Not of `domain.query`.

Every leaf is a plain value; `span` says where in the typed text it came from and plays no part in comparing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from desktop_app.domain.photo import RAW_FORMAT


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in the typed text: characters `start` up to, not including, `end`."""

    start: int = 0
    end: int = 0


NOWHERE = Span()


@dataclass(frozen=True, slots=True)
class Meaning:
    """Photos that show this. A matter of degree: it has a probability, not a yes or no."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SimilarTo:
    """Photos like this one of the library: "#" and its id, its file name, or the end of its path. A matter of degree."""

    reference: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Words:
    """Photos with these words, in this order, in a name, title, description, tag, place or camera."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class NameKind(StrEnum):
    """What a photo can have or be in, by name. The values are the filters' names in the language."""

    TAG = "tag"
    """Accepted or suggested; the name is whole, in any case."""
    ALBUM = "album"
    """The name is whole, in any case."""
    FOLDER = "folder"
    """One or more whole folder names on the way to a file of the photo: "2023", "Holidays/2023"."""
    CAMERA = "camera"
    """A part of make and model."""
    LENS = "lens"
    """A part of the lens's name."""
    TYPE = "type"
    """File format: "jpeg", "heic"."""


@dataclass(frozen=True, slots=True)
class Named:
    """Photos with this tag, in this album or folder, by this camera and so on."""

    kind: NameKind
    name: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class NumberKind(StrEnum):
    """Whole numbers a photo has. The values are the filters' names in the language."""

    RATING = "rating"
    """0 (none) to 5 stars."""
    SIZE = "size"
    """Bytes of the file."""
    WIDTH = "width"
    """Pixels, after EXIF orientation."""
    HEIGHT = "height"
    ISO = "iso"


@dataclass(frozen=True, slots=True)
class NumberWithin:
    """Photos whose number lies within bounds, both included; None is open. A photo without the number never does."""

    kind: NumberKind
    low: int | None = None
    high: int | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TakenWithin:
    """Photos taken from the first day to the last, both included; None is open. Undated ones count by their file's date."""

    first: date | None = None
    last: date | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


class State(StrEnum):
    """Yes-or-no facts, as `is:` names them."""

    FAVOURITE = "favourite"
    UNTAGGED = "untagged"
    """No tag at all, accepted or suggested."""
    TAGGED = "tagged"
    RATED = "rated"
    LOCATED = "located"
    """With GPS coordinates."""
    MISSING = "missing"
    """No file of it is there at present."""


@dataclass(frozen=True, slots=True)
class IsState:
    """Photos of which this is true."""

    state: State
    span: Span = field(default=NOWHERE, compare=False, repr=False)


DEFAULT_RADIUS_KM = 10.0
"""A city and its outskirts."""


@dataclass(frozen=True, slots=True)
class NearPoint:
    """Photos taken within a distance of a point on the Earth."""

    latitude: float
    """Degrees north, -90 to 90."""
    longitude: float
    """Degrees east, -180 to 180."""
    radius_km: float = DEFAULT_RADIUS_KM
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NearPlace:
    """Photos taken within a distance of a place named in words; looked up before it is searched for."""

    place: str
    radius_km: float = DEFAULT_RADIUS_KM
    span: Span = field(default=NOWHERE, compare=False, repr=False)


FilterLeaf = Words | Named | NumberWithin | TakenWithin | IsState | NearPoint | NearPlace
"""Leaves that are true or false of a photo."""

RankedLeaf = Meaning | SimilarTo
"""Leaves that are true to a degree."""

ANY_VIDEO = "VIDEO"
"""Stands for every format of a video."""

TYPE_ALIASES = {
    "jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "bmp": "BMP", "tif": "TIFF",
    "tiff": "TIFF", "heic": "HEIF", "heif": "HEIF", "avif": "AVIF",
    "jxl": "JPEG XL", "jp2": "JPEG 2000", "psd": "PSD", "qoi": "QOI", "raw": RAW_FORMAT,
    "video": ANY_VIDEO, "mp4": "MP4", "mov": "QuickTime", "mkv": "MATROSKA", "webm": "MATROSKA", "avi": "AVI",
}  # fmt: skip
"""What `type:` understands, and the format's name in the library."""
