"""The checkout's own virtual environment: where its parts are, what is installed in it, how it is made and mended.

Only what the quick path of a second start needs is imported at the top.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import failures

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Survives the making of a new environment: whoever waits for the lock has this file open.
LOCK_FILE = "setup.lock"


class Environment:
    """The virtual environment of one checkout."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.folder = checkout / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.log = self.folder / "setup.log"

    def has(self, locks: Sequence[Path]) -> bool:
        """Whether exactly these lock files were installed completely, for the Python that is there now. Runs nothing."""
        try:
            return bool(json.loads(self._stamp(locks).read_bytes()) == self._key(locks))
        except (OSError, ValueError):
            return False

    def remember(self, locks: Sequence[Path]) -> None:
        """Note that these lock files are installed, and so the first of them alone; each note appears whole or not at all."""
        for count in range(1, len(locks) + 1):
            layers = locks[:count]
            stamp = self._stamp(layers)
            draft = stamp.with_suffix(".draft")
            draft.write_text(json.dumps(self._key(layers)), encoding="utf-8")
            draft.replace(stamp)

    def forget(self) -> None:
        """Drop all notes, before anything that they speak of is changed."""
        for stamp in self.folder.glob("installed-*.json"):
            stamp.unlink()

    def _stamp(self, locks: Sequence[Path]) -> Path:
        return self.folder / f"installed-{'-'.join(lock.stem for lock in locks)}.json"

    def _key(self, locks: Sequence[Path]) -> dict[str, str]:
        """What the installed packages depend on: the pins, and the Python whose version and platform they were built for.

        The person's ``python3`` may be another one each time, so the environment's own counts: the file that its link leads
        to, with the version where that is the Python running now (a system upgrade replaces 3.11 by 3.13 at the same name).
        """
        digest = hashlib.sha256()
        for lock in locks:
            digest.update(lock.read_bytes() + b"\0")
        python = os.path.realpath(self.python, strict=True)
        version = next(self.folder.glob("lib/python3.*"), self.folder).name
        if os.path.realpath(sys.executable) == python and os.name != "nt":
            version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        return {"lock": digest.hexdigest(), "python": python, "version": version}

    def site_packages(self) -> Path:
        """Where its packages are."""
        if os.name == "nt":
            return self.folder / "Lib" / "site-packages"
        return next(self.folder.glob("lib/python3.*/site-packages"))

    def works(self) -> bool:
        """Whether its Python starts, is new enough and has pip. Half a making, or a Python that moved, fails here."""
        import subprocess

        import python_version

        test = f"import sys, pip; sys.exit(sys.version_info < {python_version.OLDEST})"
        try:
            answer = subprocess.run([str(self.python), "-I", "-c", test], capture_output=True, check=False)
        except OSError:
            return False
        return answer.returncode == 0

    def make(self) -> None:
        """Make the environment anew, with pip in it.

        Raises:
            SetupFailed: this Python cannot make one.
        """
        self._empty()
        try:
            import venv
        except ImportError as error:
            raise failures.no_venv_support() from error
        venv.EnvBuilder(symlinks=os.name != "nt", with_pip=False).create(self.folder)
        self._add_pip()

    def _empty(self) -> None:
        import shutil

        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != LOCK_FILE:
                entry.unlink()

    def _add_pip(self) -> None:
        """From ensurepip; or by this Python's own pip: Debian has that in a package without ensurepip."""
        import importlib.util
        import subprocess

        if importlib.util.find_spec("ensurepip"):
            command = [str(self.python), "-I", "-m", "ensurepip", "--default-pip"]
        elif importlib.util.find_spec("pip"):
            command = [
                sys.executable,
                "-m",
                "pip",
                "--python",
                str(self.python),
                "install",
                "--quiet",
                "--no-user",
                "pip",
            ]
        else:
            raise failures.no_venv_support()
        answer = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if answer.returncode:
            output = answer.stdout + answer.stderr
            self.log.write_text(output, encoding="utf-8", errors="replace")
            raise failures.from_pip(output, answer.returncode, self.log)

    def drop_damaged(self) -> list[str]:
        """Make pip forget packages that were being installed when a set-up was killed; it then installs them again.

        pip writes RECORD last. A package without it, or one whose files are missing or cut short, only looks installed.
        """
        import shutil

        site_packages = self.site_packages()
        for half_removed in site_packages.glob("~*"):  # pip's names for what it moves aside
            shutil.rmtree(half_removed, ignore_errors=True)
        damaged = [folder for folder in site_packages.glob("*.dist-info") if not _is_whole(folder)]
        for folder in damaged:
            shutil.rmtree(folder)
        return [folder.name.removesuffix(".dist-info") for folder in damaged]

    def add_checkout(self) -> None:
        """Let its Python import the checkout's packages from any folder.

        The path is relative, so that no file's encoding can spoil it and the checkout's own name may hold anything.
        """
        site_packages = self.site_packages()
        path = os.path.relpath(self.checkout, site_packages)
        (site_packages / "keepsight-checkout.pth").write_text(path + "\n", encoding="ascii")


def _is_whole(dist_info: Path) -> bool:
    try:
        record = (dist_info / "RECORD").read_text(encoding="utf-8")
    except OSError:
        return False
    return all(_is_there(dist_info.parent / path, size) for path, size in _recorded_files(record))


def _recorded_files(record: str) -> Iterable[tuple[str, str]]:
    """Path and size (may be empty) of each file in a RECORD (PyPA's "Recording installed projects")."""
    import csv

    for row in csv.reader(record.splitlines()):
        if len(row) == 3 and not row[0].endswith(".pyc"):  # caches come and go
            yield row[0], row[2]


def _is_there(path: Path, size: str) -> bool:
    try:
        actual = path.stat().st_size
    except OSError:
        return False
    return not size or actual == int(size)
