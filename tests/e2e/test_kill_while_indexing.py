"""Killed at any moment, Keepsight loses at most the batch in flight, and its next run carries on by itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.killing import KILLS, PHOTOS
from tests.fixtures.commands import CHECKOUT, environment
from tests.fixtures.photos import write_unique_copies


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks the processes that it kills")
@pytest.mark.timeout(900)
def test_killed_at_random_moments(tiny_library: Path, small_photos: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    write_unique_copies(sorted(small_photos.iterdir()), photos, PHOTOS)
    (tmp_path / "work").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.killing", str(tiny_library), str(photos), str(tmp_path / "work")],
        env=environment(),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=880,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kills = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(kills) == KILLS
    for kill in kills:
        assert kill["code"] == 0, kill
        state, before = kill["state"], kill["killed_at"]
        assert before["integrity"] == state["integrity"] == "ok"
        assert before["foreign_keys"] == state["foreign_keys"] == 0
        # None lost, none twice.
        assert state["files"] == state["paths"] == state["contents"] == state["embeddings"] == PHOTOS, kill
        assert state["thumbnails"] == PHOTOS
        assert state["skipped"] == state["missing"] == 0
        # What was stored before the kill is not done again.
        assert before["files"] == before["contents"] == before["embeddings"]
        assert kill["report"]["embedded"] == PHOTOS - before["files"]
        assert kill["report"]["added"] + kill["report"]["reused"] == PHOTOS
    # The moments were what they should be: some between batches, some in the middle of one.
    stored = {kill["killed_at"]["files"] for kill in kills}
    assert len(stored - {0, PHOTOS}) >= 3, stored
    assert any(kill["in_transaction"] and kill["ended"] == -9 for kill in kills)
