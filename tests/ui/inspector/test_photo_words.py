"""Metadata in readable words."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.photo import ContentHash, Metadata, PhotoDetails, PhotoId, PhotoLocation, RootId
from desktop_app.ui.inspector.photo_words import exposure_line, exposure_time, facts, position_line, taken_line

FULL = Metadata(
    taken_at=datetime(2014, 5, 3, 14, 22),  # noqa: DTZ001 - local time, as cameras write it
    camera_make="Canon",
    camera_model="Canon EOS 80D",
    lens="EF 35mm f/2",
    exposure_seconds=1 / 250,
    f_number=2.8,
    iso=200,
    focal_length_mm=35,
    latitude=52.51628,
    longitude=-13.37772,
    altitude_m=34.4,
)


def details(metadata: Metadata) -> PhotoDetails:
    location = PhotoLocation(RootId(1), Path("/photos"), "a.jpg")
    return PhotoDetails(PhotoId(1), ContentHash("00"), 4032, 3024, "JPEG", 3_240_000, metadata, (location,))


def test_everything_known_is_told_in_order() -> None:
    assert facts(details(FULL)) == [
        ("Taken", "Sat, 3 May 2014, 14:22"),
        ("Camera", "Canon EOS 80D"),
        ("Lens", "EF 35mm f/2"),
        ("Exposure", "f/2.8 · 1/250 s · ISO 200 · 35 mm"),
        ("Position", "52.5163° N, 13.3777° W · 34 m"),
        ("Picture", "JPEG · 4,032 × 3,024 · 3.2 MB"),
    ]


def test_what_is_not_known_is_not_told() -> None:
    assert [name for name, _ in facts(details(Metadata()))] == ["Picture"]
    assert exposure_line(Metadata(iso=400)) == "ISO 400"
    assert position_line(Metadata(latitude=1.0)) == ""


@pytest.mark.parametrize(("seconds", "words"), [(1 / 8000, "1/8000 s"), (0.25, "1/4 s"), (0.5, "0.5 s"), (30, "30 s")])
def test_exposure_times_read_as_on_the_dial(seconds: float, words: str) -> None:
    assert exposure_time(seconds) == words


@given(st.floats(1e-6, 3600))
def test_every_exposure_time_has_words(seconds: float) -> None:
    assert exposure_time(seconds).endswith(" s")


@given(st.datetimes())
def test_every_date_has_words(when: datetime) -> None:
    assert f"{when.day} " in taken_line(when)
