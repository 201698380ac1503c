"""Say something in an XMP packet without touching the rest of it: edits are splices into its text, not a new text.

What is not ours (other properties, comments, forms, order, white space, encoding) stays byte for byte.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Container, Mapping, Sequence

from desktop_app.domain.annotations import Position, TagPath, clean_keyword, clean_path, clean_text
from desktop_app.domain.sidecar import Detail, Statement
from desktop_app.imaging.xmp_document import Name, XmpProblem, parse_xmp
from desktop_app.imaging.xmp_reading import (
    ALTITUDE,
    ALTITUDE_REFERENCE,
    DESCRIPTION,
    HIERARCHICAL_SUBJECT,
    LATITUDE,
    LONGITUDE,
    RATING,
    SUBJECT,
    TAGS_LIST,
    TITLE,
    annotations_of,
    items_of,
    position_of,
    slashed_path,
    text_of,
)
from desktop_app.imaging.xmp_splices import UNWRITABLE, Rule, XmpEdit

_EMPTY_PACKET = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Keepsight">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:exif="http://ns.adobe.com/exif/1.0/">
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
"""


def packet_saying(statement: Statement, packet: bytes = b"") -> bytes:
    """A packet that says what the statement says, and all else that it said before. The same bytes when it does already.

    Empty, or white space only, stands for a new one. Raises XmpProblem when the packet is not understood.
    """
    is_new = not packet.strip(b"\x00 \t\r\n")
    changed = _edited(_EMPTY_PACKET.encode() if is_new else packet, statement)
    # What was written must say it all when it is read again, or it is not written.
    if _edited(changed, statement) != changed:
        raise XmpProblem("its XMP is in a form that cannot be changed safely")
    return changed


def _edited(packet: bytes, statement: Statement) -> bytes:
    edit = XmpEdit(parse_xmp(packet))
    _say_tags(edit, statement)
    _say_rating(edit, statement)
    _say_text(edit, TITLE, statement.title, decided=Detail.TITLE in statement.decided)
    _say_text(edit, DESCRIPTION, statement.description, decided=Detail.DESCRIPTION in statement.decided)
    if statement.position is not None and position_of(edit.document) is None:
        _say_position(edit, statement.position)
    return edit.document.encoded(edit.result()) if edit.changes else packet


def _say_tags(edit: XmpEdit, statement: Statement) -> None:
    paths = {path[-1].casefold(): path for path in map(_writable_path, statement.tags) if path}
    dropped = statement.dropped - paths.keys()
    placed = {leaf: path for leaf, path in paths.items() if leaf in statement.placed and len(path) > 1}
    _say_list(edit, SUBJECT, [path[-1] for path in paths.values()], "Bag", _flat_rule(dropped))
    # A stroke in a name would be read as a level of the hierarchy.
    piped = {leaf: "|".join(path) for leaf, path in paths.items() if not any("|" in name for name in path)}
    rule = _path_rule(dropped, placed, lambda text: clean_path(text.split("|")))
    _say_places(edit, HIERARCHICAL_SUBJECT, piped, placed, rule)
    known = {name.casefold() for path in paths.values() for name in path}
    known |= {clean_keyword(text).casefold() for text in items_of(edit.document, SUBJECT)}
    rule = _path_rule(dropped, placed, lambda text: slashed_path(text, known))
    _say_places(edit, TAGS_LIST, {leaf: "/".join(path) for leaf, path in paths.items()}, placed, rule)


def _flat_rule(dropped: frozenset[str]) -> Rule:
    return lambda text: clean_keyword(text).casefold() not in dropped


def _path_rule(dropped: frozenset[str], placed: Mapping[str, TagPath], split: Callable[[str], TagPath]) -> Rule:
    """What was rejected goes, and what the person placed elsewhere in the library's hierarchy; other places stay."""

    def stays(text: str) -> bool:
        path = split(text)
        if not path:
            return True
        leaf = path[-1].casefold()
        ours = [name.casefold() for name in placed.get(leaf, ())]
        return leaf not in dropped and (not ours or [name.casefold() for name in path] == ours)

    return stays


def _say_places(edit: XmpEdit, name: Name, wanted: Mapping[str, str], placed: Container[str], stays: Rule) -> None:
    """Say where keywords stand, by their case-folded names; one that has a place in the file keeps it, unless `placed`."""
    there = {
        clean_keyword(re.split(r"[|/]", text)[-1]).casefold() for text in items_of(edit.document, name) if stays(text)
    }
    missing = [text for leaf, text in wanted.items() if leaf in placed or leaf not in there]
    _say_list(edit, name, missing, "Bag" if name == HIERARCHICAL_SUBJECT else "Seq", stays)


def _say_list(edit: XmpEdit, name: Name, wanted: Sequence[str], container: str, stays: Rule) -> None:
    stated = list(edit.document.properties(name))
    kept = {clean_keyword(text).casefold() for text in items_of(edit.document, name) if stays(text)}
    missing = [text for text in wanted if clean_keyword(text).casefold() not in kept]
    for position, (_, place) in enumerate(stated):
        edit.change_list(name, place, stays, missing if position == 0 else [], container)
    if not stated and missing:
        edit.add(name, lambda indent: edit.list_text(missing, container, indent))


def _say_rating(edit: XmpEdit, statement: Statement) -> None:
    before = annotations_of(edit.document).rating
    if Detail.RATING in statement.decided:
        if before is None and not statement.rating:
            return
        if text_of(edit.document, RATING) is None or before != statement.rating:
            edit.set_simple(RATING, str(statement.rating))
    elif before is None and statement.rating:
        edit.set_simple(RATING, str(statement.rating))


def _say_text(edit: XmpEdit, name: Name, wanted: str | None, *, decided: bool) -> None:
    before = clean_text(text_of(edit.document, name))
    after = clean_text(UNWRITABLE.sub("", wanted or ""))
    if before == after or (not decided and (before is not None or after is None)):
        return
    if after is None:
        edit.remove(name)
    else:
        edit.set_text(name, after)


def _say_position(edit: XmpEdit, position: Position) -> None:
    edit.set_simple(LATITUDE, _coordinate(position.latitude, "NS"))
    edit.set_simple(LONGITUDE, _coordinate(position.longitude, "EW"))
    if position.altitude_m is not None:
        edit.set_simple(ALTITUDE, f"{round(abs(position.altitude_m) * 1000)}/1000")
        edit.set_simple(ALTITUDE_REFERENCE, "1" if position.altitude_m < 0 else "0")


def _coordinate(degrees: float, letters: str) -> str:
    """Degrees and decimal minutes, "53,7.95354N" (ISO 16684-1, GPSCoordinate). Seven decimals are 0.2 mm."""
    whole, minutes = divmod(round(abs(degrees) * 60, 7), 60)
    return f"{math.floor(whole)},{minutes:.7f}{letters[degrees < 0]}"


def _writable_path(path: TagPath) -> TagPath:
    return clean_path(UNWRITABLE.sub("", name) for name in path)
