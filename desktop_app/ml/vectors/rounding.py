"""Vectors as 8-bit codes, half precision floats as single ones, and the check sums of both.

A row x is stored as x = mean + scale * code + error with whole-number codes from -127 to 127. The mean of the library is
taken off first: CLIP's vectors share a few large components, which would otherwise leave little of the 8 bits to the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]
Halves = npt.NDArray[np.uint16]
Sums = npt.NDArray[np.uint64]

_MOST = 127
# 2^112: moves the exponent of a half precision float to where single precision has it.
_REBIAS = np.float32(2.0**112)


@dataclass(frozen=True, slots=True)
class Rounded:
    """Vectors [n, D] in 8 bits each."""

    codes: Codes
    scale: Vectors
    """float32 [n], never 0."""


def rounded(vectors: Vectors, *, width: int) -> Rounded:
    """Vectors (the mean taken off) as codes [n, width]; beyond D they are 0."""
    largest = np.abs(vectors).max(axis=1, initial=0.0)
    scale = np.where(largest > 0.0, largest / _MOST, 1.0).astype(np.float32)
    codes = np.zeros((len(vectors), width), np.int8)
    codes[:, : vectors.shape[1]] = np.rint(vectors / scale[:, None])
    return Rounded(codes, scale)


def finite(vectors: Vectors) -> Vectors:
    """Vectors with 0 for what is no number: libraries may hold embeddings that damaged weights made."""
    return vectors if np.isfinite(vectors).all() else np.nan_to_num(vectors, nan=0.0, posinf=0.0, neginf=0.0)


def to_halves(vectors: Vectors, *, width: int) -> Halves:
    """Vectors as the bits of half precision floats [n, width]."""
    halves = np.zeros((len(vectors), width), "<f2")
    halves[:, : vectors.shape[1]] = finite(vectors)
    return halves.view("<u2")


def from_halves(halves: Halves) -> Vectors:
    """The bits of finite half precision floats as float32, exactly; many times faster than numpy's own conversion."""
    bits = halves.astype(np.uint32)
    sign = (bits & np.uint32(0x8000)) << np.uint32(16)
    bits &= np.uint32(0x7FFF)
    bits <<= np.uint32(13)
    values = bits.view(np.float32)
    values *= _REBIAS
    bits |= sign
    return values


def row_sums(rows: npt.NDArray[np.generic], *, salt: int) -> Sums:
    """A check sum of each row [n, width]: its 64-bit words added up. The salt keeps a row of zeros from passing."""
    words = np.ascontiguousarray(rows).view("<u8")
    return np.asarray(words.sum(axis=1, dtype=np.uint64) + np.uint64(salt & _WORD), np.uint64)


def fact_sums(ids: npt.NDArray[np.int64], *facts: Vectors, salt: int) -> Sums:
    """A check sum of each row's id and its float32 facts."""
    total = ids.astype(np.uint64) * np.uint64(_ODD) + np.uint64(salt & _WORD)
    for place, fact in enumerate(facts):
        total += np.ascontiguousarray(fact, dtype="<f4").view("<u4").astype(np.uint64) << np.uint64(8 * place)
    return total


_WORD = (1 << 64) - 1
# 2^64 / golden ratio: spreads small ids over the whole word (Knuth's multiplicative hashing).
_ODD = 0x9E3779B97F4A7C15
