"""Decodes the training pictures once into one flat array of bytes that is mapped into memory."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TEXT_SEPARATOR = " ||| "


@dataclass(frozen=True, slots=True)
class PictureRow:
    """One row of a set's TSV file."""

    set_name: str
    file: str
    split: str
    texts: tuple[str, ...]


def read_rows(images_folder: Path) -> list[PictureRow]:
    """Every row of every set, in the order of the sets' names."""
    rows = []
    for path in sorted(images_folder.glob("*.tsv")):
        if path.stem == "SOURCES":
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            file, split, text = line.split("\t")
            rows.append(PictureRow(path.stem, file, split, tuple(text.split(TEXT_SEPARATOR))))
    return rows


class PictureStore:
    """Decoded RGB pictures, by number; each is a uint8 [H, W, 3] view into one mapped file."""

    def __init__(self, folder: Path) -> None:
        self._shapes = np.load(folder / "shapes.npy")
        self._starts = np.concatenate([[0], np.cumsum(self._shapes.prod(axis=1) * 3)])
        self._pixels = np.memmap(folder / "pixels.u8", dtype=np.uint8, mode="r")

    def __len__(self) -> int:
        return len(self._shapes)

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        height, width = self._shapes[number]
        return self._pixels[self._starts[number] : self._starts[number + 1]].reshape(height, width, 3)


def decode_all(images_folder: Path, rows: list[PictureRow], folder: Path) -> PictureStore:
    """Decode the pictures of all rows into `folder`, unless that is done already."""
    done = folder / "done.json"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shapes = []
        with (folder / "pixels.u8").open("wb") as output:
            for pixels in _decode(images_folder, rows):
                shapes.append(pixels.shape[:2])
                output.write(pixels.tobytes())
        np.save(folder / "shapes.npy", np.array(shapes, dtype=np.int64))
        done.write_text(json.dumps({"pictures": len(shapes)}))
    return PictureStore(folder)


def _decode(images_folder: Path, rows: list[PictureRow]) -> Iterator[NDArray[np.uint8]]:
    for set_name, set_rows in groupby(rows, key=lambda row: row.set_name):
        with tarfile.open(images_folder / f"{set_name}.tar") as archive:
            members = {Path(member.name).name: member for member in archive.getmembers()}
            for row in set_rows:
                stream = archive.extractfile(members[row.file])
                assert stream is not None, f"{row.file} of {set_name} is not a plain file"
                with Image.open(io.BytesIO(stream.read())) as picture:
                    yield np.asarray(picture.convert("RGB"))
