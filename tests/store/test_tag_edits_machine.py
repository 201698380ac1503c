"""Random edits of tags, with machines and files speaking in between: undoing all ends where it began, redoing all where it was."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDraft, TagId, TagState
from desktop_app.store.assignments import Opinion, put_file_tags, put_opinions_of_tag
from desktop_app.store.edit_log import redo_edit, undo_edit
from desktop_app.store.embeddings import put_model
from desktop_app.store.migrations import prepare_library_file, prepare_thumbnail_file
from desktop_app.store.reader import Reader
from desktop_app.store.tag_decisions import accept_tag, add_tag, forget_decisions, reject_tag, remove_tag
from desktop_app.store.tag_edits import (
    TagChange,
    change_tag,
    define_tag,
    delete_tag,
    redefine_tag,
    rename_tag,
    reparent_tag,
    set_threshold,
)
from desktop_app.store.tag_import import import_tags
from desktop_app.store.tag_merging import merge_tags
from desktop_app.store.writer import Writer, WriteSession

PHOTOS = tuple(PhotoId(number) for number in (1, 2, 3, 4))
NAMES = ("beach", "Beach", "sea", "sand", "dog", "sunset")
TABLES = {
    "tags": "id",
    "tag_aliases": "alias",
    "vocabulary_words": "word",
    "tag_assignments": "content_id, tag_id",
}

names = st.sampled_from(NAMES)
some_photos = st.lists(st.sampled_from(PHOTOS), min_size=1, max_size=4, unique=True)


@cache
def _new_files() -> dict[str, bytes]:
    """An empty library's files: made once, since an example takes less time than they do."""
    with tempfile.TemporaryDirectory(prefix="keepsight-edits-") as name:
        library, thumbnails = Path(name) / "library.db", Path(name) / "thumbnails.db"
        prepare_library_file(library)
        prepare_thumbnail_file(thumbnails)
        return {file.name: file.read_bytes() for file in (library, thumbnails)}


