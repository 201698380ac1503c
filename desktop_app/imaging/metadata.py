"""What the camera wrote into a file, read with distrust: any field may be missing, of the wrong type, or nonsense.

Tags and their meanings: Exif 2.32 (CIPA DC-008). Nothing here raises for what a file holds.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from desktop_app.domain.photo import Metadata
from desktop_app.imaging.geometry import UPRIGHT

log = logging.getLogger(__name__)

Tags = Mapping[int, Any]
"""One EXIF directory: values are whatever the file held."""

# Each moment with its own fraction and offset, best first: when the picture was taken, when it was digitised (scans),
# when the file was last changed.
_MOMENTS = (
    (Base.DateTimeOriginal, Base.SubsecTimeOriginal, Base.OffsetTimeOriginal),
    (Base.DateTimeDigitized, Base.SubsecTimeDigitized, Base.OffsetTimeDigitized),
    (Base.DateTime, Base.SubsecTime, Base.OffsetTime),
)

# EXIF writes 2008:10:22 16:28:39; programs have written every other separator, and left the time out.
_MOMENT = re.compile(r"(\d{4})[:./-](\d{1,2})[:./-](\d{1,2})(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})$")

# The first photograph is of 1826; years before it are a clock that was never set.
_FIRST_YEAR = 1826

# Sensors go to a few million; a filled 32-bit field is no sensitivity.
_MOST_ISO = 10_000_000

# ISO 65535 in the 16-bit tag means: see the wider tags of Exif 2.3.
_ISO_ELSEWHERE = 65535
_ISO_TAGS = (Base.ISOSpeedRatings, Base.RecommendedExposureIndex, Base.ISOSpeed, Base.StandardOutputSensitivity)

_BELOW_SEA_LEVEL = 1
# From the deepest sea floor to beyond any aircraft and balloon, metres.
_ALTITUDES = (-11_100.0, 60_000.0)


def read_metadata(image: Image.Image) -> Metadata:
    """The fields of an opened image that Keepsight keeps; unreadable ones are None."""
    return metadata_of(main_directory(image), _directory(image, IFD.Exif), _directory(image, IFD.GPSInfo))


def metadata_of(main: Tags, details: Tags, place: Tags) -> Metadata:
    """The same, from EXIF's three directories: the picture's own, the exposure's and the place's."""
    latitude, longitude = _position(place)
    return Metadata(
        taken_at=_taken_at(main, details) or _satellite_time(place),
        camera_make=_text(main.get(Base.Make)),
        camera_model=_text(main.get(Base.Model)),
        lens=_lens(details),
        exposure_seconds=_exposure(details),
        f_number=_f_number(details),
        iso=_iso(details),
        focal_length_mm=_positive(details.get(Base.FocalLength)),
        latitude=latitude,
        longitude=longitude,
        altitude_m=None if latitude is None else _altitude(place),
    )


def read_orientation(image: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1 (upright) when missing or out of range. From XMP where EXIF has none."""
    value = _number(main_directory(image).get(Base.Orientation))
    return int(value) if value is not None and value in range(UPRIGHT, 9) else UPRIGHT


def main_directory(image: Image.Image) -> Tags:
    """EXIF's directory of the picture itself; empty when it is missing or damaged."""
    try:
        return dict(image.getexif())
    except Exception as error:  # noqa: BLE001 - Pillow's parser raises by the damage: struct.error, KeyError …
        log.debug("EXIF could not be read: %s", error)
        return {}


def _directory(image: Image.Image, which: IFD) -> Tags:
    try:
        return dict(image.getexif().get_ifd(which))
    except Exception as error:  # noqa: BLE001 - as above
        log.debug("EXIF directory %s could not be read: %s", which.name, error)
        return {}


def _taken_at(main: Tags, details: Tags) -> datetime | None:
    for moment, fraction, offset in _MOMENTS:
        # DateTime belongs to the main directory, its fraction and offset to the other; some writers mix them up.
        found = _moment(details.get(moment) or main.get(moment), details.get(fraction), details.get(offset))
        if found is not None:
            return found
    return None


