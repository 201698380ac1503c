"""The library file's schema, as an append-only list of migrations.

Never edit one that was released: add another. A file that names a migration this program does not know was made by a
newer Keepsight and is refused; a file with older ones is backed up before it is brought up to date.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database, Migrations

from desktop_app.base.errors import UserFacingError
from desktop_app.base.private_files import make_private
from desktop_app.store.annotation_schema import ANNOTATION_SCHEMA
from desktop_app.store.connection import connect_for_writing, plain_errors
from desktop_app.store.embedding_changes import EMBEDDING_CHANGES_SCHEMA
from desktop_app.store.moments import VIDEO_SCHEMA
from desktop_app.store.places import PLACES_SCHEMA
from desktop_app.store.saved_searches import SAVED_SEARCH_SETTINGS
from desktop_app.store.search_schema import ALIASES_ARE_WORDS, SEARCH_SCHEMA
from desktop_app.store.search_texts import refresh_texts
from desktop_app.store.stacks import LOOK_AT_ALL_FOLDERS, STACK_SCHEMA
from desktop_app.store.tag_fit_schema import BEST_OF_TAGS, TAG_FIT_SCHEMA
from desktop_app.store.tag_schema import TAG_SCHEMA

library_migrations = Migrations("keepsight-library")
thumbnail_migrations = Migrations("keepsight-thumbnails")


@library_migrations()
def m001_photos_tags_embeddings(db: Database) -> None:
    """Roots, contents, files, models, embeddings, tags, skipped files, settings."""
    for statement in _FIRST_SCHEMA:
        db.execute(statement)


@library_migrations()
def m002_search(db: Database) -> None:
    """Ratings, favourites, titles, places, albums, saved searches, and the text index of it all."""
    for statement in SEARCH_SCHEMA:
        db.execute(statement)


@library_migrations()
def m003_tag_definitions(db: Database) -> None:
    """Tags with aliases, templates, colours and thresholds; assignments in layers; the log of edits."""
    for statement in TAG_SCHEMA:
        db.execute(statement)


@library_migrations()
def m004_saved_search_settings(db: Database) -> None:
    """Saved searches remember where their list ends, and how words weigh against meaning."""
    for statement in SAVED_SEARCH_SETTINGS:
        db.execute(statement)


@library_migrations()
def m005_volumes(db: Database) -> None:
    """The volume that each root is on, and pairs of photos that the person said are not the same."""
    for statement in _VOLUMES:
        db.execute(statement)


@library_migrations()
def m006_annotations(db: Database) -> None:
    """What other programs wrote about photos, and which of it the person decided here."""
    for statement in ANNOTATION_SCHEMA:
        db.execute(statement)


@library_migrations()
def m007_places(db: Database) -> None:
    """Which photos' places have no name yet; a photo that is moved on the map loses its name."""
    for statement in PLACES_SCHEMA:
        db.execute(statement)


@library_migrations()
def m008_tag_fits(db: Database) -> None:
    """What was fitted to tags, by model, and tags learned from examples."""
    for statement in TAG_FIT_SCHEMA:
        db.execute(statement)


@library_migrations()
def m009_videos(db: Database) -> None:
    """How long videos are, what models make of their moments, and which photos hold motion."""
    for statement in VIDEO_SCHEMA:
        db.execute(statement)


@library_migrations()
def m010_stacks(db: Database) -> None:
    """Photos that belong together and are shown as one."""
    for statement in STACK_SCHEMA:
        db.execute(statement)


@library_migrations()
def m011_aliases_are_words(db: Database) -> None:
    """Photos are found by the other names of their tags."""
    for statement in ALIASES_ARE_WORDS:
        db.execute(statement)


@library_migrations()
def m012_embedding_changes(db: Database) -> None:
    """Notes of what becomes of embeddings, which the vector files follow."""
    for statement in EMBEDDING_CHANGES_SCHEMA:
        db.execute(statement)


@library_migrations()
def m013_best_of_tags(db: Database) -> None:
    """Tags are measured against their best photo, too."""
    for statement in BEST_OF_TAGS:
        db.execute(statement)


@library_migrations()
def m014_pairs_in_bursts(db: Database) -> None:
    """A raw file stands behind its picture in bursts, too."""
    db.execute(LOOK_AT_ALL_FOLDERS)


@thumbnail_migrations()
def m001_thumbnails(db: Database) -> None:
    """Thumbnails by content hash, so that they outlive row ids and can be thrown away at any time."""
    db.execute("CREATE TABLE thumbnails (hash TEXT PRIMARY KEY, jpeg BLOB NOT NULL) STRICT")


