"""Files that only their owner may read."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.base.private_files import make_private

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions and locks of Unix")

OTHER_PROGRAM = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0).execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_new_and_old_files_become_private(tmp_path: Path) -> None:
    make_private(tmp_path / "new")
    (tmp_path / "old").write_text("kept")
    (tmp_path / "old").chmod(0o644)
    make_private(tmp_path / "old")
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "new", tmp_path / "old")] == [0o600, 0o600]
    assert (tmp_path / "old").read_text() == "kept"


def test_the_locks_of_an_open_database_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.execute("BEGIN IMMEDIATE")
    make_private(path)
    command = [sys.executable, "-c", OTHER_PROGRAM, str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    connection.close()
    assert answer.strip() == "database is locked"
