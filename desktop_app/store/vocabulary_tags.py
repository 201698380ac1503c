"""Bringing the starter vocabulary's tags into a library, each word once."""

from __future__ import annotations

import json
from collections.abc import Iterable

from desktop_app.domain.tag import TagId
from desktop_app.domain.vocabulary import Vocabulary, VocabularyTag
from desktop_app.store.writer import WriteSession


def put_vocabulary(session: WriteSession, vocabulary: Vocabulary) -> None:
    """Make the tags whose words this library has not seen yet, with their synonyms and parents.

    A tag that the person renamed, merged, moved or deleted since stays as they left it.
    """
    seen = {row[0].casefold() for row in session.connection.execute("SELECT word FROM vocabulary_words")}
    new = [tag for tag in vocabulary.tags if tag.name.casefold() not in seen]
    for tag in new:
        _bring_in(session, tag)
    _put_parents(session, new)
    _stop_looking(session, vocabulary)
    for tag in vocabulary.tags:
        _put_synonyms(session, tag, (word for word in tag.synonyms if word.casefold() not in seen))


def _bring_in(session: WriteSession, tag: VocabularyTag) -> None:
    """Make the tag, or take the person's own of that name; where the word is an alias, it means that tag already."""
    connection = session.connection
    if not connection.execute("SELECT 1 FROM tag_aliases WHERE alias = ?", [tag.name]).fetchone():
        connection.execute(
            """
            INSERT INTO tags (name, group_name, looked_for, sensitive) VALUES (?, ?, 1, ?)
            ON CONFLICT (name) DO UPDATE SET looked_for = 1, sensitive = max(sensitive, excluded.sensitive)
            """,
            [tag.name, tag.group, tag.sensitive],
        )
    connection.execute(
        "INSERT INTO vocabulary_words (word, tag_id) VALUES (?, (SELECT id FROM tags WHERE name = ?))",
        [tag.name, tag.name],
    )


def _stop_looking(session: WriteSession, vocabulary: Vocabulary) -> None:
    """A tag that the vocabulary no longer has stays with its photos, but no machine gives it to more."""
    session.connection.execute(
        """
        UPDATE tags SET looked_for = 0 WHERE looked_for = 1 AND from_person = 0 AND templates IS NULL AND id NOT IN (
            SELECT tag_id FROM vocabulary_words WHERE tag_id IS NOT NULL
            AND word IN (SELECT value FROM json_each(?)))
        """,
        [json.dumps([tag.name for tag in vocabulary.tags])],
    )


def _put_parents(session: WriteSession, tags: Iterable[VocabularyTag]) -> None:
    session.connection.executemany(
        """
        UPDATE tags SET parent_id = (SELECT tag_id FROM vocabulary_words WHERE word = ?)
        WHERE id = (SELECT tag_id FROM vocabulary_words WHERE word = ?) AND parent_id IS NULL
        """,
        [(tag.parent, tag.name) for tag in tags if tag.parent],
    )


def _put_synonyms(session: WriteSession, tag: VocabularyTag, synonyms: Iterable[str]) -> None:
    for word in synonyms:
        session.connection.execute(
            """
            INSERT INTO tag_aliases (alias, tag_id) SELECT ?, tag_id FROM vocabulary_words
            WHERE word = ? AND tag_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tags WHERE name = ?)
            ON CONFLICT (alias) DO NOTHING
            """,
            [word, tag.name, word],
        )
        session.connection.execute(
            "INSERT INTO vocabulary_words (word) VALUES (?) ON CONFLICT (word) DO NOTHING", [word]
        )


def vocabulary_tag_ids(session: WriteSession) -> dict[str, TagId]:
    """The tags that carry the vocabulary's words now, by word."""
    rows = session.connection.execute("SELECT word, tag_id FROM vocabulary_words WHERE tag_id IS NOT NULL")
    return {row[0]: TagId(row[1]) for row in rows}