_VOLUMES = (
    "ALTER TABLE roots ADD COLUMN volume TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE roots ADD COLUMN volume_path TEXT NOT NULL DEFAULT ''",
    """
    CREATE TABLE different_photos (
        missing_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        found_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        PRIMARY KEY (missing_id, found_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX files_missing ON files(content_id) WHERE missing_since IS NOT NULL",
)

_FIRST_SCHEMA = (
    """
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        added_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE contents (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        file_format TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        byte_size INTEGER NOT NULL,
        sort_time TEXT NOT NULL,
        taken_at TEXT,
        camera_make TEXT,
        camera_model TEXT,
        lens TEXT,
        exposure_seconds REAL,
        f_number REAL,
        iso INTEGER,
        focal_length_mm REAL,
        latitude REAL,
        longitude REAL,
        altitude_m REAL,
        added_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX contents_by_time ON contents(sort_time DESC, id DESC)",
    """
    CREATE TABLE files (
        id INTEGER PRIMARY KEY,
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        relative_path TEXT NOT NULL,
        content_id INTEGER NOT NULL REFERENCES contents(id),
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        missing_since TEXT,
        UNIQUE (root_id, relative_path)
    ) STRICT
    """,
    "CREATE INDEX files_by_content ON files(content_id)",
    """
    CREATE TABLE models (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        dimension INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE embeddings (
        model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        vector BLOB NOT NULL,
        PRIMARY KEY (model_id, content_id)
    ) STRICT
    """,
    """
    CREATE TABLE tags (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        group_name TEXT NOT NULL,
        parent_id INTEGER REFERENCES tags(id) ON DELETE SET NULL,
        from_person INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    """
    CREATE TABLE tag_assignments (
        content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
        tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
        source TEXT NOT NULL,
        state TEXT NOT NULL,
        probability REAL,
        model_id INTEGER REFERENCES models(id) ON DELETE SET NULL,
        decided_at TEXT NOT NULL,
        PRIMARY KEY (content_id, tag_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX assignments_by_tag ON tag_assignments(tag_id, state, content_id)",
    """
    CREATE TABLE text_embeddings (
        model_id INTEGER NOT NULL REFERENCES models(id) ON DELETE CASCADE,
        prompts_key TEXT NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (model_id, prompts_key)
    ) STRICT
    """,
    """
    CREATE TABLE skipped_files (
        root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
        relative_path TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        reason TEXT NOT NULL,
        is_photo INTEGER NOT NULL,
        transient INTEGER NOT NULL,
        PRIMARY KEY (root_id, relative_path)
    ) STRICT
    """,
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
)


def prepare_library_file(path: Path) -> None:
    """Make the library file, or bring an older one up to date (after a backup beside it).

    Raises UserFacingError when the file was made by a newer Keepsight or cannot be used.
    """
    _prepare(path, library_migrations, back_up=True)


def prepare_thumbnail_file(path: Path) -> None:
    """Make the thumbnail file or bring it up to date; no backup, since it can be made again."""
    _prepare(path, thumbnail_migrations, back_up=False)


def _prepare(path: Path, migrations: Migrations, *, back_up: bool) -> None:
    with plain_errors():
        connection = connect_for_writing(path)
        try:
            _bring_up_to_date(connection, path=path, migrations=migrations, back_up=back_up)
        finally:
            connection.close()


def _bring_up_to_date(connection: sqlite3.Connection, *, path: Path, migrations: Migrations, back_up: bool) -> None:
    db = Database(connection)
    if _is_up_to_date(db, path=path, migrations=migrations):
        return
    # Another program may be doing the same: whoever gets the write lock first does it, the other finds it done.
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _is_up_to_date(db, path=path, migrations=migrations):
            pending = migrations.pending(db)[0].name
            if back_up and migrations.applied(db):
                _back_up(path, path.with_name(f"{path.stem}-before-{pending}{path.suffix}"))
            migrations.apply(db)
            # Once all are applied: texts are put together by today's rules, which know today's columns.
            refresh_texts(connection)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _is_up_to_date(db: Database, *, path: Path, migrations: Migrations) -> bool:
    """False when there is something to apply. Raises UserFacingError when the file knows more than this program."""
    applied = {migration.name for migration in migrations.applied(db)}
    if applied - _known_names(migrations):
        raise UserFacingError(
            f"The library {path} was made by a newer version of Keepsight.",
            "Update Keepsight, or choose another library.",
        )
    return not migrations.pending(db)


def _known_names(migrations: Migrations) -> set[str]:
    """Names of all migrations of a set: those pending on an empty database."""
    empty = sqlite3.connect(":memory:")
    try:
        return {migration.name for migration in migrations.pending(Database(empty))}
    finally:
        empty.close()


def _back_up(path: Path, target: Path) -> None:
    """Copy what is committed, over a connection of its own: the one that migrates holds the write lock."""
    make_private(target)
    source, copy = sqlite3.connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
