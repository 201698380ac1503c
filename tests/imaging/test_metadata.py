# ruff: noqa: DTZ001 - EXIF states local times, most without a zone
from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from desktop_app.domain.model import PixelSpec
from desktop_app.domain.photo import Metadata
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.metadata import read_metadata, read_orientation

Tags = dict[int, Any]


def image_with(main: Tags | None = None, details: Tags | None = None, place: Tags | None = None) -> Image.Image:
    """An image whose EXIF went through bytes, as in a file."""
    exif = Image.Exif()
    exif.update(main or {})
    exif.get_ifd(IFD.Exif).update(details or {})
    exif.get_ifd(IFD.GPSInfo).update(place or {})
    exif[IFD.Exif], exif[IFD.GPSInfo] = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    image = Image.new("RGB", (1, 1))
    image.info["exif"] = exif.tobytes()
    return image


def test_the_usual_fields() -> None:
    metadata = read_metadata(
        image_with(
            {Base.Make: "Canon", Base.Model: "Canon EOS 80D\0\0"},
            {
                Base.DateTimeOriginal: "2019:07:04 12:30:05",
                Base.SubsecTimeOriginal: "25",
                Base.OffsetTimeOriginal: "-05:00",
                Base.ExposureTime: IFDRational(1, 250),
                Base.FNumber: IFDRational(28, 10),
                Base.ISOSpeedRatings: 400,
                Base.FocalLength: IFDRational(50, 1),
                Base.LensModel: " EF50mm f/1.8 STM ",
            },
            {
                GPS.GPSLatitudeRef: "S",
                GPS.GPSLatitude: (IFDRational(33), IFDRational(51), IFDRational(36)),
                GPS.GPSLongitudeRef: "E",
                GPS.GPSLongitude: (IFDRational(151), IFDRational(12), IFDRational(36)),
                GPS.GPSAltitudeRef: b"\1",
                GPS.GPSAltitude: IFDRational(25, 2),
            },
        )
    )
    assert metadata.taken_at == datetime(2019, 7, 4, 12, 30, 5, 250_000, timezone(timedelta(hours=-5)))
    assert metadata.camera == "Canon EOS 80D"
    assert metadata.lens == "EF50mm f/1.8 STM"
    assert metadata.exposure_seconds == pytest.approx(1 / 250)
    assert metadata.f_number == pytest.approx(2.8)
    assert metadata.iso == 400
    assert metadata.focal_length_mm == 50
    assert metadata.latitude == pytest.approx(-33.86)
    assert metadata.longitude == pytest.approx(151.21)
    assert metadata.altitude_m == pytest.approx(-12.5)


def test_nothing_to_read() -> None:
    assert read_metadata(Image.new("RGB", (1, 1))) == Metadata()


@pytest.mark.parametrize(
    ("main", "details", "expected"),
    [
        ({Base.DateTime: "2003:03:03 03:03:03"}, {}, datetime(2003, 3, 3, 3, 3, 3)),
        ({Base.DateTime: "2003:03:03 03:03:03"}, {Base.DateTimeDigitized: "2002:02:02 02:02:02"}, datetime(2002, 2, 2, 2, 2, 2)),
        ({}, {Base.DateTimeDigitized: "2002:02:02 02:02:02", Base.DateTimeOriginal: "2001:01:01 01:01:01"}, datetime(2001, 1, 1, 1, 1, 1)),
        ({Base.DateTime: "2003:03:03 03:03:03"}, {Base.DateTimeOriginal: "0000:00:00 00:00:00"}, datetime(2003, 3, 3, 3, 3, 3)),
        ({Base.DateTime: "2003-03-03T03:03"}, {}, datetime(2003, 3, 3, 3, 3)),
        ({Base.DateTime: "2003:03:03"}, {}, datetime(2003, 3, 3)),
        ({Base.DateTime: "2003:02:30 10:00:00"}, {}, None),
        ({Base.DateTime: "    :  :     :  :  "}, {}, None),
        ({}, {Base.DateTimeOriginal: "2001:01:01 01:01:01", Base.OffsetTimeOriginal: "+99:00"}, datetime(2001, 1, 1, 1, 1, 1)),
    ],
)  # fmt: skip
def test_the_best_date_is_taken(main: Tags, details: Tags, expected: datetime | None) -> None:
    assert read_metadata(image_with(main, details)).taken_at == expected


