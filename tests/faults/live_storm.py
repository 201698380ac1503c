"""A storm of file operations over a library that watches: `python -m tests.faults.live_storm --operations 5000 --seed 1`."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.base.paths import from_stored_name
from desktop_app.compose import Library, open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.ml.inference import Inference
from tests.faults.file_storm import FileStorm, files_below, waits
from tests.fixtures.photos import write_small_photos

# Between two operations: about as fast as a program that works through a folder.
_PAUSE_SECONDS = 0.01

# Every so many operations the person tags a photo.
_TAG_EVERY = 5


@dataclass
class Outcome:
    """What a library made of a storm."""

    wrong: dict[str, tuple[str, str]]
    """Files whose library entry is not what is on the disk, with both hashes; empty when the library equals the disk."""
    lost_tags: list[str]
    embedded: int
    """Pictures that the model was given."""
    embeddings: int
    """Pictures that the library holds an embedding of."""
    photos: int
    pictures: int
    """Different pictures on the disk."""
    seconds_to_settle: float
    counts: dict[str, int] = field(default_factory=dict)


@contextmanager
def counted_embeddings() -> Iterator[list[int]]:
    """Count the pictures that any model is given, within the block."""
    counts: list[int] = []
    real = Inference.embed_images

    def counting(self: Inference, pixels: npt.NDArray[np.uint8]) -> Future[npt.NDArray[np.float32]]:
        counts.append(len(pixels))
        return real(self, pixels)

    Inference.embed_images = counting  # type: ignore[method-assign]
    try:
        yield counts
    finally:
        Inference.embed_images = real  # type: ignore[method-assign]


def let_loose(library: Library, storm: FileStorm, *, operations: int, patience: float) -> Outcome:
    """Let a storm loose on a library that watches its roots, and wait until the library equals the disk (or patience ends)."""
    tagged: dict[str, str] = {}
    with counted_embeddings() as counts:
        for number in range(operations):
            storm.step()
            time.sleep(_PAUSE_SECONDS)
            if number % _TAG_EVERY == 0 and storm.disk:
                _tag_one(library, storm, tagged)
        storm.finish()
        started = time.monotonic()
        waits(lambda: not differences(library, storm), seconds=patience)
        settled = time.monotonic() - started
        # Whatever is still on its way must change nothing any more.
        time.sleep(1.5)
    embedded, embeddings = sum(counts), _count(library, "SELECT COUNT(*) FROM embeddings")
    return Outcome(
        differences(library, storm),
        [name for picture, name in tagged.items() if name not in _tags(library, picture)],
        embedded,
        embeddings,
        library.services.browsing.status().photos - library.services.browsing.status().missing,
        len(set(storm.disk.values())),
        settled,
        storm.counts,
    )


def differences(library: Library, storm: FileStorm) -> dict[str, tuple[str, str]]:
    """Files that the library and the disk do not agree about."""
    rows = _reader(library).rows(
        """
        SELECT r.path, f.relative_path, c.hash FROM files f
        JOIN roots r ON r.id = f.root_id JOIN contents c ON c.id = f.content_id WHERE f.missing_since IS NULL
        """
    )
    known = {str(Path(from_stored_name(row[0]), from_stored_name(row[1]))): row[2] for row in rows}
    there = {str(path): _hash(data) for path, data in storm.disk.items()}
    return {
        path: (known.get(path, "-"), there.get(path, "-"))
        for path in known.keys() | there.keys()
        if known.get(path) != there.get(path)
    }


def _tag_one(library: Library, storm: FileStorm, tagged: dict[str, str]) -> None:
    """The person tags a picture that is in the library already."""
    picture = _hash(storm.random.choice(sorted(storm.disk.values())))
    photo = _reader(library).value("SELECT id FROM contents WHERE hash = ?", [picture])
    if photo is not None and picture not in tagged:
        tagged[picture] = f"tag {len(tagged)}"
        library.services.tagging.add(tagged[picture], [PhotoId(photo)])


def _tags(library: Library, picture: str) -> set[str]:
    """What the person said of a picture, whether it has a file at present or not."""
    rows = _reader(library).rows(
        """
        SELECT t.name FROM tag_assignments a JOIN tags t ON t.id = a.tag_id JOIN contents c ON c.id = a.content_id
        WHERE c.hash = ? AND a.decision = 'accepted'
        """,
        [picture],
    )
    return {row[0] for row in rows}


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _reader(library: Library):  # type: ignore[no-untyped-def]
    return library._store.reader


def _count(library: Library, sql: str) -> int:
    return int(_reader(library).value(sql))


def main() -> int:
    """Let a storm of any size loose on a fresh library; the exit code says whether everything was right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--library", type=Path, help="a library to begin with a copy of (default: a new one)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = [path.read_bytes() for path in write_small_photos(folder / "sources", 8)]
        roots = (folder / "one", folder / "two")
        storm = FileStorm(roots, pictures, options.seed)
        if options.library:
            shutil.copytree(options.library, folder / "library")
        with open_library(folder / "library", device="cpu") as library:
            for root in roots:
                library.services.organising.add_folder(root)
            library.services.watching.start()
            outcome = let_loose(library, storm, operations=options.operations, patience=300)
        really = set(files_below(roots))
    assert really == set(storm.disk)
    print(f"{options.operations} operations, seed {options.seed}: {outcome.counts}")
    print(f"  files that the library and the disk do not agree about: {len(outcome.wrong)} {outcome.wrong or ''}")
    print(f"  tags lost: {len(outcome.lost_tags)}; photos {outcome.photos} of {outcome.pictures} different pictures")
    print(f"  pictures given to the model: {outcome.embedded}; embeddings in the library: {outcome.embeddings}")
    print(
        f"  settled {outcome.seconds_to_settle:.1f} s after the last operation; {threading.active_count()} threads left"
    )
    right = not outcome.wrong and not outcome.lost_tags and outcome.embedded == outcome.embeddings
    return 0 if right and outcome.photos == outcome.pictures else 1


if __name__ == "__main__":
    raise SystemExit(main())
