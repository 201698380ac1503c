"""Refresh the lock files: ``python3 packaging/lock.py [--upgrade]``.

Reads the dependencies in pyproject.toml and writes packaging/lock/runtime.txt (what Keepsight runs with), tests.txt and
multilingual.txt (what the tests, and the models for many languages, add to it), with one version of each package for Python 3.11
and newer on Linux, macOS and Windows. Without ``--upgrade`` only what pyproject.toml made necessary changes. Needs the network,
and puts the resolver (uv) into a temporary environment. Read the diff, run packaging/check.py, commit the files.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from bootstrap import CHECKOUT, LOCKS

if TYPE_CHECKING:
    from collections.abc import Iterable

UV = "uv==0.13.8"

#: Left out. CUDA libraries: the CUDA build of torch names its own, to the exact version, and no other build needs any.
#: pip (sqlite-utils asks for it): each environment has its own; replacing pip while it runs is a risk for nothing.
LEFT_OUT = re.compile(r"^(nvidia-|cuda-|triton|pip==)|sys_platform == 'emscripten'")

#: A browser is none of our platforms; the resolver's markers against it are noise.
NOT_A_BROWSER = re.compile(r" ; sys_platform != 'emscripten'(?=\s|$)")

#: (extra of pyproject.toml, its lock file, what that holds).
EXTRAS = (
    ("test", "tests.txt", "What the tests add to runtime.txt."),
    ("multilingual", "multilingual.txt", "What models for many languages add to runtime.txt."),
)

HEADER = """\
# {purpose}
# Made by `python3 packaging/lock.py` from pyproject.toml; do not edit.
# CUDA libraries are absent on purpose: see packaging/pip_run.py.
"""


def main() -> int:
    """Write all files."""
    parser = argparse.ArgumentParser(description="Refresh packaging/lock/ from pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest version of everything")
    upgrade = parser.parse_args().upgrade
    with tempfile.TemporaryDirectory(prefix="keepsight-lock-") as scratch:
        uv = _uv_in(Path(scratch) / "uv")
        runtime = _resolve(uv, LOCKS / "runtime.txt", upgrade=upgrade)
        _write(LOCKS / "runtime.txt", "What Keepsight runs with.", runtime)
        known = set(map(_pin, runtime))
        for extra, name, purpose in EXTRAS:
            layered = ("--extra", extra, "--constraint", str(LOCKS / "runtime.txt"))
            everything = _resolve(uv, LOCKS / name, *layered, upgrade=upgrade)
            _write(LOCKS / name, purpose, [line for line in everything if _pin(line) not in known])
    return 0


def _uv_in(folder: Path) -> list[str]:
    """The command of a uv that was just installed into ``folder``."""
    venv.EnvBuilder(with_pip=True).create(folder)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", UV], check=True)
    return [str(python), "-m", "uv"]


def _resolve(uv: list[str], lock: Path, *options: str, upgrade: bool) -> list[str]:
    """The lines ``name==version ; marker  # via …`` of one resolution, which starts from the versions now in ``lock``."""
    command = [*uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--fork-strategy", "fewest"]
    command += ["--no-header", "--annotation-style", "line", *options]
    with tempfile.TemporaryDirectory(prefix="keepsight-lock-") as scratch:
        result = Path(scratch) / "resolved.txt"
        if lock.exists() and not upgrade:
            result.write_bytes(lock.read_bytes())
        subprocess.run([*command, "--output-file", str(result), "pyproject.toml"], cwd=CHECKOUT, check=True)
        lines = result.read_text(encoding="utf-8").splitlines()
    return [_tidy(line) for line in lines if not LEFT_OUT.search(line)]


def _tidy(line: str) -> str:
    """One line in the lock's own shape: a marker only where it says something, the constraint files not named."""
    pin, _, via = NOT_A_BROWSER.sub("", line).partition("#")
    reasons = [reason for reason in via.strip().removeprefix("via ").split(", ") if not reason.startswith("-c ")]
    return f"{pin.rstrip()}  # via {', '.join(reasons)}".replace(" (pyproject.toml)", "")


def _pin(line: str) -> str:
    return line.partition("#")[0].strip()


def _write(lock: Path, purpose: str, lines: Iterable[str]) -> None:
    lock.parent.mkdir(exist_ok=True)
    lock.write_text(HEADER.format(purpose=purpose) + "".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
