"""What an XMP packet says of a photo, by whichever program it was written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from desktop_app.domain.annotations import (
    MOST_STARS,
    Annotations,
    Position,
    TagPath,
    clean_keyword,
    clean_path,
    clean_text,
    joined_paths,
)
from desktop_app.imaging.xmp_document import RDF, XML, Attribute, Element, Name, XmpDocument

DC = "http://purl.org/dc/elements/1.1/"
XMP = "http://ns.adobe.com/xap/1.0/"
LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/"
DIGIKAM = "http://www.digikam.org/ns/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
MICROSOFT = "http://ns.microsoft.com/photo/1.0/"
# Windows wrote it without the last stroke for a while.
_OLD_MICROSOFT = "http://ns.microsoft.com/photo/1.0"

SUBJECT = Name(DC, "subject")
HIERARCHICAL_SUBJECT = Name(LIGHTROOM, "hierarchicalSubject")
TAGS_LIST = Name(DIGIKAM, "TagsList")
RATING = Name(XMP, "Rating")
LABEL = Name(XMP, "Label")
TITLE = Name(DC, "title")
DESCRIPTION = Name(DC, "description")
LATITUDE, LONGITUDE = Name(EXIF, "GPSLatitude"), Name(EXIF, "GPSLongitude")
ALTITUDE, ALTITUDE_REFERENCE = Name(EXIF, "GPSAltitude"), Name(EXIF, "GPSAltitudeRef")
_KEYWORD_LISTS = (TAGS_LIST, Name(MICROSOFT, "LastKeywordXMP"), Name(_OLD_MICROSOFT, "LastKeywordXMP"))
_PERCENT_RATINGS = (Name(MICROSOFT, "Rating"), Name(_OLD_MICROSOFT, "Rating"))

LIST_ITEM, VALUE, RDF_DESCRIPTION = Name(RDF, "li"), Name(RDF, "value"), Name(RDF, "Description")
CONTAINERS = frozenset({Name(RDF, "Bag"), Name(RDF, "Seq"), Name(RDF, "Alt")})
LANGUAGE = Name(XML, "lang")
DEFAULT_LANGUAGE = "x-default"

_BELOW_SEA_LEVEL = "1"
_COORDINATE = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEW]?)$")
_RATIONAL = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?$")


def annotations_of(document: XmpDocument) -> Annotations:
    """Everything that a packet says and Keepsight keeps. What makes no sense is taken as not said."""
    return Annotations(
        tags=_keywords(document),
        rating=_rating(document),
        label=clean_text(text_of(document, LABEL)),
        title=clean_text(text_of(document, TITLE)),
        description=clean_text(text_of(document, DESCRIPTION)),
        position=position_of(document),
    )


def items_of(document: XmpDocument, name: Name) -> list[str]:
    """The texts of a list, wherever and in whichever form it is stated."""
    return [text for _, stated in document.properties(name) for text in _items(stated)]


def text_of(document: XmpDocument, name: Name) -> str | None:
    """A single text; of one in several languages the default, or else the first. None when it is not stated."""
    for _, stated in document.properties(name):
        if isinstance(stated, Attribute):
            return stated.value
        items = list_items(stated)
        default = next((item for item in items if language_of(item) == DEFAULT_LANGUAGE), items[0] if items else None)
        if default is not None or not is_list(stated):
            return item_text(stated if default is None else default)
    return None


def is_list(stated: Element) -> bool:
    """Whether a property's value is a bag, a sequence or alternatives."""
    return any(child.name in CONTAINERS for child in stated.children)


def list_items(stated: Element) -> list[Element]:
    """The rdf:li elements of a property's containers."""
    containers = (child for child in stated.children if child.name in CONTAINERS)
    return [item for container in containers for item in container.children if item.name == LIST_ITEM]


def language_of(item: Element) -> str:
    """The language of a list item, or empty."""
    language = item.attribute(LANGUAGE)
    return language.value.lower() if language else ""


def item_text(item: Element) -> str:
    """The text of an item or of a simple property; with qualifiers it is in an rdf:value."""
    for holder in (item, item.child(RDF_DESCRIPTION)):
        if holder is None:
            continue
        if (value := holder.child(VALUE)) is not None:
            return value.text
        if (attribute := holder.attribute(VALUE)) is not None:
            return attribute.value
    if (resource := item.attribute(Name(RDF, "resource"))) is not None:
        return resource.value
    return item.text


