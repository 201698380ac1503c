from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.imaging.iptc import annotations_of_iptc, iptc_of_resources

SAYS_UTF8 = b"\x1c\x01\x5a\x00\x03\x1b%G"


def field(number: int, value: bytes, *, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def resource(number: int, value: bytes, name: bytes = b"") -> bytes:
    padded = bytes([len(name)]) + name + b"\x00" * ((len(name) + 1) % 2)
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + padded
        + struct.pack(">I", len(value))
        + value
        + b"\x00" * (len(value) % 2)
    )


def test_keywords_title_and_caption() -> None:
    found = annotations_of_iptc(
        field(5, b"A title") + field(25, b"one") + field(25, b"two ") + field(120, b"A\rcaption")
    )
    assert found.tags == (("one",), ("two",))
    assert (found.title, found.description) == ("A title", "A\ncaption")


def test_character_sets() -> None:
    words = "Größe", "été"
    for said, encoding in (
        (SAYS_UTF8, "utf-8"),
        (b"", "utf-8"),
        (b"", "latin-1"),
        (SAYS_UTF8, "latin-1"),
        (b"", "cp1252"),
    ):
        data = said + b"".join(field(25, word.encode(encoding)) for word in words)
        assert annotations_of_iptc(data).tags == (("Größe",), ("été",)), (said, encoding)
    # Latin-1 by its own escape, and bytes that no code page has.
    assert annotations_of_iptc(field(90, b"\x1b-A", record=1) + field(25, b"\xe9t\xe9")).tags == (("été",),)
    assert len(annotations_of_iptc(field(25, b"a\x81\xe9")).tags) == 1


def test_long_fields_and_damage() -> None:
    long = struct.pack(">BBBHI", 0x1C, 2, 120, 0x8004, 40_000) + b"x" * 40_000
    assert annotations_of_iptc(long + field(25, b"after")).tags == (("after",),)
    assert annotations_of_iptc(field(25, b"before") + b"\x1c\x02\x19\xff").tags == (("before",),)


def test_resources_spread_over_segments() -> None:
    block = field(25, b"word" * 20)
    whole = resource(0x03ED, b"odd") + resource(0x0404, block, b"name") + resource(0x040C, b"thumb")
    assert iptc_of_resources([whole[:50], whole[50:]]) == block
    assert iptc_of_resources([b"rubbish"]) == b""


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    annotations_of_iptc(data)
    annotations_of_iptc(b"\x1c\x02" + data)
    iptc_of_resources([b"8BIM" + data])
