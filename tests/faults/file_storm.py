"""A storm of random file operations in two folders, and the truth of what is in them afterwards.

`python -m tests.faults.file_storm --operations 5000 --seed 1` lets it loose on a real library with a live watcher and
prints what came of it; the test does the same with fewer operations.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Files of one length and one time, so that nothing but their bytes tells them apart.
_TAIL_BYTES = 24
_SAME_TIME_NS = 1_700_000_000_000_000_000

# So many files at most: enough for every operation to find its victims, few enough to be indexed between two of them.
_MOST_FILES = 120


@dataclass(slots=True)
class SlowFile:
    """A file that another program is still writing."""

    path: Path
    rest: bytes
    closes_at: int
    """Number of the operation after which it is finished."""


class FileStorm:
    """Does things to files as people and programs do, and remembers what must be there."""

    def __init__(self, roots: tuple[Path, Path], pictures: list[bytes], seed: int) -> None:
        self.random = random.Random(seed)
        self.roots = roots
        longest = max(len(picture) for picture in pictures)
        self._pictures = [picture.ljust(longest, b"\0") for picture in pictures]
        self.disk: dict[Path, bytes] = {}
        """What is in every finished file."""
        self.contents = 0
        """How many different pictures there have been."""
        self._slow: list[SlowFile] = []
        self._names = 0
        self._number = 0
        self.counts: dict[str, int] = {}
        self._folders = [root / name for root in roots for name in ("", "a", "b", "a/deep")]
        for folder in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
        self._operations: dict[str, tuple[int, Callable[[], object]]] = {
            "create": (6, self.create),
            "write slowly": (2, self.write_slowly),
            "move": (4, self.move),
            "rename": (3, self.rename),
            "change of case": (2, self.change_case),
            "delete": (3, self.delete),
            "swap": (2, self.swap),
            "hard link": (1, self.hard_link),
            "copy": (3, self.copy),
            "save by renaming": (2, self.save_by_renaming),
            "rename a folder": (1, self.rename_folder),
        }

    def step(self) -> str:
        """One operation; its name."""
        self._number += 1
        self._finish_slow(lambda slow: slow.closes_at <= self._number)
        names = list(self._operations)
        name = self.random.choices(names, [self._operations[each][0] for each in names])[0]
        if not self.disk or (len(self.disk) >= _MOST_FILES and name in {"create", "copy", "hard link", "write slowly"}):
            name = "delete" if self.disk else "create"
        self._operations[name][1]()
        self.counts[name] = self.counts.get(name, 0) + 1
        return name

    def finish(self) -> None:
        """Close what is still being written."""
        self._finish_slow(lambda _: True)

    # Operations

    def create(self) -> None:
        """A new picture, put in place at once."""
        path, data = self._new_path(), self._new_picture()
        path.write_bytes(data)
        self._settle(path, data)

    def write_slowly(self) -> None:
        """A new picture whose first half is there for a while."""
        path, data = self._new_path(), self._new_picture()
        path.write_bytes(data[: len(data) // 2])
        self._slow.append(SlowFile(path, data, self._number + self.random.randint(1, 12)))

    def move(self) -> None:
        """To any folder, also of the other root."""
        path = self._any()
        self._rename(path, self._new_path(path.suffix))

    def rename(self) -> None:
        """In its folder."""
        path = self._any()
        self._rename(path, path.with_name(self._new_path().name))

    def change_case(self) -> None:
        """IMG.jpg becomes img.JPG."""
        path = self._any()
        target = path.with_name(path.name.swapcase())
        if target not in self.disk:
            self._rename(path, target)

    def delete(self) -> None:
        """For good."""
        path = self._any()
        path.unlink()
        del self.disk[path]

    def swap(self) -> None:
        """Two files change places."""
        one, other = self._any(), self._any()
        if one == other:
            return
        aside = one.with_name("swapping.tmp")
        one.rename(aside)
        other.rename(one)
        aside.rename(other)
        self.disk[one], self.disk[other] = self.disk[other], self.disk[one]

    def hard_link(self) -> None:
        """A second name for the same file."""
        path, target = self._any(), self._new_path()
        os.link(path, target)
        self.disk[target] = self.disk[path]

    def copy(self) -> None:
        """The same bytes and time once more."""
        path, target = self._any(), self._new_path()
        shutil.copy2(path, target)
        self.disk[target] = self.disk[path]

    def save_by_renaming(self) -> None:
        """An editor's way: the new version beside the old one, then in its place."""
        path, data = self._any(), self._new_picture()
        aside = path.with_name(f".{path.name}.saving.jpg")
        aside.write_bytes(data)
        aside.rename(path)
        self._settle(path, data)

    def rename_folder(self) -> None:
        """With all that is in it, now and then across roots; a new empty one takes its place."""
        folder = self.random.choice([each for each in self._folders if each not in self.roots])
        target = self.random.choice(self.roots) / f"moved {self._next()}"
        if any(slow.path.is_relative_to(folder) for slow in self._slow):
            return
        folder.rename(target)
        folder.mkdir()
        self.disk = {
            (target / path.relative_to(folder) if path.is_relative_to(folder) else path): data
            for path, data in self.disk.items()
        }
        for inner in [each for each in self._folders if each.is_relative_to(folder)]:
            inner.mkdir(exist_ok=True)

    # Helpers of theirs

    def _finish_slow(self, due: Callable[[SlowFile], bool]) -> None:
        for slow in [each for each in self._slow if due(each)]:
            self._slow.remove(slow)
            with slow.path.open("ab") as stream:
                stream.write(slow.rest[len(slow.rest) // 2 :])
            self._settle(slow.path, slow.rest)

    def _settle(self, path: Path, data: bytes) -> None:
        if self.random.random() < 0.5:
            os.utime(path, ns=(_SAME_TIME_NS, _SAME_TIME_NS))
        self.disk[path] = data

    def _rename(self, path: Path, target: Path) -> None:
        path.rename(target)
        self.disk[target] = self.disk.pop(path)

    def _any(self) -> Path:
        return self.random.choice(sorted(self.disk))

    def _new_path(self, suffix: str = ".jpg") -> Path:
        return self.random.choice(self._folders) / f"Img_{self._next():05d}{suffix}"

    def _next(self) -> int:
        self._names += 1
        return self._names

    def _new_picture(self) -> bytes:
        self.contents += 1
        return self.random.choice(self._pictures) + f"picture {self.contents}".encode().ljust(_TAIL_BYTES, b".")


def waits(true: Callable[[], bool], *, seconds: float, pause: float = 0.1) -> bool:
    """Wait until something is true; False when it is not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def files_below(roots: tuple[Path, Path]) -> Iterator[Path]:
    """Every file that is really there."""
    for root in roots:
        yield from (path for path in root.rglob("*") if path.is_file())
