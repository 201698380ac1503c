"""A checkout in miniature: the real start-up scripts over a program of one line and a package of one file."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"

#: What the miniature program does: show how it was started, and end with the exit code it is asked for.
PROGRAM = """\
import os, sys, tiny
print(tiny.VERSION, sys.argv[1:], os.getcwd())
sys.exit(int(os.environ.get("EXIT_CODE", "0")))
"""


class MiniatureCheckout:
    """Runs the real start.py in a folder whose name holds what names may hold."""

    def __init__(self, folder: Path, pip_wheel: Path) -> None:
        self.folder = folder / "Fotos & Ähnliches – 写真"
        self.wheels = folder / "wheels"
        self.venv = self.folder / ".venv"
        self.lock = self.folder / "packaging" / "lock" / "runtime.txt"
        self.lock.parent.mkdir(parents=True)
        self.wheels.mkdir()
        shutil.copy(pip_wheel, self.wheels)
        for script in PACKAGING.glob("*.py"):
            shutil.copy(script, self.folder / "packaging")
        program = self.folder / "desktop_app"
        program.mkdir()
        (program / "__init__.py").touch()
        (program / "__main__.py").write_text(PROGRAM, encoding="utf-8")

    def pin(self, version: str) -> None:
        """Lock the package at this version, and offer it to pip."""
        self.lock.write_text(f"tiny=={version}\n", encoding="utf-8")
        write_wheel(self.wheels, version)

    @property
    def site_packages(self) -> Path:
        return next(self.venv.glob("lib/python3.*/site-packages"))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.folder / "packaging" / "start.py"), *arguments]

    def environment(self, **settings: str) -> dict[str, str]:
        """This process's environment, with pip kept from every index: the wheels folder is all that it is offered."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "COV_", "COVERAGE"))}
        offers = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}
        return {**ours, **offers, **settings}

    def start(self, *arguments: str, folder: Path | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run start.py to its end, from ``folder``."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(**settings),
            cwd=folder or self.folder,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


def write_wheel(folder: Path, version: str) -> None:
    """A wheel of ``tiny``, a module that knows its version, as the binary distribution format has it."""
    info = f"tiny-{version}.dist-info"
    files = {
        "tiny.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},{_digest(text)},{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(folder / f"tiny-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)


def _digest(text: str) -> str:
    """A RECORD's notation of a file's hash."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256={digest.rstrip('=')}"


@pytest.fixture(scope="session")
def pip_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pip that is installed here, as a wheel again: for a Python without ensurepip, which must get pip from an index."""
    pip = metadata.distribution("pip")
    path = tmp_path_factory.mktemp("pip") / f"pip-{pip.version}-py3-none-any.whl"
    made_at_install = ("RECORD", "INSTALLER", "REQUESTED")
    with zipfile.ZipFile(path, "w") as wheel:
        for file in pip.files or ():
            if file.parts[0] != ".." and file.suffix != ".pyc" and file.name not in made_at_install:
                wheel.write(str(file.locate()), str(file))
        wheel.writestr(f"pip-{pip.version}.dist-info/RECORD", "")
    return path


@pytest.fixture
def checkout(tmp_path: Path, pip_wheel: Path) -> MiniatureCheckout:
    """A checkout that was never started."""
    checkout = MiniatureCheckout(tmp_path, pip_wheel)
    checkout.pin("1.0")
    return checkout


@pytest.fixture(scope="session")
def _started_once(tmp_path_factory: pytest.TempPathFactory, pip_wheel: Path) -> MiniatureCheckout:
    checkout = MiniatureCheckout(tmp_path_factory.mktemp("miniature"), pip_wheel)
    checkout.pin("1.0")
    first = checkout.start("search", "first")
    assert first.returncode == 0, first.stderr
    return checkout


@pytest.fixture
def ready_checkout(_started_once: MiniatureCheckout) -> MiniatureCheckout:
    """A checkout whose environment is set up with ``tiny`` 1.0. Shared: a virtual environment takes seconds to make."""
    _started_once.pin("1.0")
    assert _started_once.start("search").returncode == 0
    return _started_once