def test_the_satellites_clock_serves_when_there_is_no_other() -> None:
    place: Tags = {
        GPS.GPSDateStamp: "2022:01:10",
        GPS.GPSTimeStamp: (IFDRational(21), IFDRational(15), IFDRational(67, 2)),
    }
    assert read_metadata(image_with(place=place)).taken_at == datetime(2022, 1, 10, 21, 15, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((91, 0, 0), (10, 0, 0)),
        ((10, 0, 0), (181, 0, 0)),
        ((IFDRational(0, 0), 0, 0), (10, 0, 0)),
        ((10, 0, 0), ()),
    ],
)
def test_a_position_that_is_none(latitude: tuple, longitude: tuple) -> None:
    place: Tags = {
        GPS.GPSLatitude: tuple(IFDRational(part) for part in latitude),
        GPS.GPSLongitude: tuple(IFDRational(part) for part in longitude),
        GPS.GPSAltitude: IFDRational(5),
    }
    metadata = read_metadata(image_with(place={tag: value for tag, value in place.items() if value != ()}))
    assert (metadata.latitude, metadata.longitude, metadata.altitude_m) == (None, None, None)


@pytest.mark.parametrize(
    ("details", "iso"),
    [
        ({Base.ISOSpeedRatings: (200, 0)}, 200),
        ({Base.ISOSpeedRatings: 65535, Base.RecommendedExposureIndex: 102_400}, 102_400),
        ({Base.ISOSpeedRatings: 0}, None),
        ({Base.RecommendedExposureIndex: 4_294_967_295}, None),
    ],
)
def test_iso(details: Tags, iso: int | None) -> None:
    assert read_metadata(image_with(details=details)).iso == iso


def test_apex_values_serve_where_the_plain_ones_are_missing() -> None:
    metadata = read_metadata(
        image_with(details={Base.ShutterSpeedValue: IFDRational(8), Base.ApertureValue: IFDRational(4)})
    )
    assert metadata.exposure_seconds == pytest.approx(1 / 256)
    assert metadata.f_number == 4.0


@pytest.mark.parametrize("name", ["----", "0.0 mm f/0.0", "", "\0\0"])
def test_a_lens_that_is_none(name: str) -> None:
    assert read_metadata(image_with(details={Base.LensModel: name})).lens is None


class HostileExif(dict[int, Any]):
    """What a parser may hand over for a file made to break it."""

    def __init__(self, tags: Tags, directories: dict[int, Tags]) -> None:
        super().__init__(tags)
        self._directories = directories

    def get_ifd(self, which: int) -> Tags:
        return self._directories.get(which, {})


oddities = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=9), st.binary(max_size=9), st.tuples(st.integers(), st.floats()),
    st.builds(IFDRational, st.integers(), st.integers()), st.lists(st.text(max_size=3), max_size=3), st.just(object()),
    st.sampled_from(["2001:01:01 01:01:01", "2001:01:01 01:01:61", "+19:00", "S", (91, 0, 0), (1, 2, 3), b"\1"]),
)  # fmt: skip
# Every tag that is read, and one that is not.
TAGS = [
    *(Base.Make, Base.Model, Base.DateTime, Base.Orientation, Base.DateTimeOriginal, Base.SubsecTimeOriginal),
    *(
        Base.OffsetTimeOriginal,
        Base.LensModel,
        Base.ExposureTime,
        Base.ShutterSpeedValue,
        Base.FNumber,
        Base.ApertureValue,
    ),
    *(Base.ISOSpeedRatings, Base.FocalLength, Base.MakerNote, *range(8), GPS.GPSDateStamp),
]
tags = st.dictionaries(st.sampled_from([int(tag) for tag in TAGS]), oddities, max_size=15)


@given(tags, tags, tags)
def test_no_value_of_any_type_raises(main: Tags, details: Tags, place: Tags) -> None:
    image = Image.new("RGB", (1, 1))
    image.getexif = lambda: HostileExif(main, {IFD.Exif: details, IFD.GPSInfo: place})  # type: ignore[assignment,return-value]
    metadata = read_metadata(image)
    assert metadata.latitude is None or -90 <= metadata.latitude <= 90
    assert metadata.longitude is None or -180 <= metadata.longitude <= 180
    assert 1 <= read_orientation(image) <= 8


