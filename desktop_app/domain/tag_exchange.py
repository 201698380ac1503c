"""All tags of a library as a file: what they are, and which photos have them. JSON holds everything, CSV the photos' tags.

A JSON file:

    {"format": 1,
     "tags": [{"name": "our canoe", "parent": "boat", "aliases": ["the red one"], "templates": ["a red canoe"],
               "colour": "#ff0000", "threshold": 0.7, "group": "My tags", "looked_for": true, "sensitive": false}],
     "photos": [{"path": "…", "hash": "…", "tags": [{"tag": "our canoe", "state": "accepted", "source": "person",
                                                     "probability": null}]}]}

A CSV file has a line for each photo and tag, with the columns path, hash, tag, parents ("animal|mammal"), state, source
and probability. Files of other programs need path and tag alone: what stands there is taken for the person's word.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop_app.domain.tag import TagDefinition, TagDraft, TagId, TagSource, TagState, clean_colour, clean_tag_name

FORMAT = 1

_COLUMNS = ("path", "hash", "tag", "parents", "state", "source", "probability")


@dataclass(frozen=True, slots=True)
class TaggedPhoto:
    """One tag on one photo, as it is exchanged."""

    path: str
    content_hash: str
    """Empty when the file does not say it."""
    tag: str
    state: TagState = TagState.ACCEPTED
    source: TagSource = TagSource.PERSON
    probability: float | None = None
    parents: tuple[str, ...] = ()
    """Wider tags, the widest first."""


@dataclass(frozen=True, slots=True)
class TagExchange:
    """Everything in a file."""

    tags: tuple[TagDraft, ...]
    photos: tuple[TaggedPhoto, ...]


def drafts_of(definitions: Sequence[TagDefinition]) -> tuple[TagDraft, ...]:
    """Definitions as they are exchanged: by name, wider tags first."""
    names = {item.tag.id: item.tag.name for item in definitions}
    by_depth = sorted(
        definitions, key=lambda item: (len(parents_of(item.tag.id, definitions)), item.tag.name.casefold())
    )
    return tuple(
        TagDraft(
            item.tag.name,
            parent=None if item.tag.parent_id is None else names[item.tag.parent_id],
            aliases=item.aliases,
            templates=item.templates,
            colour=item.tag.colour,
            threshold=item.tag.threshold,
            group=item.tag.group,
            looked_for=item.tag.looked_for,
            sensitive=item.tag.sensitive,
        )
        for item in by_depth
    )


def parents_of(tag_id: TagId, definitions: Iterable[TagDefinition]) -> tuple[str, ...]:
    """Names of the tags above one, the widest first."""
    tags = {item.tag.id: item.tag for item in definitions}
    names: list[str] = []
    above = tags[tag_id].parent_id
    while above is not None:
        names.append(tags[above].name)
        above = tags[above].parent_id
    return tuple(reversed(names))


def to_json(exchange: TagExchange) -> str:
    """The file's text."""
    photos: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in exchange.photos:
        photos.setdefault((item.path, item.content_hash), []).append(
            {"tag": item.tag, "state": item.state, "source": item.source, "probability": item.probability}
        )
    document = {
        "format": FORMAT,
        "tags": [
            {
                "name": tag.name,
                "parent": tag.parent,
                "aliases": list(tag.aliases),
                "templates": None if tag.templates is None else list(tag.templates),
                "colour": tag.colour,
                "threshold": tag.threshold,
                "group": tag.group,
                "looked_for": tag.looked_for,
                "sensitive": tag.sensitive,
            }
            for tag in exchange.tags
        ],
        "photos": [{"path": path, "hash": key, "tags": tags} for (path, key), tags in photos.items()],
    }
    return json.dumps(document, ensure_ascii=True, indent=1) + "\n"


