"""One model's embeddings in one file that only grows.

Rows are written behind the last commit record, and then the record that counts them: a crash in between leaves the file as
it was. A photo that is removed or embedded again has its old row marked dead. Readers, in this process or another, look at
the same bytes through a mapping and see whatever the last record counts. Damage is found by check sums, and answered by
building the file again: the library's database has all that is in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background, background_of
from desktop_app.ml.vectors.layout import BLOCK_ROWS, DEAD, Commit, DamagedVectors, Header, Layout
from desktop_app.ml.vectors.rounding import fact_sums, from_halves, rounded, row_sums, to_halves
from desktop_app.ml.vectors.storage import Read, Storage, let_pages_go

Ids = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Columns:
    """What is kept in memory of every row: 36 bytes."""

    ids: Ids
    """`DEAD` for rows that count no more."""
    scale: Vectors
    background: Background
    code_check: npt.NDArray[np.uint64]
    """Check sums of the codes."""
    exact_check: npt.NDArray[np.uint64]
    """Check sums of the exact vectors."""


class VectorFile:
    """A file that is open for reading, and for appending by whoever holds the library's lock on vector files."""

    def __init__(self, storage: Storage, header: Header, commit: Commit) -> None:
        self.header = header
        self.commit = commit
        self._storage = storage
        self._layout = Layout(header.dimension)

    @classmethod
    def made(cls, storage: Storage, header: Header) -> VectorFile:
        """A new file without a row. It counts for nothing until its first `write_commit`."""
        storage.write(0, header.encoded())
        return cls(storage, header, Commit())

    @classmethod
    def opened(cls, storage: Storage, *, lineage: int, bank: int, dimension: int) -> VectorFile:
        """A file that was made before. Raises DamagedVectors when it is not the one meant, or not whole; OSError."""
        data = storage.view()
        header = Header.decoded(data)
        if (header.lineage, header.bank, header.dimension) != (lineage, bank, dimension):
            raise DamagedVectors("made for something else")
        commit = Commit.newest(data)
        Layout(dimension).blocks(data, commit.rows)
        return cls(storage, header, commit)

    def refresh(self) -> None:
        """See what another process committed meanwhile. Raises DamagedVectors, OSError."""
        self.commit = Commit.newest(self._storage.view())

    def blocks(self) -> npt.NDArray[np.void]:
        """The blocks with everything committed, as a view that later appends do not move. Raises DamagedVectors."""
        return self._layout.blocks(self._storage.view(), self.commit.rows)

    def columns(self, blocks: npt.NDArray[np.void]) -> Columns:
        """The small columns, copied and checked. Raises DamagedVectors."""

        def column(name: str, kind: type[np.generic]) -> npt.NDArray[Any]:
            return np.asarray(blocks[name].reshape(-1)[: self.commit.rows].astype(kind))

        ids, scale = column("ids", np.int64), column("scale", np.float32)
        background = Background(column("mean", np.float32), column("deviation", np.float32))
        sums = fact_sums(ids, scale, background.mean, background.deviation, salt=self.header.lineage)
        alive = ids != DEAD
        if alive.sum() != self.commit.alive or (alive & (sums != column("fact_check", np.uint64))).any():
            raise DamagedVectors("its rows are not those that were written")
        found = Columns(ids, scale, background, column("code_check", np.uint64), column("exact_check", np.uint64))
        # They are in memory now: what was mapped to copy them need not count as this process's memory a second time.
        let_pages_go(blocks.base, self._layout.fact_spans(len(blocks)))
        return found

    def reader(self) -> Read:
        """What reads the file's bytes in small pieces."""
        return self._storage.reader()

    def append(self, ids: Ids, vectors: Vectors, bank: Vectors) -> None:
        """Write rows behind the last one. They count from the next `write_commit` on. Raises OSError."""
        # What is stored is what half precision leaves of a vector: everything else is worked out from that.
        exact = to_halves(vectors, width=self._layout.exact_width)
        vectors = from_halves(exact)[:, : self.header.dimension]
        background = background_of(vectors, bank)
        codes = rounded(vectors - self.header.mean, width=self._layout.code_width)
        facts = (codes.scale, background.mean, background.deviation)
        columns = {
            "ids": ids.astype("<i8"),
            "fact_check": fact_sums(ids, *facts, salt=self.header.lineage),
            "code_check": row_sums(codes.codes, salt=self.header.lineage),
            "exact_check": row_sums(exact, salt=self.header.lineage),
            "scale": codes.scale,
            "mean": background.mean,
            "deviation": background.deviation,
            "codes": codes.codes,
            "exact": exact,
        }
        self._write_rows(self.commit.rows, columns, count=len(ids))
        self.commit = replace(self.commit, rows=self.commit.rows + len(ids), alive=self.commit.alive + len(ids))

    def mark_dead(self, rows: npt.NDArray[np.int64]) -> None:
        """Let rows count no more, from the next `write_commit` on. Raises OSError."""
        mark = np.array(DEAD, "<i8").tobytes()
        for row in rows.tolist():
            self._storage.write(self._layout.column_at("ids", row), mark)
        self.commit = replace(self.commit, alive=self.commit.alive - len(rows))

    def write_commit(self, *, revision: int, token: int) -> None:
        """Make all that was written count, as the state of the library after a change. Raises OSError."""
        commit = replace(self.commit, sequence=self.commit.sequence + 1, revision=revision, token=token)
        self._storage.write(*commit.encoded())
        self.commit = commit

    def _write_rows(self, row: int, columns: Mapping[str, npt.NDArray[Any]], *, count: int) -> None:
        size = self._layout.size(row + count)
        if self._storage.size() < size:
            # Whole blocks always, so that the file is as long as its number of rows says.
            self._storage.write(size - 1, b"\0")
        done = 0
        while done < count:
            part = min(BLOCK_ROWS - (row + done) % BLOCK_ROWS, count - done)
            for name, column in columns.items():
                self._storage.write(self._layout.column_at(name, row + done), column[done : done + part].tobytes())
            done += part


def wrong_codes(blocks: npt.NDArray[np.void], columns: Columns, *, block: int, lineage: int) -> bool:
    """Whether any living row of a block fails its check sum."""
    rows = slice(block * BLOCK_ROWS, (block + 1) * BLOCK_ROWS)
    ids = columns.ids[rows]
    wrong = row_sums(blocks["codes"][block, : len(ids)], salt=lineage) != columns.code_check[rows]
    return bool((wrong & (ids != DEAD)).any())
