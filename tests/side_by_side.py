"""Several pytest processes at once (pytest-xdist): what they share, and how a test has the machine to itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path

import pytest
from filelock import FileLock

#: How often a process that waits for another looks again. Shorter than nearly every test.
LOOK_SECONDS = 0.01


def is_one_of_several(config: pytest.Config) -> bool:
    """Whether this process runs a part of the tests, beside others."""
    return hasattr(config, "workerinput")


def shared_folder(config: pytest.Config) -> Path:
    """A temporary folder of the whole run, the same for all of its processes."""
    own: Path = config._tmp_path_factory.getbasetemp()  # as xdist's own documentation does
    folder = (own.parent if is_one_of_several(config) else own) / "shared_by_all"
    folder.mkdir(exist_ok=True)
    return folder


def one_at_a_time(path: Path) -> FileLock:
    """A lock beside this path that one process at a time can hold; a process that dies lets go of it."""
    return FileLock(path.with_name(f"{path.name}.lock"), poll_interval=LOOK_SECONDS)


class Machine:
    """Divides the machine among the processes: each runs one test, or one of them runs one and the others none.

    Every process has a place, locked while a test runs there. Who wants the machine alone locks all of them. The door is
    held while one waits for places, so that no neighbour who is quick to start its next test can keep that one out.
    """

    def __init__(self, folder: Path, *, place: int, places: int) -> None:
        self._door = one_at_a_time(folder / "door")
        self._places = [one_at_a_time(folder / f"place{number}") for number in range(places)]
        self._own = self._places[place]

    @contextmanager
    def for_one_test(self, *, alone: bool) -> Iterator[None]:
        """Wait for the machine, or a part of it."""
        with ExitStack() as held:
            with self._door:
                for place in self._places if alone else (self._own,):
                    held.enter_context(place)
            yield


_MACHINE = pytest.StashKey[Machine]()


def turn_of(config: pytest.Config, *, alone: bool) -> AbstractContextManager[None]:
    """Wait until a test of this process may run, beside those of its neighbours or alone. Without neighbours: at once."""
    if not is_one_of_several(config):
        return nullcontext()
    if _MACHINE not in config.stash:
        place = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
        places = int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        config.stash[_MACHINE] = Machine(shared_folder(config), place=place, places=places)
    return config.stash[_MACHINE].for_one_test(alone=alone)
