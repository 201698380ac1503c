"""Tests in two processes: one that runs alone has no neighbour, and Ctrl-C ends everything in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import bootstrap
import checks

SECONDS = 120
"""Far longer than anything here takes on a slow machine."""

#: Each test writes down what it is, where it runs, when it began, and when it ended.
TIMED = """\
import json, os, time
from pathlib import Path
import pytest

def write(name, seconds):
    began = time.monotonic()
    Path(f"{name}.began").touch()
    time.sleep(seconds)
    Path(f"{name}.json").write_text(json.dumps([name, os.getpid(), began, time.monotonic()]))

@pytest.mark.parametrize("number", range(3))
def test_beside(number):
    write(f"beside {Path(__file__).stem} {number}", SECONDS)

@pytest.mark.alone
def test_alone():
    write(f"alone {Path(__file__).stem}", SECONDS)
"""

CHECK = """\
import sys
from pathlib import Path
import bootstrap, checks

bootstrap.CHECKOUT = Path.cwd()
sys.exit(checks._exit_code([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *checks.SIDE_BY_SIDE]))
"""

Start = Callable[[float], "subprocess.Popen[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with this one's settings."""
    (tmp_path / "tests" / "base").mkdir(parents=True)
    for name in ("pyproject.toml", "tests/conftest.py", "tests/side_by_side.py"):
        (tmp_path / name).write_bytes((bootstrap.CHECKOUT / name).read_bytes())
    return tmp_path


@pytest.fixture
def start(project: Path) -> Start:
    """Start its tests, each of which takes this many seconds, as check.py does."""

    def run(seconds: float) -> subprocess.Popen[str]:
        for number in range(4):
            timed = TIMED.replace("SECONDS", str(seconds))
            (project / "tests" / "base" / f"test_{number}.py").write_text(timed, encoding="utf-8")
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
        return subprocess.Popen(
            [sys.executable, "-c", CHECK],
            cwd=project,
            env=ours | {"PYTHONPATH": str(Path(checks.__file__).parent)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )

    return run


def test_who_runs_alone_has_no_neighbour(start: Start, project: Path) -> None:
    process = start(0.05)
    output, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, output
    ran = [json.loads(file.read_text()) for file in project.glob("*.json")]
    assert len(ran) == 4 * 4
    assert len({where for _, where, _, _ in ran}) == checks.PROCESSES
    for name, _, began, ended in ran:
        if name.startswith("alone"):
            assert [other for other, _, start, end in ran if start < ended and began < end] == [name]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_ends_all_processes_and_says_how_far_they_came(start: Start, project: Path) -> None:
    process = start(2 * SECONDS)
    while len(list(project.glob("*.began"))) < checks.PROCESSES:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    below = psutil.Process(process.pid).children(recursive=True)
    assert len(below) > checks.PROCESSES
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=SECONDS)
    assert "no tests ran" in output, output
    assert psutil.wait_procs(below, timeout=SECONDS)[1] == []
