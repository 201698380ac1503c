"""The checks in tests/conftest.py find what they are there to find: run over a handful of tests that misbehave."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap

MISBEHAVING = """\
import os, threading, time
import pytest

kept = []

def test_leaves_a_thread():
    threading.Thread(target=time.sleep, args=(8,), name="forgotten", daemon=True).start()

@pytest.mark.keeps_threads("meant to stay")
def test_leaves_a_thread_on_purpose():
    threading.Thread(target=time.sleep, args=(8,), name="meant to stay", daemon=True).start()

def test_thread_that_is_about_to_end():
    threading.Thread(target=time.sleep, args=(0.2,)).start()

def test_leaves_a_file_open(tmp_path):
    kept.append(os.open(tmp_path / "forgotten.db", os.O_CREAT))

def test_drops_a_file_that_is_open():
    open(__file__)

def test_warns():
    import warnings
    warnings.warn("old ways", DeprecationWarning)

def test_behaves(tmp_path):
    (tmp_path / "note.txt").write_text("kept")
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of the misbehaving tests under this project's settings."""
    project = tmp_path_factory.mktemp("project")
    (project / "tests" / "ui").mkdir(parents=True)
    (project / "tests" / "base").mkdir()
    for name in ("pyproject.toml", "tests/conftest.py", "tests/side_by_side.py"):
        (project / name).write_bytes((bootstrap.CHECKOUT / name).read_bytes())
    (project / "tests" / "base" / "test_quick.py").write_text("def test_quick(): pass\n", encoding="utf-8")
    (project / "tests" / "ui" / "test_misbehaving.py").write_text(MISBEHAVING, encoding="utf-8")
    # Given in the wrong order: the layers' order is the checks' to restore.
    command = [sys.executable, "-m", "pytest", "-v", "--no-cov", "tests/ui", "tests/base"]
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    ours["COLUMNS"] = "200"  # pytest shortens its lines to the terminal
    run = subprocess.run(command, cwd=project, env=ours, capture_output=True, encoding="utf-8", check=False)
    assert "2 errors" in run.stdout, run.stdout + run.stderr
    return run.stdout


def test_thread_that_outlives_its_test_is_named(report: str) -> None:
    assert "ERROR tests/ui/test_misbehaving.py::test_leaves_a_thread - Failed: left running: forgotten" in report


@pytest.mark.parametrize("name", ["leaves_a_thread_on_purpose", "thread_that_is_about_to_end", "behaves"])
def test_what_is_in_order_passes(report: str, name: str) -> None:
    assert f"test_{name} PASSED" in report
    assert f"ERROR tests/ui/test_misbehaving.py::test_{name} " not in report


def test_file_that_stays_open_is_named(report: str) -> None:
    assert "left open: " in report
    assert str(Path("test_leaves_a_file_open0", "forgotten.db")) in report


@pytest.mark.parametrize("name", ["drops_a_file_that_is_open", "warns"])
def test_warning_fails_its_test(report: str, name: str) -> None:
    assert f"FAILED tests/ui/test_misbehaving.py::test_{name}" in report


def test_quick_layers_come_first(report: str) -> None:
    assert report.index("test_quick PASSED") < report.index("test_leaves_a_thread PASSED")