class Edits(RuleBasedStateMachine):
    """One library, edited at random."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="keepsight-edits-"))
        library, thumbnails = self.folder / "library.db", self.folder / "thumbnails.db"
        for file in (library, thumbnails):
            file.write_bytes(_new_files()[file.name])
        self.reader = Reader(library=library, thumbnails=thumbnails)
        self.writer = Writer(library=library, thumbnails=thumbnails)
        self.depth = 0
        self.steps: list[Any] = []

    def teardown(self) -> None:
        self.writer.close()
        self.reader.close()
        shutil.rmtree(self.folder)

    @initialize()
    def begin(self) -> None:
        def fill(session: WriteSession) -> None:
            session.connection.executemany(
                """
                INSERT INTO contents (id, hash, file_format, width, height, byte_size, sort_time, added_at)
                VALUES (?, ?, 'JPEG', 1, 1, 1, '2026', '2026')
                """,
                [(photo, f"hash {photo}") for photo in PHOTOS],
            )
            session.connection.execute("INSERT INTO tags (name, group_name, looked_for) VALUES ('dog', 'Animals', 1)")
            session.connection.execute("INSERT INTO vocabulary_words (word, tag_id) VALUES ('dog', 1)")
            self.model = put_model(session, "a-model")

        self.writer.do(fill)
        self.states = [self.state()]

    def state(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything that edits may change."""
        return {
            table: [tuple(row) for row in self.reader.rows(f"SELECT * FROM {table} ORDER BY {key}")]
            for table, key in TABLES.items()
        }

    def id(self, name: str) -> TagId:
        return TagId(self.reader.value("SELECT id FROM tags WHERE name = ?", [name]) or 999)

    def edit(self, function: Callable[..., Edited], *values: object, **named: object) -> None:
        with contextlib.suppress(UserFacingError):
            edited = self.writer.do(lambda session: function(session, *values, **named))
            if edited.edit is not None:
                del self.states[self.depth + 1 :]
                self.states.append(self.state())
                self.depth += 1

    @rule(
        name=names,
        photos=some_photos,
        act=st.sampled_from([add_tag, remove_tag, accept_tag, reject_tag, forget_decisions]),
    )
    def decide(self, name: str, photos: list[int], act: Callable[..., Edited]) -> None:
        self.edit(act, name, photos)

    @rule(name=names, parent=st.none() | names, alias=st.lists(st.sampled_from(["shore", "pooch", "sea"]), max_size=2))
    def define(self, name: str, parent: str | None, alias: list[str]) -> None:
        self.edit(define_tag, TagDraft(name, parent=parent, aliases=tuple(alias), threshold=0.5))

    @rule(name=names)
    def delete(self, name: str) -> None:
        self.edit(delete_tag, self.id(name))

    @rule(name=names, new=names)
    def rename(self, name: str, new: str) -> None:
        self.edit(rename_tag, self.id(name), new)

    @rule(name=names, parent=st.none() | names, group=st.none() | st.just("Nature"))
    def reparent(self, name: str, parent: str | None, group: str | None) -> None:
        self.edit(reparent_tag, self.id(name), None if parent is None else self.id(parent), group=group)

    @rule(source=names, into=names)
    def merge(self, source: str, into: str) -> None:
        self.edit(merge_tags, self.id(source), self.id(into))

    @rule(name=names, threshold=st.none() | st.sampled_from([0.2, 0.8]))
    def rethreshold(self, name: str, threshold: float | None) -> None:
        self.edit(set_threshold, self.id(name), threshold)

    @rule(name=names, aliases=st.lists(st.sampled_from(["shore", "pooch", "Strand"]), max_size=2, unique=True))
    def redefine(self, name: str, aliases: list[str]) -> None:
        self.edit(redefine_tag, self.id(name), TagChange({"colour": "#00ff00", "sensitive": 1}, tuple(aliases)))

    @rule(
        name=names, new=names, parent=st.none() | names, alias=st.lists(st.sampled_from(["shore", "sea"]), max_size=2)
    )
    def change(self, name: str, new: str, parent: str | None, alias: list[str]) -> None:
        draft = TagDraft(new, parent=parent, aliases=tuple(alias), templates=("a {}",), sensitive=True)
        self.edit(change_tag, self.id(name), draft)

    @rule(name=names, parent=names, photos=some_photos)
    def take_in(self, name: str, parent: str, photos: list[PhotoId]) -> None:
        drafts = [TagDraft(parent), TagDraft(name, parent=parent, aliases=("pooch",))]
        self.edit(
            lambda session: import_tags(session, drafts, {(name, TagState.ACCEPTED): photos}, title="tags.json")[0]
        )

    @rule()
    def undo(self) -> None:
        edited = self.writer.do(undo_edit)
        assert (edited.edit is None) == (self.depth == 0)
        self.depth -= edited.edit is not None
        assert self.state() == self.states[self.depth]

    @rule()
    def redo(self) -> None:
        edited = self.writer.do(redo_edit)
        assert (edited.edit is None) == (self.depth == len(self.states) - 1)
        self.depth += edited.edit is not None
        assert self.state() == self.states[self.depth]

    @precondition(lambda self: self.depth == len(self.states) - 1)
    @rule()
    def undo_all_and_redo_all(self) -> None:
        while self.writer.do(undo_edit).edit is not None:
            self.depth -= 1
            assert self.state() == self.states[self.depth]
        assert self.depth == 0
        while self.writer.do(redo_edit).edit is not None:
            self.depth += 1
            assert self.state() == self.states[self.depth]
        assert self.depth == len(self.states) - 1

    @invariant()
    def nothing_is_broken(self) -> None:
        assert self.reader.rows("PRAGMA foreign_key_check") == []
        assert self.reader.rows("SELECT 1 FROM tag_assignments WHERE state IS NULL") == []
        words = self.reader.rows("SELECT lower(name) FROM tags UNION ALL SELECT lower(alias) FROM tag_aliases")
        assert len({row[0] for row in words}) == len(words), "a word means one tag"


class EditsWithOthers(Edits):
    """The same, while machines and files go on speaking: what the person decided is exact, and outranks them."""

    @rule(name=names, photos=some_photos, probability=st.sampled_from([0.3, 0.9]))
    def machine(self, name: str, photos: list[int], probability: float) -> None:
        tag = self.id(name)
        if tag != 999:
            opinions = [Opinion(photo, probability, TagState.SUGGESTED) for photo in photos]
            self.writer.do(lambda session: put_opinions_of_tag(session, tag, opinions, model_id=self.model))

    @rule(name=names, photo=st.sampled_from(PHOTOS))
    def file(self, name: str, photo: int) -> None:
        tag = self.id(name)
        if tag != 999:
            self.writer.do(lambda session: put_file_tags(session, photo, [tag]))

    def state(self) -> dict[str, list[tuple[object, ...]]]:
        """What only edits may change: the tags, and the person's decisions."""
        state = super().state()
        state["tag_assignments"] = [
            tuple(row)
            for row in self.reader.rows(
                "SELECT content_id, tag_id, decision FROM tag_assignments WHERE decision IS NOT NULL ORDER BY 1, 2"
            )
        ]
        return state

    @invariant()
    def a_decision_outranks_everybody(self) -> None:
        assert not self.reader.rows(
            "SELECT 1 FROM tag_assignments WHERE decision IS NOT NULL AND (state != decision OR source != 'person')"
        )


TestEdits = Edits.TestCase
TestEditsWithOthers = EditsWithOthers.TestCase
for case in (TestEdits, TestEditsWithOthers):
    # Every example makes a library file of its own.
    case.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
del case  # else it would be collected as a third
