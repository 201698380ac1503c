"""All embeddings of one moment, and how similar they are to something: roughly for all, exactly for some."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.vectors.layout import BLOCK_ROWS, DEAD, DamagedVectors, Layout
from desktop_app.ml.vectors.rounding import from_halves, row_sums
from desktop_app.ml.vectors.scanning import Dots, RoundedQueries, fastest_dots, over_blocks
from desktop_app.ml.vectors.vector_file import Columns, VectorFile, wrong_codes

Ids = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

# Rows turned from half into single precision at a time: 0.5 MB at 512 dimensions, which stays in a core's cache.
_CHUNK = 256

_NO_SIMILARITY = -1.0

# How many times more rows than asked for are compared exactly, and for how many at least this is done: among a million
# random vectors the first fifty lie within the best hundred of the rough ranking, so this is room enough.
_SPARE = 4
_FEW = 250

_SAMPLED = 16_384


class IndexSnapshot:
    """The embeddings of a model as they were when the snapshot was taken. Rows are numbered from 0.

    Every method that reads vectors raises DamagedVectors when a check sum tells that they are not what was written;
    nothing is ever worked out from damaged ones.
    """

    def __init__(self, file: VectorFile, *, earlier: IndexSnapshot | None = None, dots: Dots | None = None) -> None:
        """`earlier` is a former snapshot of the same file, if there is one: what it has checked is not checked again."""
        self._blocks = file.blocks()
        self._layout = Layout(file.header.dimension)
        # The codes are mapped, for a scan reads them all; of the exact vectors it takes a few here and there.
        self._read = file.reader()
        self._columns: Columns = file.columns(self._blocks)
        self._header = file.header
        self._dots = dots or fastest_dots()
        # A block is checked when it is first read: checking all of a large file at the start would cost as much as reading it.
        self._checked = np.zeros(len(self._blocks), bool)
        if earlier is not None:
            known = earlier.whole_blocks_checked(file)
            self._checked[: len(known)] = known
        self._dead = np.flatnonzero(self._columns.ids == DEAD)
        self._lock = threading.Lock()
        self._row_table: npt.NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self._columns.ids)

    @property
    def ids(self) -> Ids:
        """The photo of each row; `DEAD` for a row that counts no more."""
        return self._columns.ids

    @property
    def alive(self) -> int:
        """How many photos there are."""
        return len(self) - len(self._dead)

    @property
    def living(self) -> Rows:
        """The rows that count."""
        return np.flatnonzero(self._columns.ids != DEAD) if len(self._dead) else np.arange(len(self))

    @cached_property
    def sample(self) -> Rows:
        """Evenly chosen living rows, or all of them when there are few: what is typical of them is typical of the library."""
        rows = np.arange(0, len(self), -(-len(self) // _SAMPLED) or 1)
        living: Rows = rows[self._columns.ids[rows] != DEAD]
        return living

    @property
    def background(self) -> Background:
        """Each row's similarities to the background captions."""
        return self._columns.background

    @property
    def dimension(self) -> int:
        """D."""
        return self._header.dimension

    def whole_blocks_checked(self, file: VectorFile) -> npt.NDArray[np.bool_]:
        """Which of the blocks that were full already were read and found good; none when the file is another one."""
        same = file.header.lineage == self._header.lineage
        return self._checked[: len(self) // BLOCK_ROWS if same else 0].copy()

    def rows_of(self, photo_ids: Ids) -> Rows:
        """The row of each photo; -1 for photos without an embedding."""
        table = self._table()
        inside = (photo_ids >= 0) & (photo_ids < len(table))
        return np.where(inside, table[np.where(inside, photo_ids, 0)] if len(table) else -1, -1).astype(np.int64)

    def similarities(self, vectors: Vectors) -> Vectors:
        """Cosine similarities of all rows to unit vectors [Q, D], float32 [Q, N], from the 8-bit codes.

        Off by `rounding_error` at most, by a tenth of that as a rule: `exact` says the same precisely. -1 for rows that count
        no more. One pass over the rows, whatever the number of vectors.
        """
        found = np.empty((len(vectors), len(self)), np.float32)
        queries = RoundedQueries.of(vectors, self._header.mean, width=self._blocks["codes"].shape[-1])

        def scan(block: int) -> None:
            start = block * BLOCK_ROWS
            out = found[:, start : start + BLOCK_ROWS]
            self._check(block)
            self._dots(queries.codes, self._blocks["codes"][block, : out.shape[1]], out)
            out *= self._columns.scale[start : start + BLOCK_ROWS]
            out *= queries.scale[:, None]
            out += queries.at_mean[:, None]

        over_blocks(len(self._blocks), scan)
        found[:, self._dead] = _NO_SIMILARITY
        return found

    def similarities_at(self, rows: Rows, vectors: Vectors) -> Vectors:
        """The same for some living rows, float32 [Q, n]: worth while for an eighth of all at most."""
        found = np.empty((len(vectors), len(rows)), np.float32)
        queries = RoundedQueries.of(vectors, self._header.mean, width=self._blocks["codes"].shape[-1])
        for start in range(0, len(rows), BLOCK_ROWS):
            part = rows[start : start + BLOCK_ROWS]
            codes = self._blocks["codes"][np.divmod(part, BLOCK_ROWS)]
            if (row_sums(codes, salt=self._header.lineage) != self._columns.code_check[part]).any():
                raise DamagedVectors("a row of it was changed")
            out = found[:, start : start + BLOCK_ROWS]
            self._dots(queries.codes, codes, out)
            out *= self._columns.scale[part]
            out *= queries.scale[:, None]
            out += queries.at_mean[:, None]
        return found

    def rounding_error(self, vector: Vectors) -> float:
        """How far `similarities` to a unit vector [D] can be off: six standard deviations of what the rounding of a row and of
        the vector add up to, both evenly spread over one step.
        """
        scale = self._columns.scale
        rows = float(np.square(scale[:: -(-len(scale) // _SAMPLED) or 1]).mean()) if len(scale) else 0.0
        largest = float(np.abs(vector).max(initial=0.0)) / 127.0
        return 6.0 * float(np.sqrt((rows + largest**2) / 12.0))

    def exact(self, rows: Rows, vectors: Vectors) -> Vectors:
        """Cosine similarities of some rows to unit vectors [Q, D], float32 [Q, n], from the embeddings as the library has them."""
        found = np.empty((len(vectors), len(rows)), np.float32)
        for start in range(0, len(rows), _CHUNK):
            # Not a matrix product by BLAS: its threads wait for each other in a busy loop, at many times the cost of so little.
            np.einsum(
                "qd,nd->qn",
                vectors,
                self.vectors_at(rows[start : start + _CHUNK]),
                out=found[:, start : start + _CHUNK],
            )
        return found

    def best(self, vector: Vectors, *, rows: Rows, limit: int) -> tuple[Rows, Vectors]:
        """The rows most similar to a unit vector [D], best first, and their exact similarities.

        The 8-bit scan tells which rows can be among them, with room to spare; these are compared exactly.
        """
        if len(rows) <= max(limit, _FEW) * _SPARE:
            chosen = rows
        else:
            rough = self.similarities(vector[None])[0][rows]
            spared = max(limit, _FEW) * _SPARE
            chosen = rows[np.sort(np.argpartition(-rough, spared)[:spared])]
        scores = self.exact(chosen, vector[None])[0]
        order = np.argsort(-scores, kind="stable")[:limit]
        return chosen[order], scores[order]

    def vectors_at(self, rows: Rows) -> Vectors:
        """The embeddings of some rows, float32 [n, D]."""
        try:
            data = b"".join(self._read(start, length) for start, length in self._layout.exact_runs(rows))
        except OSError as error:
            raise DamagedVectors("it cannot be read") from error
        width = self._layout.exact_width
        if len(data) != 2 * width * len(rows):
            raise DamagedVectors("shorter than it says")
        halves = np.frombuffer(data, "<u2").reshape(len(rows), width)
        if (row_sums(halves, salt=self._header.lineage) != self._columns.exact_check[rows]).any():
            raise DamagedVectors("an embedding in it was changed")
        return from_halves(halves)[:, : self.dimension]

    def vectors_of(self, photo_ids: Sequence[int] | Ids) -> Vectors:
        """The embeddings of some photos, float32 [n, D]; photos without one are left out."""
        rows = self.rows_of(np.asarray(photo_ids, np.int64))
        return self.vectors_at(rows[rows >= 0])

    def _check(self, block: int) -> None:
        if self._checked[block]:
            return
        if wrong_codes(self._blocks, self._columns, block=block, lineage=self._header.lineage):
            raise DamagedVectors("a block of it was changed")
        self._checked[block] = True

    def _table(self) -> npt.NDArray[np.int32]:
        """Rows by photo id; made when first asked for."""
        with self._lock:
            if self._row_table is None:
                ids = self._columns.ids
                table = np.full(int(ids.max(initial=-1)) + 1, -1, np.int32)
                rows = np.flatnonzero(ids != DEAD)
                table[ids[rows]] = rows
                self._row_table = table
            return self._row_table