def _items(stated: Element | Attribute) -> Iterator[str]:
    if isinstance(stated, Attribute):
        yield stated.value
    elif is_list(stated):
        yield from (item_text(item) for item in list_items(stated))
    else:
        yield item_text(stated)


def _keywords(document: XmpDocument) -> tuple[TagPath, ...]:
    """The keywords of all lists: no program writes all of them, and many write only some."""
    hierarchical = [clean_path(text.split("|")) for text in items_of(document, HIERARCHICAL_SUBJECT)]
    flat = [clean_keyword(text) for text in items_of(document, SUBJECT)]
    paths = [path for path in hierarchical if path]
    # Some programs say a whole place in the hierarchy among the flat keywords once more.
    places = {"|".join(path).casefold() for path in paths if len(path) > 1}
    flat = [keyword for keyword in flat if keyword.casefold() not in places]
    known = {keyword.casefold() for keyword in flat} | {name.casefold() for path in paths for name in path}
    for name in _KEYWORD_LISTS:
        paths += [path for text in items_of(document, name) if (path := slashed_path(text, known))]
    return joined_paths([*paths, *((keyword,) for keyword in flat if keyword)])


def slashed_path(text: str, known: set[str]) -> TagPath:
    """A hierarchy written with strokes, as digiKam does. A keyword may hold one itself ("AC/DC"): then it is in `known`,
    the case-folded keywords of lists that part them otherwise.
    """
    parts = text.split("/")
    path: list[str] = []
    while parts:
        longest = next(
            (count for count in range(len(parts), 1, -1) if clean_keyword("/".join(parts[:count])).casefold() in known),
            1,
        )
        path.append("/".join(parts[:longest]))
        parts = parts[longest:]
    return clean_path(path)


def _rating(document: XmpDocument) -> int | None:
    """Stars. -1, "rejected" in Adobe's programs, is none."""
    stars = _number(text_of(document, RATING))
    if stars is not None:
        return round(min(max(stars, 0.0), MOST_STARS))
    for name in _PERCENT_RATINGS:
        percent = _number(text_of(document, name))
        if percent is not None:
            return stars_of_percent(percent)
    return None


def stars_of_percent(percent: float) -> int:
    """Windows keeps stars as 1, 25, 50, 75 and 99 per cent."""
    return 0 if percent <= 0 else min(MOST_STARS, 1 + round(percent / 25))


def position_of(document: XmpDocument) -> Position | None:
    """Where the photo was taken. Exactly 0, 0 is a receiver without a fix."""
    north = _degrees(text_of(document, LATITUDE), text_of(document, Name(EXIF, "GPSLatitudeRef")), limit=90.0)
    east = _degrees(text_of(document, LONGITUDE), text_of(document, Name(EXIF, "GPSLongitudeRef")), limit=180.0)
    if north is None or east is None or (north == 0.0 and east == 0.0):
        return None
    metres = _number(text_of(document, ALTITUDE))
    if metres is not None and (text_of(document, ALTITUDE_REFERENCE) or "").strip() == _BELOW_SEA_LEVEL:
        metres = -abs(metres)
    return Position(north, east, metres)


def _degrees(text: str | None, reference: str | None, *, limit: float) -> float | None:
    """Such as "53,7.95354N" and "53,7,57.2N", the letter perhaps in a property of its own; also plain decimals."""
    match = _COORDINATE.match((text or "").strip())
    if match is None:
        return None
    degrees = abs(float(match[1])) + float(match[2] or 0) / 60 + float(match[3] or 0) / 3600
    south_or_west = (match[4] or (reference or "").strip()[:1].upper()) in {"S", "W"}
    if south_or_west or match[1].startswith("-"):
        degrees = -degrees
    return degrees if abs(degrees) <= limit else None


def _number(text: str | None) -> float | None:
    match = _RATIONAL.match((text or "").strip())
    if match is None or (match[2] and not float(match[2])):
        return None
    number = float(match[1]) / float(match[2] or 1)
    return number if math.isfinite(number) else None
