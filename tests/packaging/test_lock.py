"""The lock files hold what pyproject.toml asks for, all of it, exactly, and no CUDA library; and are what is installed here."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import bootstrap
from desktop_app.ml.packages import KNOWN_TO_WORK

#: The environment's own installer, and the program itself where somebody installed it.
NOT_LOCKED = {"pip", "keepsight"}
FOR_CUDA = ("nvidia-", "cuda-", "triton")


def requirements(*locks: Path) -> list[Requirement]:
    lines = [line for lock in locks for line in lock.read_text(encoding="utf-8").splitlines()]
    pins = [line.partition(" #")[0].strip() for line in lines if not line.startswith("#")]
    return [Requirement(pin) for pin in pins if pin]


RUNTIME = requirements(*bootstrap.RUNTIME)
EVERYTHING = requirements(*bootstrap.WITH_TESTS)
MULTILINGUAL = requirements(*bootstrap.RUNTIME, bootstrap.LOCKS / "multilingual.txt")


def wanted(group: str) -> list[Requirement]:
    project = tomllib.loads((bootstrap.CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] if group == "runtime" else project["optional-dependencies"][group]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("pin", [*EVERYTHING, *MULTILINGUAL[len(RUNTIME) :]], ids=str)
def test_every_line_is_one_exact_version(pin: Requirement) -> None:
    assert re.fullmatch(r"==[^*,]+", str(pin.specifier))
    assert pin.url is None


def test_no_cuda_library_is_named() -> None:
    assert [pin.name for pin in EVERYTHING if pin.name.startswith(FOR_CUDA)] == []


@pytest.mark.parametrize(
    ("group", "locked"),
    [("runtime", RUNTIME), ("test", EVERYTHING), ("multilingual", MULTILINGUAL)],
    ids=["runtime", "test", "multilingual"],
)
def test_lock_satisfies_pyproject(group: str, locked: list[Requirement]) -> None:
    versions = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in locked}

    for requirement in wanted(group):
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)]), requirement


def test_the_locks_agree_with_each_other_and_with_what_the_program_says() -> None:
    """One environment can hold them all, and a person is told to install what was tried."""
    versions: dict[str, str] = {}
    for pin in [*EVERYTHING, *MULTILINGUAL]:
        assert versions.setdefault(pin.name, str(pin.specifier)) == str(pin.specifier), pin
    for package, version in KNOWN_TO_WORK.items():
        assert versions[package] == f"=={version}"


def test_what_is_installed_is_what_is_locked() -> None:
    for pin in EVERYTHING:
        if pin.marker is None or pin.marker.evaluate():
            assert Version(metadata.version(pin.name)).public == next(iter(pin.specifier)).version, pin


def test_lock_is_complete() -> None:
    """Whatever a locked package needs here is locked too, so that pip never chooses a version by itself."""
    locked = {canonicalize_name(pin.name) for pin in EVERYTHING}

    for pin in EVERYTHING:
        if pin.marker is not None and not pin.marker.evaluate():
            continue
        for line in metadata.requires(pin.name) or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                name = canonicalize_name(needed.name)
                assert name in locked | NOT_LOCKED or name.startswith(FOR_CUDA), f"{pin.name} needs {needed}"
