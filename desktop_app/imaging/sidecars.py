"""The files beside a photo that hold what programs say of it: `name.jpg.xmp`, or `name.xmp`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.base.paths import is_file, is_there
from desktop_app.base.replacing import replace_file
from desktop_app.domain.annotations import Annotations, merged
from desktop_app.domain.sidecar import SidecarNaming
from desktop_app.imaging.formats import RAW_EXTENSIONS
from desktop_app.imaging.xmp_document import MAX_BYTES, XmpProblem, parse_xmp
from desktop_app.imaging.xmp_reading import annotations_of

SUFFIX = ".xmp"
_SUFFIXES = (".xmp", ".XMP")


@dataclass(frozen=True, slots=True)
class SidecarsRead:
    """What the sidecars of a photo say."""

    annotations: Annotations
    problems: tuple[tuple[Path, str], ...] = ()
    """Sidecars that could not be read, and why."""


def sidecars_of(photo: Path) -> list[Path]:
    """The sidecars that a photo has, the one with its full name first.

    `name.xmp` beside a raw file and a JPEG of one name belongs to the raw file, as in Lightroom.
    """
    full = [path for suffix in _SUFFIXES if is_file(path := photo.with_name(photo.name + suffix))]
    stem = [path for suffix in _SUFFIXES if is_file(path := photo.with_suffix(suffix))] if photo.suffix else []
    if stem and photo.suffix.lower() not in RAW_EXTENSIONS and _has_raw_twin(photo):
        stem = []
    return _without_repetition([*full, *stem])


def own_sidecars(photo: Path) -> list[Path]:
    """The sidecars that are this photo's alone: not a `name.xmp` that stands beside another file of that name, too."""
    try:
        names = [entry.name for entry in os.scandir(photo.parent)]
    except OSError:
        names = []
    shared = any(
        Path(name).stem == photo.stem and name != photo.name and not name.lower().endswith(SUFFIX) for name in names
    )
    return [path for path in sidecars_of(photo) if path.stem == photo.name or not shared]


def read_sidecars(photo: Path) -> SidecarsRead:
    """Everything that a photo's sidecars say; the one with its full name is believed first."""
    found, problems = [], []
    for path in sidecars_of(photo):
        try:
            found.append(annotations_of(parse_xmp(read_packet(path))))
        except XmpProblem as problem:
            problems.append((path, str(problem)))
    return SidecarsRead(merged(found), tuple(problems))


def read_packet(path: Path) -> bytes:
    """A sidecar's bytes; empty when there is none. Raises XmpProblem when it is too large or cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise XmpProblem(f"its XMP is too large: {path.stat().st_size >> 20:,} MB")
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise XmpProblem(f"it could not be read ({error.strerror})") from error


def write_packet(path: Path, packet: bytes, *, before: bytes) -> None:
    """Replace a sidecar that still holds what it held `before`. Raises XmpProblem when it does not, or cannot be written."""
    if read_packet(path) != before:
        raise XmpProblem("another program has just changed it")
    try:
        replace_file(path, packet)
    except OSError as error:
        raise XmpProblem(f"it could not be written ({error.strerror})") from error


def sidecar_for(photo: Path, naming: SidecarNaming, *, neighbours: Iterable[str]) -> Path:
    """Where to write about a photo: where that was done before, or else by the naming that is given (not AUTOMATIC).

    `neighbours` are the names of other photos in its folder: a `name.xmp` that would be two photos' is not made.
    """
    there = sidecars_of(photo)
    by_stem = photo.with_suffix(SUFFIX)
    if there:
        wanted = [path for path in there if (path.stem == photo.name) == (naming is SidecarNaming.FULL_NAME)]
        return (wanted or there)[0]
    shared = any(name != photo.name and Path(name).stem == photo.stem for name in neighbours)
    if naming is SidecarNaming.STEM and photo.suffix and not shared:
        return by_stem
    return photo.with_name(photo.name + SUFFIX)


def _has_raw_twin(photo: Path) -> bool:
    return any(
        is_there(photo.with_suffix(ending)) for raw in RAW_EXTENSIONS for ending in (raw, raw.upper())
    )  # a look at each is quicker than listing a large folder


def _without_repetition(paths: list[Path]) -> list[Path]:
    """On a disk that takes upper and lower case for the same, one file shows under both names."""
    unique: list[Path] = []
    for path in paths:
        if not any(path.samefile(other) for other in unique):
            unique.append(path)
    return unique
