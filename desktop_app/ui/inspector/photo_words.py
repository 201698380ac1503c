"""What is known about a photo, in words a person reads at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from desktop_app.domain.clock import clock
from desktop_app.domain.photo import Metadata, PhotoDetails, PhotoLocation
from desktop_app.ui.wording import byte_size, number

# An exposure as long as this is told in seconds, a shorter one as a fraction, as on a camera's dial.
_LONGEST_FRACTION_SECONDS = 0.3


def presence_note(locations: Sequence[PhotoLocation]) -> str:
    """What to know of a photo of which no file is there at present; empty when one is."""
    if any(not location.missing and not location.offline for location in locations):
        return ""
    if any(location.offline for location in locations):
        return "Its drive or folder is away. Tags and search still work."
    return "The file is missing: it was deleted, or moved out of your folders."


def presence_mark(location: PhotoLocation) -> str:
    """What stands behind a file's path."""
    return "  (missing)" if location.missing else "  (away)" if location.offline else ""


def picture_line(details: PhotoDetails) -> str:
    """Such as "JPEG · 4,032 × 3,024 · 3.2 MB"."""
    size = f"{number(details.width)} × {number(details.height)}"
    return " · ".join((details.file_format, size, byte_size(details.byte_size)))


def taken_line(taken_at: datetime) -> str:
    """Such as "Sat, 3 May 2014, 14:22"."""
    return f"{taken_at:%a}, {taken_at.day} {taken_at:%B %Y}, {taken_at:%H:%M}"


def exposure_line(metadata: Metadata) -> str:
    """Such as "f/2.8 · 1/250 s · ISO 200 · 35 mm": the parts that are known."""
    parts = []
    if metadata.f_number:
        parts.append(f"f/{metadata.f_number:.3g}")
    if metadata.exposure_seconds:
        parts.append(exposure_time(metadata.exposure_seconds))
    if metadata.iso:
        parts.append(f"ISO {metadata.iso}")
    if metadata.focal_length_mm:
        parts.append(f"{metadata.focal_length_mm:.3g} mm")
    return " · ".join(parts)


def exposure_time(seconds: float) -> str:
    """Such as "1/250 s", "0.5 s", "30 s"."""
    if seconds <= _LONGEST_FRACTION_SECONDS:
        return f"1/{round(1 / seconds)} s"
    return f"{seconds:.3g} s"


def position_line(metadata: Metadata) -> str:
    """Such as "52.5163° N, 13.3777° E · 34 m", or empty."""
    if metadata.latitude is None or metadata.longitude is None:
        return ""
    north = f"{abs(metadata.latitude):.4f}° {'N' if metadata.latitude >= 0 else 'S'}"
    east = f"{abs(metadata.longitude):.4f}° {'E' if metadata.longitude >= 0 else 'W'}"
    height = f" · {metadata.altitude_m:.0f} m" if metadata.altitude_m is not None else ""
    return f"{north}, {east}{height}"


def facts(details: PhotoDetails) -> list[tuple[str, str]]:
    """(what, value) pairs, only of what is known, in the order they are shown."""
    metadata = details.metadata
    rows = [
        ("Taken", taken_line(metadata.taken_at) if metadata.taken_at else ""),
        ("Camera", metadata.camera or ""),
        ("Lens", metadata.lens or ""),
        ("Exposure", exposure_line(metadata)),
        ("Place", details.place),
        ("Position", position_line(metadata)),
        ("Label", details.curation.label or ""),
        ("Length", clock(details.duration_seconds) if details.duration_seconds is not None else ""),
        ("Picture", picture_line(details)),
    ]
    return [(name, value) for name, value in rows if value]
