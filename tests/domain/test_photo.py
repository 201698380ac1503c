"""Photos in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.photo import ContentHash, Metadata, PhotoDetails, PhotoId, PhotoLocation, RootId


@pytest.mark.parametrize(
    ("make", "model", "said"),
    [
        ("Canon", "Canon EOS 80D", "Canon EOS 80D"),
        ("NIKON", "D850", "NIKON D850"),
        (None, "iPhone 12", "iPhone 12"),
        ("Apple", None, "Apple"),
        (None, None, None),
    ],
)
def test_the_make_is_not_said_twice(make: str | None, model: str | None, said: str | None) -> None:
    assert Metadata(camera_make=make, camera_model=model).camera == said


def test_a_photo_is_where_its_first_file_is() -> None:
    place = PhotoLocation(RootId(1), Path("/photos"), "a/b.jpg")
    details = PhotoDetails(PhotoId(1), ContentHash("0"), 1, 1, "JPEG", 1, Metadata(), (place,))
    assert details.path == place.path == Path("/photos/a/b.jpg")
