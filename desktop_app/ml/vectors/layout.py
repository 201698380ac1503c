"""Where everything stands in a vector file.

    header (4 KiB): what the file is, then two commit records that are written in turn
    mean:           float32 [D], subtracted before vectors are rounded to 8 bits
    blocks:         2,048 rows each; within a block one array per column

A row is a photo's embedding twice: as 8-bit codes, which a scan of the whole library reads, and as the half precision
floats of the library, of which only the best candidates are read. All numbers are little-endian.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

MAGIC = b"KEEPVEC\0"
VERSION = 1

# Codes of a block fit a core's cache (1 MB at 512 dimensions), and even a million photos make only 500 steps of a scan.
BLOCK_ROWS = 2048

HEADER_BYTES = 4096
# The two records lie in different disk sectors: a torn write can damage one of them only.
_COMMITS_AT = (1024, 2048)
# Vector instructions take 64 codes at a time.
_CODES_ALIGNED = 64
# Four half precision floats are one 64-bit word of a check sum.
_EXACT_ALIGNED = 4

DEAD = -1
"""The id of a row whose photo was removed or embedded again."""

_HEADER = np.dtype(
    [
        ("magic", "S8"),
        ("version", "<u4"),
        ("dimension", "<u4"),
        ("lineage", "<i8"),
        ("bank", "<u8"),
        ("sampled", "<u8"),
        ("check", "<u4"),
    ]
)
_COMMIT = np.dtype(
    [
        ("sequence", "<u8"),
        ("rows", "<u8"),
        ("alive", "<u8"),
        ("revision", "<i8"),
        ("token", "<i8"),
        ("check", "<u4"),
    ]
)


class DamagedVectors(Exception):
    """The file is not what it should be, and must be built again from the library."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file holds. It never changes after the file was made."""

    lineage: int
    """Random; the library's database names it, and no other file is used."""
    bank: int
    """Fingerprint of the background captions that `mean` and `deviation` of the rows are measured against."""
    sampled: int
    """How many vectors `mean` was taken from."""
    mean: Vectors

    @property
    def dimension(self) -> int:
        """D."""
        return len(self.mean)

    def encoded(self) -> bytes:
        """The first bytes of the file, up to the blocks."""
        record = np.zeros(1, _HEADER)
        record[0] = (MAGIC, VERSION, self.dimension, self.lineage, self.bank, self.sampled, 0)
        mean = self.mean.astype("<f4").tobytes()
        record["check"] = zlib.crc32(mean, zlib.crc32(record.tobytes()))
        head = record.tobytes().ljust(HEADER_BYTES, b"\0") + mean
        return head.ljust(Layout(self.dimension).blocks_at, b"\0")

    @classmethod
    def decoded(cls, data: memoryview) -> Header:
        """Read the header. Raises DamagedVectors."""
        if len(data) < HEADER_BYTES:
            raise DamagedVectors("shorter than its header")
        record = np.frombuffer(data, _HEADER, count=1).copy()
        magic, version, dimension, lineage, bank, sampled, check = record[0].item()
        if magic != MAGIC.rstrip(b"\0") or version != VERSION or not 0 < dimension <= _LARGEST_DIMENSION:
            raise DamagedVectors("not a vector file of this version")
        mean_bytes = bytes(data[HEADER_BYTES : HEADER_BYTES + 4 * dimension])
        record["check"] = 0
        if check != zlib.crc32(mean_bytes, zlib.crc32(record.tobytes())):
            raise DamagedVectors("its header is damaged")
        return cls(lineage, bank, sampled, np.frombuffer(mean_bytes, "<f4").astype(np.float32))


# Anything longer is a damaged number.
_LARGEST_DIMENSION = 65_536