@given(st.binary(max_size=400))
def test_no_bytes_raise(junk: bytes) -> None:
    image = Image.new("RGB", (1, 1))
    for head in (b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0", b"Exif\0\0MM\0*\0\0\0\x08"):
        image.info["exif"] = head + junk
        read_metadata(image)
        assert 1 <= read_orientation(image) <= 8


# What exposure data each camera file states, as (taken, camera, exposure, f-number, ISO, focal length, position).
CAMERAS: dict[str, tuple[Any, ...]] = {
    "Blackberry Z10.jpg": ((2013, 8, 17, 18, 54, 52), "BlackBerry Z10", 0.03, 2.2, 70, 4.1, None),
    "Canon IXUS v2.jpg": ((2002, 11, 23, 14, 38, 1), "Canon DIGITAL IXUS v2", 1 / 60, 4.0, None, 10.8125, None),
    "Casio QV-3000EX.jpg": ((2001, 3, 14, 8, 46, 51), "CASIO QV-3000EX", 0.01666, 4.0, None, 10.4, None),
    "Epson PhotoPC 3000Z.jpg": ((2000, 7, 12, 14, 33, 42), "SEIKO EPSON CORP. PhotoPC 3000Z", 0.0096899, 2.0, 100, 7.0, None),
    "FLIR Vue Pro 640.jpg": (None, "FLIR", None, None, None, None, None),
    "FujiFilm FinePixS5500.jpg": ((2005, 1, 30, 16, 19, 47), "FUJIFILM FinePix S5500", 1 / 900, 6.3, 64, 7.5, None),
    "HP PhotoSmart C812.jpg": ((2002, 8, 7, 11, 23, 28), "Hewlett-Packard HP PhotoSmart C812 (V09.33)", 0.00152, 5.5, 100, 10.1, None),
    # Only APEX values: 2^-9.3 s, and 2^(5.26/2).
    "Kyocera FC-S3.jpg": ((2001, 7, 11, 11, 18, 7), "KYOCERA FC-S3", 0.0015863, 6.2, 100, 7.8, None),
    "Nikon E995 (iptc).jpg": ((2002, 8, 29, 17, 31, 40), "NIKON E995", 0.02439024, 2.6, 100, 8.2, None),
    # Changed in June 13, taken on June 9.
    "Nokia Lumia 800.jpg": ((2012, 6, 9, 21, 23, 38), "Nokia Lumia 800", 0.001, 2.2, None, None, (53.359465, -6.258231, 35.8)),
    "Olympus C40Z.jpg": ((2002, 12, 8, 13, 56, 12), "OLYMPUS OPTICAL CO.,LTD C40Z,D40Z", 1 / 30, 2.8, 292, 7.5, None),
    "Seiko Epson PhotoPC 3000Z.jpg": ((2000, 7, 12, 14, 33, 42), "SEIKO EPSON CORP. PhotoPC 3000Z", 0.0096899, 2.0, 100, 7.0, None),
    "Sony DCR-PC120E.jpg": ((2002, 12, 14, 10, 31, 31), "SONY DCR-PC120E", 0.0023529, 4.0, None, 8.2, None),
}  # fmt: skip


@pytest.mark.parametrize("name", CAMERAS)
def test_files_straight_from_a_camera(shared_photos: Path, name: str) -> None:
    metadata = decode_photo(shared_photos / "camera" / name, PixelSpec()).metadata
    taken, camera, exposure, f_number, iso, focal_length, position = CAMERAS[name]
    assert metadata.taken_at == (datetime(*taken) if taken else None)
    assert metadata.camera == camera
    assert metadata.exposure_seconds == (pytest.approx(exposure, rel=1e-3) if exposure else None)
    assert metadata.f_number == pytest.approx(f_number)
    assert metadata.iso == iso
    assert metadata.focal_length_mm == pytest.approx(focal_length)
    found = (metadata.latitude, metadata.longitude, metadata.altitude_m)
    assert found == (pytest.approx(position, abs=1e-6) if position else (None, None, None))


def test_every_camera_file_is_checked(shared_photos: Path) -> None:
    assert {path.name for path in (shared_photos / "camera").iterdir()} == set(CAMERAS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DSCN0010.jpg", {"latitude": 43.467448, "longitude": 11.885127, "iso": 64}),
        ("datetimeoriginal-gps.jpg", {"latitude": 39.0, "taken_at": datetime(2025, 12, 1, 11, 30)}),
        ("date-priority-test.jpg", {"taken_at": datetime(2023, 2, 2, 2, 0)}),
        ("thompson-springs.jpg", {"latitude": 39.115, "longitude": -108.400968, "altitude_m": 1483.9, "taken_at": datetime(2022, 1, 10, 21, 15, 33, tzinfo=UTC)}),
        ("empty_gps.jpg", {"latitude": None, "longitude": None}),
        ("exif_gps.jpg", {"iso": None}),
        ("IMG_2682.heic", {"latitude": 41.2203, "lens": "iPhone 7 back camera 3.99mm f/1.8", "iso": 20}),
        ("exif-at-eof.heic", {"latitude": 47.207124, "camera_model": "iPhone 11 Pro"}),
    ],
)  # fmt: skip
def test_odd_files(shared_nasty: Path, name: str, expected: dict[str, Any]) -> None:
    metadata = decode_photo(shared_nasty / name, PixelSpec()).metadata
    for field, value in expected.items():
        found = getattr(metadata, field)
        assert found == (pytest.approx(value, abs=1e-5) if isinstance(value, float) else value), field


def test_metadata_survives_a_reduced_decode(
    tmp_path: Path, large_photo: Image.Image, save: Callable[..., Path]
) -> None:
    exif = Image.Exif()
    exif[Base.Model] = "Test 1"
    decoded = decode_photo(save(large_photo, "a.jpg", exif=exif), PixelSpec())
    assert decoded.metadata.camera_model == "Test 1"
    assert (decoded.width, decoded.height) == (4001, 2999)