def _moment(value: object, fraction: object, offset: object) -> datetime | None:
    match = _MOMENT.match(_text(value) or "")
    if match is None or int(match[1]) < _FIRST_YEAR:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    digits = re.match(r"\d+", _text(fraction) or "")
    micros = int(digits[0][:6].ljust(6, "0")) if digits else 0
    try:
        # No zone where the file states none: the local time where the photo was taken.
        return datetime(year, month, day, hour, minute, second, micros, tzinfo=_zone(offset))
    except ValueError:
        return None


def _zone(offset: object) -> timezone | None:
    match = _OFFSET.match(_text(offset) or "")
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > 18 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _satellite_time(place: Tags) -> datetime | None:
    """The moment of the position fix, in UTC: for files with no other date."""
    clock = _numbers(place.get(GPS.GPSTimeStamp), 3)
    if clock is None:
        return None
    hour, minute, second = (int(part) for part in clock)
    return _moment(f"{_text(place.get(GPS.GPSDateStamp))} {hour:02}:{minute:02}:{second:02}", None, "+00:00")


def _lens(details: Tags) -> str | None:
    """The lens's name; None for the dashes and zeros that cameras write for "no lens known"."""
    name = _text(details.get(Base.LensModel))
    return name if name and re.search(r"[1-9]|[A-Za-z]{3}", name) else None


def _exposure(details: Tags) -> float | None:
    seconds = _positive(details.get(Base.ExposureTime))
    if seconds is None and (apex := _number(details.get(Base.ShutterSpeedValue))) is not None and abs(apex) < 32:
        return math.pow(2.0, -apex)
    return seconds


def _f_number(details: Tags) -> float | None:
    number = _positive(details.get(Base.FNumber))
    if number is None and (apex := _positive(details.get(Base.ApertureValue))) is not None and apex < 32:
        return round(math.pow(2.0, apex / 2), 1)
    return number


def _iso(details: Tags) -> int | None:
    for tag in _ISO_TAGS:
        iso = _positive(details.get(tag))
        if iso is not None and iso != _ISO_ELSEWHERE and iso <= _MOST_ISO:
            return round(iso)
    return None


def _position(place: Tags) -> tuple[float, float] | tuple[None, None]:
    """Degrees north and east, or neither. Exactly 0, 0 is a receiver without a fix, not a boat off Ghana."""
    north = _degrees(place.get(GPS.GPSLatitude), place.get(GPS.GPSLatitudeRef), "S", 90.0)
    east = _degrees(place.get(GPS.GPSLongitude), place.get(GPS.GPSLongitudeRef), "W", 180.0)
    if north is None or east is None or (north == 0.0 and east == 0.0):
        return None, None
    return north, east


def _degrees(value: object, reference: object, negative: str, limit: float) -> float | None:
    parts = _numbers(value, 3)
    if parts is None:
        return None
    degrees = parts[0] + parts[1] / 60.0 + parts[2] / 3600.0
    if (_text(reference) or "").upper().startswith(negative):
        degrees = -degrees
    return degrees if abs(degrees) <= limit else None


def _altitude(place: Tags) -> float | None:
    metres = _number(place.get(GPS.GPSAltitude))
    if metres is None:
        return None
    reference = place.get(GPS.GPSAltitudeRef)
    below = (
        reference[:1] == bytes([_BELOW_SEA_LEVEL]) if isinstance(reference, bytes) else reference == _BELOW_SEA_LEVEL
    )
    metres = -metres if below else metres
    return metres if _ALTITUDES[0] <= metres <= _ALTITUDES[1] else None


def _text(value: object) -> str | None:
    """Text without the padding and NULs that cameras leave in it, or None for nothing or no text."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        return None
    cleaned = " ".join(value.split("\x00", 1)[0].split())
    printable = "".join(char for char in cleaned if char.isprintable())
    return printable or None


def _number(value: object) -> float | None:
    """A finite number; the first of several. Rationals with a zero below the line are None."""
    if isinstance(value, (tuple, list)):
        value = value[0] if value else None
    if value is None or isinstance(value, (str, bytes)):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]  # int, float or Pillow's IFDRational; anything else raises
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _numbers(value: object, count: int) -> list[float] | None:
    """That many finite numbers; missing last ones count as 0 (degrees with decimals have no minutes)."""
    if not isinstance(value, (tuple, list)):
        value = (value,)
    numbers = [_number(part) for part in value][:count]
    known = [number for number in numbers if number is not None]
    if not numbers or len(known) != len(numbers):
        return None
    return known + [0.0] * (count - len(known))