def to_csv(exchange: TagExchange) -> str:
    """The photos' tags as CSV (RFC 4180); undecodable bytes of a path are kept as Python's surrogate escapes."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for item in exchange.photos:
        probability = "" if item.probability is None else f"{item.probability:.4f}"
        writer.writerow(
            (item.path, item.content_hash, item.tag, "|".join(item.parents), item.state, item.source, probability)
        )
    return text.getvalue()


def from_json(text: str) -> TagExchange:
    """What a JSON file says. Raises ValueError that says where the text breaks which rule."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f'the file has no "format": {FORMAT}')
    tags = [_draft(item, place) for place, item in _objects(document.get("tags", []), "tags, tag")]
    photos = []
    for place, photo in _objects(document.get("photos", []), "photos, photo"):
        for inner, item in _objects(photo.get("tags", []), f"{place}, tag"):
            photos.append(_tagged({**item, "path": photo.get("path"), "hash": photo.get("hash")}, inner))
    return TagExchange(tuple(tags), tuple(photos))


def from_csv(text: str) -> TagExchange:
    """What a CSV file says. Raises ValueError that names the line which breaks which rule."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if rows.fieldnames is None or not {"path", "tag"} <= set(rows.fieldnames):
        raise ValueError('line 1: the columns "path" and "tag" are needed')
    try:
        photos = [_tagged(row, f"line {rows.line_num}") for row in rows]
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from error
    parents = {
        name: above
        for item in photos
        for name, above in zip((*item.parents, item.tag), (None, *item.parents), strict=True)
        if item.parents
    }
    return TagExchange(
        tuple(TagDraft(name, parent=above, looked_for=False) for name, above in parents.items()), tuple(photos)
    )


def _draft(item: Mapping[str, Any], place: str) -> TagDraft:
    name = _word(item.get("name"), f"{place}: name")
    place = f"{place} ({name})"
    threshold = item.get("threshold")
    if threshold is not None and (not _is_number(threshold) or not 0 <= threshold <= 1):
        raise ValueError(f"{place}: the threshold is no number from 0 to 1")
    templates = item.get("templates")
    try:
        colour = None if item.get("colour") is None else clean_colour(str(item["colour"]))
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    return TagDraft(
        name,
        parent=None if item.get("parent") is None else _word(item["parent"], f"{place}: parent"),
        aliases=tuple(_word(word, f"{place}: alias") for word in _list(item.get("aliases"), place)),
        templates=None if templates is None else tuple(_word(word, place) for word in _list(templates, place)) or None,
        colour=colour,
        threshold=threshold,
        group=None if item.get("group") is None else _word(item["group"], f"{place}: group"),
        looked_for=item.get("looked_for") is not False,
        sensitive=item.get("sensitive") is True,
    )


def _tagged(item: Mapping[str, Any], place: str) -> TaggedPhoto:
    path, content_hash = item.get("path") or "", item.get("hash") or ""
    if not isinstance(path, str) or not isinstance(content_hash, str) or not (path or content_hash):
        raise ValueError(f"{place}: a path or a hash is needed")
    probability = item.get("probability")
    try:
        return TaggedPhoto(
            path,
            content_hash,
            _word(item.get("tag"), f"{place}: tag"),
            TagState(item.get("state") or TagState.ACCEPTED),
            TagSource(item.get("source") or TagSource.PERSON),
            None if probability in {None, ""} else float(str(probability)),
            tuple(_word(word, f"{place}: parents") for word in (item.get("parents") or "").split("|") if word.strip()),
        )
    except ValueError as error:
        raise ValueError(str(error) if str(error).startswith(place) else f"{place}: {error}") from error


def _objects(value: object, place: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for number, item in enumerate(_list(value, place), 1):
        if not isinstance(item, dict):
            raise ValueError(f"{place} {number}: an object in braces is needed")  # noqa: TRY004
        yield f"{place} {number}", item


def _list(value: object, place: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"{place}: a list is needed")  # noqa: TRY004
    return value


def _word(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{place}: text is needed")  # noqa: TRY004
    try:
        return clean_tag_name(value)
    except ValueError as error:
        raise ValueError(f"{place}: text is needed") from error


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
