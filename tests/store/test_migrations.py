"""The schema: made from nothing, brought up to date after a backup, refused when it is too new."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from desktop_app.base.errors import UserFacingError
from desktop_app.store import migrations
from desktop_app.store.migrations import library_migrations, prepare_library_file, prepare_thumbnail_file


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()


def run(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(sql).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()


def test_an_empty_folder_gets_a_complete_library(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    prepare_library_file(path)
    wanted = {
        "roots",
        "contents",
        "files",
        "models",
        "embeddings",
        "tags",
        "tag_assignments",
        "skipped_files",
        "settings",
    }
    assert wanted <= tables(path)
    assert run(path, "PRAGMA journal_mode") == [("wal",)]
    assert run(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_library_that_is_up_to_date_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    prepare_library_file(path)
    run(path, "INSERT INTO settings (key, value) VALUES ('mine', '1')")
    prepare_library_file(path)
    assert run(path, "SELECT value FROM settings WHERE key = 'mine'") == [("1",)]
    assert {file.name for file in tmp_path.iterdir()} <= {"library.db", "library.db-wal", "library.db-shm"}


def test_an_older_library_is_backed_up_and_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "library.db"
    prepare_library_file(path)
    run(path, "INSERT INTO settings (key, value) VALUES ('mine', '1')")
    newer = Migrations(library_migrations.name)
    for migration in library_migrations.pending(Database(memory=True)):
        newer(name=migration.name)(migration.fn)

    @newer()
    def m999_later(db: Database) -> None:
        db.execute("ALTER TABLE settings ADD COLUMN changed_at TEXT")

    monkeypatch.setattr(migrations, "library_migrations", newer)
    prepare_library_file(path)
    assert run(path, "SELECT key, value, changed_at FROM settings WHERE key = 'mine'") == [("mine", "1", None)]
    backup = tmp_path / "library-before-m999_later.db"
    assert run(backup, "SELECT key, value FROM settings WHERE key = 'mine'") == [("mine", "1")]
    assert "changed_at" not in str(run(backup, "SELECT sql FROM sqlite_master WHERE name = 'settings'"))


def test_a_migration_that_fails_leaves_the_library_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "library.db"
    prepare_library_file(path)
    failing = Migrations(library_migrations.name)
    for migration in library_migrations.pending(Database(memory=True)):
        failing(name=migration.name)(migration.fn)

    @failing()
    def m999_broken(db: Database) -> None:
        db.execute("CREATE TABLE half_done (id INTEGER)")
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "library_migrations", failing)
        with pytest.raises(RuntimeError):
            prepare_library_file(path)
    assert "half_done" not in tables(path)
    prepare_library_file(path)


def test_a_newer_library_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    prepare_library_file(path)
    run(
        path,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
        f"VALUES ('{library_migrations.name}', 'm900_from_the_future', '2030-01-01')",
    )
    with pytest.raises(UserFacingError) as refused:
        prepare_library_file(path)
    assert "newer version" in refused.value.sentence
    assert "Update Keepsight" in refused.value.next_step
    assert not list(tmp_path.glob("*before*"))


def _prepare_at_once(folder: Path, barrier: object, answers: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    try:
        prepare_library_file(folder / "library.db")
        prepare_thumbnail_file(folder / "thumbnails.db")
    except BaseException as error:  # noqa: BLE001 - told to the test
        answers.put(repr(error))  # type: ignore[attr-defined]
    else:
        answers.put("")  # type: ignore[attr-defined]


def test_two_programs_may_make_the_same_library_at_the_same_moment(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        barrier, answers = context.Barrier(4), context.Queue()
        programs = [context.Process(target=_prepare_at_once, args=(folder, barrier, answers)) for _ in range(4)]
        for program in programs:
            program.start()
        assert [answers.get(timeout=60) for _ in programs] == [""] * 4
        for program in programs:
            program.join(30)
        answers.close()
        answers.join_thread()
        assert run(folder / "library.db", "SELECT COUNT(*) FROM settings") == [(0,)]
