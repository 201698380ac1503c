"""Write what the library holds of photos into sidecars that other programs read: only when asked, and never more.

Nothing that another program wrote is lost: see `imaging.xmp_editing` for what changes in a sidecar and what stays.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from desktop_app.base.paths import is_there
from desktop_app.domain.annotations import Annotations, TagPath
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.sidecar import FieldChange, SidecarNaming, Statement
from desktop_app.imaging.sidecars import read_packet, sidecar_for, write_packet
from desktop_app.imaging.xmp_document import XmpProblem, parse_xmp
from desktop_app.imaging.xmp_editing import packet_saying
from desktop_app.imaging.xmp_reading import HIERARCHICAL_SUBJECT, SUBJECT, TAGS_LIST, annotations_of, items_of
from desktop_app.services.annotating import read_annotations_due
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.annotations import mark_due, put_written_keywords, written_keywords
from desktop_app.store.photos import files_of
from desktop_app.store.statements import put_sidecar_naming, sidecar_naming, statements, tag_places, usual_naming
from desktop_app.store.writer import WriteSession

_log = logging.getLogger(__name__)

# Photos whose statements are put together at once.
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class SidecarChange:
    """What writing changes, or changed, beside one file of a photo."""

    photo_id: PhotoId
    photo: Path
    sidecar: Path
    is_new: bool = False
    """There is no sidecar there yet."""
    fields: tuple[FieldChange, ...] = ()
    """Empty when the sidecar says it all already."""
    problem: str = ""
    """Why nothing can be, or was, written there."""
    difference: str = ""
    """The lines that change, as a unified diff, where it was asked for."""


@dataclass(frozen=True, slots=True)
class _Draft:
    change: SidecarChange
    before: bytes = b""
    after: bytes = b""
    known_keywords: frozenset[str] = frozenset()
    """Case-folded keywords that the sidecar has by itself."""
    other_names: frozenset[tuple[str, str]] = frozenset()
    """Other names of what is said, each with the name that is written for it, case-folded."""


@dataclass(slots=True)
class _Folders:
    """Names in folders, each listed once in a run."""

    names: dict[Path, tuple[str, ...]] = field(default_factory=dict)

    def neighbours(self, photo: Path) -> tuple[str, ...]:
        if photo.parent not in self.names:
            try:
                listed = tuple(
                    entry.name for entry in os.scandir(photo.parent) if not entry.name.lower().endswith(".xmp")
                )
            except OSError:
                listed = ()
            self.names[photo.parent] = listed
        return self.names[photo.parent]


class MetadataSync:
    """Previews and writes sidecars."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    @property
    def naming(self) -> SidecarNaming:
        """What new sidecars are called, as the person chose."""
        return sidecar_naming(self._store.reader)

    def choose_naming(self, naming: SidecarNaming) -> None:
        """Call new sidecars so from now on; those that are there keep their names."""
        self._store.writer.do(lambda session: put_sidecar_naming(session, naming))

    def read_again(self, photo_ids: Sequence[PhotoId]) -> None:
        """Take in what photos' own files and sidecars say now. It is done by itself when they change: this is for doubts."""
        self._store.change(lambda session: mark_due(session, photo_ids))
        read_annotations_due(self._store, cancelled=lambda: False)

    def preview(
        self, photo_ids: Sequence[PhotoId], *, naming: SidecarNaming | None = None, differences: bool = False
    ) -> Iterator[SidecarChange]:
        """What writing would do, one item for each file of a photo that has something to say. Nothing is written."""
        for draft in self._drafts(photo_ids, naming):
            lines = _difference(draft.change.sidecar, draft.before, draft.after) if differences else ""
            yield replace(draft.change, difference=lines)

    def write(
        self,
        photo_ids: Sequence[PhotoId],
        *,
        naming: SidecarNaming | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[SidecarChange]:
        """Write, one file after the other; each item is done when it comes. A failure of one does not end it."""
        for draft in self._drafts(photo_ids, naming):
            if cancelled():
                return
            yield self._written(draft)

    def difference(self, change: SidecarChange) -> str:
        """The lines that writing would change in a sidecar, as a unified diff, or why it no longer can; empty for none."""
        statement = self._statements([change.photo_id]).get(change.photo_id)
        if statement is None:
            return ""
        try:
            before = read_packet(change.sidecar)
            return _difference(change.sidecar, before, packet_saying(statement, before))
        except XmpProblem as problem:
            return f"Nothing can be written here any more: {problem}."

    def _statements(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, Statement]:
        reader = self._store.reader
        return statements(reader, photo_ids, tag_places(reader))

    def _drafts(self, photo_ids: Sequence[PhotoId], naming: SidecarNaming | None) -> Iterator[_Draft]:
        reader = self._store.reader
        wanted = naming or self.naming
        if wanted is SidecarNaming.AUTOMATIC:
            wanted = usual_naming(reader)
        tags, folders = tag_places(reader), _Folders()
        for start in range(0, len(photo_ids), _CHUNK):
            chunk = photo_ids[start : start + _CHUNK]
            said, places = statements(reader, chunk, tags), files_of(reader, chunk)
            for photo_id in chunk:
                for path in places.get(photo_id, ()) if photo_id in said else ():
                    sidecar = sidecar_for(path, wanted, neighbours=folders.neighbours(path))
                    draft = _draft(SidecarChange(photo_id, path, sidecar), said[photo_id])
                    if draft is not None:
                        yield draft

    def _written(self, draft: _Draft) -> SidecarChange:
        change = draft.change
        if change.problem or not change.fields:
            return change
        # First remembered, then written: a keyword of ours that is not there does no harm, one that is forgotten would
        # be taken for another program's.
        self._remember(draft)
        try:
            write_packet(change.sidecar, draft.after, before=draft.before)
        except XmpProblem as problem:
            return _failed(change, str(problem))
        return change

    def _remember(self, draft: _Draft) -> None:
        photo_id = draft.change.photo_id
        earlier = written_keywords(self._store.reader, [photo_id]).get(photo_id, frozenset())
        # A keyword of another program that stands there by its tag's present name now is no less that program's.
        theirs = draft.known_keywords - earlier
        renamed = {name for word, name in draft.other_names if word in theirs}
        ours = {path[-1].casefold() for path in _keywords(draft.after)} - draft.known_keywords - renamed
        still = {path[-1].casefold() for path in _keywords(draft.after)} & earlier

        def put(session: WriteSession) -> LibraryChanges:
            put_written_keywords(session, photo_id, ours | still)
            return LibraryChanges()

        self._store.change(put)


def _draft(change: SidecarChange, statement: Statement) -> _Draft | None:
    """What writing one statement means; None when there is nothing to say and no sidecar to say it in."""
    if not is_there(change.photo):
        return _Draft(_failed(change, "its file is not there at present"))
    try:
        before = read_packet(change.sidecar)
        if not before and not statement.is_worth_a_file():
            return None
        after = packet_saying(statement, before)
        was = annotations_of(parse_xmp(before)) if before.strip() else Annotations()
        fields = _fields(was, annotations_of(parse_xmp(after)))
        if not fields and after != before:
            # The keywords are the same; another of the lists that programs look into has them now, too.
            fields = (FieldChange("lists of keywords", *(_list_words(packet) for packet in (before, after))),)
    except XmpProblem as problem:
        return _Draft(_failed(change, str(problem)))
    found = SidecarChange(change.photo_id, change.photo, change.sidecar, is_new=not before, fields=fields)
    known = frozenset(path[-1].casefold() for path in was.tags)
    return _Draft(found, before, after, known, statement.other_names)


def _failed(change: SidecarChange, problem: str) -> SidecarChange:
    return SidecarChange(change.photo_id, change.photo, change.sidecar, is_new=change.is_new, problem=problem)


def _fields(was: Annotations, now: Annotations) -> tuple[FieldChange, ...]:
    pairs = (
        ("keywords", _tag_words(was.tags), _tag_words(now.tags)),
        ("rating", _or_empty(was.rating), _or_empty(now.rating)),
        ("title", was.title or "", now.title or ""),
        ("description", was.description or "", now.description or ""),
        ("place", _place_words(was), _place_words(now)),
    )
    return tuple(FieldChange(name, before, after) for name, before, after in pairs if before != after)


def _tag_words(tags: Sequence[TagPath]) -> str:
    return ", ".join(sorted((" › ".join(path) for path in tags), key=str.casefold))


def _list_words(packet: bytes) -> str:
    document = parse_xmp(packet)
    lists = {"subject": SUBJECT, "hierarchical subject": HIERARCHICAL_SUBJECT, "tags list": TAGS_LIST}
    return ", ".join(f"{name} ({len(items_of(document, each))})" for name, each in lists.items())


def _or_empty(value: object) -> str:
    return "" if value is None else str(value)


def _place_words(said: Annotations) -> str:
    place = said.position
    return "" if place is None else f"{place.latitude:.6f}, {place.longitude:.6f}"


def _keywords(packet: bytes) -> tuple[TagPath, ...]:
    return annotations_of(parse_xmp(packet)).tags


def _difference(sidecar: Path, before: bytes, after: bytes) -> str:
    lines = difflib.unified_diff(_lines(before), _lines(after), str(sidecar), str(sidecar), lineterm="", n=1)
    return "\n".join(lines)


def _lines(packet: bytes) -> list[str]:
    if not packet.strip():
        return []
    document = parse_xmp(packet)
    return document.data.decode().splitlines()
