from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.annotations import Annotations, Position
from desktop_app.imaging import xmp_document
from desktop_app.imaging.xmp_document import XmpProblem, parse_xmp
from desktop_app.imaging.xmp_reading import annotations_of, stars_of_percent
from tests.fixtures.packets import alternatives, as_list, bag, exiftool_says, packet


def read(properties: str, attributes: str = "") -> Annotations:
    return annotations_of(parse_xmp(packet(properties, attributes)))


def test_every_list_of_keywords_counts() -> None:
    properties = (
        bag("dc:subject", "Marie Curie", "only here")
        + bag("lr:hierarchicalSubject", "People|Marie Curie", "Places|Paris")
        + bag("digiKam:TagsList", "People/Marie Curie", "Events/Nobel Prize", kind="Seq")
        + bag("MicrosoftPhoto:LastKeywordXMP", "From Windows")
    )
    assert set(read(properties).tags) == {
        ("People", "Marie Curie"),
        ("Places", "Paris"),
        ("Events", "Nobel Prize"),
        ("only here",),
        ("From Windows",),
    }


def test_a_place_among_the_flat_keywords_is_no_keyword_of_its_own() -> None:
    both = packet(bag("dc:subject", "people|Ann", "a|b") + bag("lr:hierarchicalSubject", "people|Ann"))
    assert set(annotations_of(parse_xmp(both)).tags) == {("people", "Ann"), ("a|b",)}


def test_a_stroke_inside_a_keyword_is_told_from_a_level() -> None:
    properties = bag("dc:subject", "AC/DC") + bag("digiKam:TagsList", "Music/AC/DC", "Music/Jazz")
    assert set(read(properties).tags) == {("Music", "AC/DC"), ("Music", "Jazz")}


@pytest.mark.parametrize(
    ("properties", "attributes", "stars"),
    [
        ("", 'xmp:Rating="4"', 4),
        ("<xmp:Rating>3.0</xmp:Rating>", "", 3),
        ("<xmp:Rating>-1</xmp:Rating>", "", 0),
        ("<xmp:Rating>99</xmp:Rating>", "", 5),
        ("<xmp:Rating>many</xmp:Rating>", "", None),
        ("<MicrosoftPhoto:Rating>75</MicrosoftPhoto:Rating>", "", 4),
        ("<xmp:Rating><rdf:Description><rdf:value>2</rdf:value></rdf:Description></xmp:Rating>", "", 2),
        ('<xmp:Rating rdf:parseType="Resource"><rdf:value>2</rdf:value></xmp:Rating>', "", 2),
        ("", "", None),
    ],
)
def test_ratings(properties: str, attributes: str, stars: int | None) -> None:
    assert read(properties, attributes).rating == stars


def test_windows_percentages_are_stars() -> None:
    assert [stars_of_percent(percent) for percent in (0, 1, 25, 50, 75, 99)] == [0, 1, 2, 3, 4, 5]


def test_texts_are_in_the_default_language() -> None:
    found = read(alternatives("dc:title", de="Hund", x_default="Dog") + alternatives("dc:description", fr="Un chien"))
    assert (found.title, found.description) == ("Dog", "Un chien")
    assert read("<dc:title>plain</dc:title>", 'xmp:Label="Red"') == Annotations(title="plain", label="Red")
    assert read(alternatives("dc:title", x_default="   ")).title is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "more", "expected"),
    [
        ("53,7.95354N", "8,43.15176E", "", Position(53.132559, 8.719196)),
        ("53,7,57.2124N", "8,43,9.1056W", "", Position(53.132559, -8.719196)),
        ("53.132559", "-8.719196", "", Position(53.132559, -8.719196)),
        ("53,7.95354", "8,43.15176", 'exif:GPSLatitudeRef="S"', Position(-53.132559, 8.719196)),
        ("53,7.95354N", "8,43.15176E", 'exif:GPSAltitude="251/10" exif:GPSAltitudeRef="1"', Position(53.132559, 8.719196, -25.1)),
        ("0,0N", "0,0E", "", None),
        ("91,0N", "8,0E", "", None),
        ("north", "east", "", None),
    ],
)  # fmt: skip
def test_places(latitude: str, longitude: str, more: str, expected: Position | None) -> None:
    position = read("", f'exif:GPSLatitude="{latitude}" exif:GPSLongitude="{longitude}" {more}').position
    if expected is None:
        assert position is None
        return
    assert position is not None
    assert position.latitude == pytest.approx(expected.latitude)
    assert position.longitude == pytest.approx(expected.longitude)
    assert position.altitude_m == (None if expected.altitude_m is None else pytest.approx(expected.altitude_m))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    text = packet(bag("dc:subject", "Übermut")).decode()
    assert annotations_of(parse_xmp(text.encode(encoding))).tags == (("Übermut",),)


def test_an_encoding_that_the_declaration_names() -> None:
    body = packet(bag("dc:subject", "Übermut")).decode().replace("\ufeff", "")
    latin = ('<?xml version="1.0" encoding="ISO-8859-1"?>' + body).encode("latin-1")
    assert annotations_of(parse_xmp(latin)).tags == (("Übermut",),)
    with pytest.raises(XmpProblem, match="unknown encoding"):
        parse_xmp(b'<?xml version="1.0" encoding="base64"?><a/>')


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><x>&d;&d;&d;</x>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
WHOLE = packet(bag("dc:subject", "a", "b"))


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (BOMB, "declares entities"),
        (OUTSIDE, "declares entities"),
        (b"<!DOCTYPE x SYSTEM 'http://example.org/x.dtd'><x/>", "declares entities"),
        (WHOLE[: len(WHOLE) // 2], "ends too early"),
        (b"", "ends too early"),
        (b"<a>&undeclared;</a>", "damaged at line 1"),
        (b"<a><b></a>", "damaged"),
        (b"\xff\xfe<", "no text"),
        (WHOLE.replace(b">a<", b">\xff<"), "no text"),
        (b"<a:b/>", "prefix"),
        (b"<html><body/></html>", "no XMP"),
        (b"<a>" * 500 + b"</a>" * 500, "too large"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_a_reason(damaged: bytes, reason: str) -> None:
    with pytest.raises(XmpProblem, match=reason):
        parse_xmp(damaged)


def test_what_is_huge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmp_document, "MAX_BYTES", 1000)
    with pytest.raises(XmpProblem, match="too large"):
        parse_xmp(packet(bag("dc:subject", "a" * 1000)))
    monkeypatch.undo()
    monkeypatch.setattr(xmp_document, "_MAX_ELEMENTS", 50)
    with pytest.raises(XmpProblem, match="too large"):
        parse_xmp(packet(bag("dc:subject", *"abc" * 20)))


@given(st.data())
def test_no_damage_raises_anything_else(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(WHOLE) - 1))
    damaged = bytearray(WHOLE)
    damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(XmpProblem):
        annotations_of(parse_xmp(bytes(damaged)))


def test_real_sidecars_say_what_exiftool_reads(shared_nasty: Path, exiftool: str) -> None:
    sidecars = sorted(shared_nasty.glob("*.xmp"))
    for path, said in zip(sidecars, exiftool_says(exiftool, *sidecars), strict=True):
        found = annotations_of(parse_xmp(path.read_bytes()))
        assert sorted(tag[-1] for tag in found.tags) == sorted(as_list(said.get("XMP-dc:Subject")))
        if "XMP-exif:GPSLatitude" in said:
            assert found.position is not None
            assert found.position.latitude == pytest.approx(abs(said["XMP-exif:GPSLatitude"]))