@dataclass(frozen=True, slots=True)
class Commit:
    """How far a file has come. What lies behind `rows` is not there yet."""

    sequence: int = 0
    rows: int = 0
    alive: int = 0
    """Rows that are not dead."""
    revision: int = 0
    """The library's change that the file includes, with all before it."""
    token: int = 0
    """The random number of that change: another history of the library has another one."""

    def encoded(self) -> tuple[int, bytes]:
        """Where to write it, and the bytes. The record before it is left as it is."""
        record = np.zeros(1, _COMMIT)
        record[0] = (self.sequence, self.rows, self.alive, self.revision, self.token, 0)
        record["check"] = zlib.crc32(record.tobytes())
        return _COMMITS_AT[self.sequence % 2], record.tobytes()

    @classmethod
    def newest(cls, data: memoryview) -> Commit:
        """The newer of the two records that is whole. Raises DamagedVectors when neither is."""
        whole: list[Commit] = []
        for start in _COMMITS_AT:
            record = np.frombuffer(data, _COMMIT, count=1, offset=start).copy()
            *numbers, check = record[0].item()
            record["check"] = 0
            if check == zlib.crc32(record.tobytes()):
                whole.append(cls(*numbers))
        if not whole:
            raise DamagedVectors("no record of it is whole")
        return max(whole, key=lambda commit: commit.sequence)


@dataclass(frozen=True)
class Layout:
    """Offsets for vectors of one dimension."""

    dimension: int

    @cached_property
    def block(self) -> np.dtype[np.void]:
        """One block as a structured type."""
        rows = BLOCK_ROWS
        return np.dtype(
            [
                ("ids", "<i8", (rows,)),
                ("fact_check", "<u8", (rows,)),
                ("code_check", "<u8", (rows,)),
                ("exact_check", "<u8", (rows,)),
                ("scale", "<f4", (rows,)),
                ("mean", "<f4", (rows,)),
                ("deviation", "<f4", (rows,)),
                ("codes", "i1", (rows, self.code_width)),
                ("exact", "<u2", (rows, self.exact_width)),
            ]
        )

    @property
    def code_width(self) -> int:
        """Bytes of a row's codes; the last ones may be zeros."""
        return -(-self.dimension // _CODES_ALIGNED) * _CODES_ALIGNED

    @property
    def exact_width(self) -> int:
        """Half precision floats of a row; the last ones may be zeros."""
        return -(-self.dimension // _EXACT_ALIGNED) * _EXACT_ALIGNED

    @property
    def blocks_at(self) -> int:
        """Where the first block begins."""
        return HEADER_BYTES + -(-4 * self.dimension // HEADER_BYTES) * HEADER_BYTES

    def size(self, rows: int) -> int:
        """Bytes of a file with so many rows."""
        return self.blocks_at + -(-rows // BLOCK_ROWS) * self.block.itemsize

    def column_at(self, column: str, row: int) -> int:
        """Where one row of a column begins."""
        kind, offset = self.block.fields[column][:2] if self.block.fields else (self.block, 0)
        block, within = divmod(row, BLOCK_ROWS)
        return int(self.blocks_at + block * self.block.itemsize + offset + within * (kind.itemsize // BLOCK_ROWS))

    def fact_spans(self, blocks: int) -> list[tuple[int, int]]:
        """Where (start, length) everything but codes and exact vectors stands, for the first so many blocks."""
        starts = [self.column_at("ids", block * BLOCK_ROWS) for block in range(blocks)]
        return [(start, self.column_at("codes", 0) - self.column_at("ids", 0)) for start in starts]

    def exact_runs(self, rows: npt.NDArray[np.int64]) -> list[tuple[int, int]]:
        """Where (start, length) the exact vectors of some rows stand, those side by side as one, in the order of the rows."""
        if not len(rows):
            return []
        ends = (np.diff(rows) != 1) | (rows[1:] % BLOCK_ROWS == 0)
        firsts = np.concatenate([[0], np.flatnonzero(ends) + 1])
        counts = np.diff(np.append(firsts, len(rows)))
        block, within = np.divmod(rows[firsts], BLOCK_ROWS)
        width = 2 * self.exact_width
        starts = self.column_at("exact", 0) + block * self.block.itemsize + within * width
        return list(zip(starts.tolist(), (counts * width).tolist(), strict=True))

    def blocks(self, data: memoryview, rows: int) -> npt.NDArray[np.void]:
        """The blocks that hold the first so many rows, as a view. Raises DamagedVectors when the file is too short."""
        if len(data) < self.size(rows):
            raise DamagedVectors("shorter than it says")
        return np.ndarray((-(-rows // BLOCK_ROWS),), self.block, data, self.blocks_at)
