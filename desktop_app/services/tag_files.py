"""Import and export of all tags, as JSON or CSV (see `domain.tag_exchange`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.replacing import replace_file
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagSource, TagState
from desktop_app.domain.tag_exchange import (
    TagExchange,
    TaggedPhoto,
    drafts_of,
    from_csv,
    from_json,
    parents_of,
    to_csv,
    to_json,
)
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.tag_import import exported_assignments, import_tags, photos_by_hash
from desktop_app.store.tags import tag_definitions
from desktop_app.store.writer import WriteSession


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    edited: Edited
    tags_made: int
    unknown: tuple[str, ...]
    """Photos of the file that this library does not have, by path or hash."""


@dataclass(slots=True)
class _Matched:
    decisions: dict[tuple[str, TagState], list[PhotoId]] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)


class TagFiles:
    """Reads and writes tag files. The ending of the name says which kind: .json or .csv."""

    def __init__(self, store: LibraryStore, photo_at: Callable[[Path], PhotoId | None]) -> None:
        self._store = store
        self._photo_at = photo_at

    def export(self, path: Path) -> TagExchange:
        """Write all tags to a file, whole or not at all. Raises UserFacingError when it cannot be written."""
        definitions = tag_definitions(self._store.reader)
        above = {item.tag.id: parents_of(item.tag.id, definitions) for item in definitions}
        photos = tuple(
            TaggedPhoto(
                item.path, item.content_hash, item.tag, item.state, item.source, item.probability, above[tag_id]
            )
            for tag_id, item in exported_assignments(self._store.reader)
        )
        exchange = TagExchange(drafts_of(definitions), photos)
        _write(path, to_json(exchange) if _kind(path) == ".json" else to_csv(exchange))
        return exchange

    def take_in(self, path: Path) -> Imported:
        """Take in a file's tags and the decisions of its person as one edit; a machine's word there is left out.

        A photo is known by its content, or failing that by its path. Raises UserFacingError when the file cannot be
        read; then nothing changes.
        """
        exchange = _read(path)
        matched = self._match(exchange)
        made = 0

        def task(session: WriteSession) -> Edited:
            nonlocal made
            edited, made = import_tags(session, exchange.tags, matched.decisions, title=path.name)
            return edited

        return Imported(self._store.edit(task), made, tuple(matched.unknown))

    def _match(self, exchange: TagExchange) -> _Matched:
        matched, known = _Matched(), photos_by_hash(self._store.reader)
        by_path: dict[str, PhotoId | None] = {}
        for item in exchange.photos:
            if item.source not in {TagSource.PERSON, TagSource.FILE} or item.state is TagState.SUGGESTED:
                continue
            photo = known.get(item.content_hash)
            if photo is None and item.path:
                if item.path not in by_path:
                    by_path[item.path] = self._photo_at(Path(item.path))
                photo = by_path[item.path]
            if photo is None:
                matched.unknown[item.path or item.content_hash] = None
            else:
                matched.decisions.setdefault((item.tag, item.state), []).append(photo)
        return matched


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in {".json", ".csv"}:
        raise UserFacingError(f"{path.name} is neither JSON nor CSV.", "Choose a name that ends with .json or .csv.")
    return kind


def _read(path: Path) -> TagExchange:
    read = from_json if _kind(path) == ".json" else from_csv
    try:
        return read(path.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError as error:
        raise UserFacingError(f"{path} cannot be read ({os.strerror(error.errno or 0)}).", "Check its name.") from error
    except ValueError as error:
        raise UserFacingError(f"{path.name} cannot be imported: {error}.", "Mend the file and try again.") from error


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise UserFacingError(
            f"{path} cannot be written ({os.strerror(error.errno or 0)}).", "Choose another place."
        ) from error
