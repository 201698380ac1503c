"""IPTC-IIM, the oldest of the places where keywords are kept: numbered text fields in a Photoshop resource.

IPTC-NAA Information Interchange Model 4.2; Adobe Photoshop File Formats Specification, "Image Resource Blocks".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from desktop_app.domain.annotations import Annotations, clean_keyword, clean_text, joined_paths

_FIELD_MARK = 0x1C
_RESOURCE_MARKS = frozenset({b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"})
_IPTC_RESOURCE = 0x0404

_CHARACTER_SET = (1, 90)
_OBJECT_NAME, _KEYWORDS, _CAPTION = (2, 5), (2, 25), (2, 120)

# ISO 2022's way to say that UTF-8 follows. Others occur (ESC - A is Latin-1) and mean what is tried anyway.
_SAYS_UTF8 = b"\x1b%G"


def annotations_of_iptc(data: bytes) -> Annotations:
    """What a block of fields says. Damage ends the reading; what came before it counts."""
    fields = list(_fields(data))
    said_utf8 = any(key == _CHARACTER_SET and value.startswith(_SAYS_UTF8) for key, value in fields)
    # A writer keeps to one encoding: it is told from all the texts together, since a short one may fit several.
    encoding = _encoding([value for (record, _), value in fields if record == 2], said_utf8=said_utf8)

    def texts(key: tuple[int, int]) -> list[str]:
        return [value.decode(encoding, errors="replace") for found, value in fields if found == key]

    keywords = (clean_keyword(text) for text in texts(_KEYWORDS))
    return Annotations(
        tags=joined_paths((keyword,) for keyword in keywords if keyword),
        title=clean_text(next(iter(texts(_OBJECT_NAME)), None)),
        description=clean_text(next(iter(texts(_CAPTION)), None)),
    )


def iptc_of_resources(segments: Iterable[bytes]) -> bytes:
    """The IPTC block among Photoshop's resources, which large ones spread over several segments; empty when none."""
    return b"".join(value for number, value in _resources(b"".join(segments)) if number == _IPTC_RESOURCE)


def _resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while data[at : at + 4] in _RESOURCE_MARKS and len(data) >= at + 12:
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        name_length = data[at + 6]
        at += 6 + (name_length + 2) // 2 * 2  # with its length byte, padded to an even number
        size = int.from_bytes(data[at : at + 4], "big")
        yield number, data[at + 4 : at + 4 + size]
        at += 4 + (size + 1) // 2 * 2


def _fields(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    while at + 5 <= len(data) and data[at] == _FIELD_MARK:
        key = (data[at + 1], data[at + 2])
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        at += 5
        if size & 0x8000:  # an extended field: the number of bytes that its size takes
            count = size & 0x7FFF
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        yield key, data[at : at + size]
        at += size


def _encoding(texts: Iterable[bytes], *, said_utf8: bool) -> str:
    everything = b"\n".join(texts)
    for encoding in ("utf-8", "cp1252"):
        try:
            everything.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Many programs write UTF-8 and do not say so; text in another encoding is hardly ever valid UTF-8.
        return encoding
    return "utf-8" if said_utf8 else "latin-1"
