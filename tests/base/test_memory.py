"""Freed memory goes back to the system."""

from __future__ import annotations

import platform

import psutil
import pytest

from desktop_app.base.memory import give_back

PIECE = 64 << 10
PIECES = 1_600


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries hand memory back by themselves")
def test_what_lies_free_below_a_piece_in_use_is_handed_back() -> None:
    pieces = [bytes([number % 255 + 1]) * PIECE for number in range(PIECES)]
    kept = pieces[-1]
    full = psutil.Process().memory_info().rss
    pieces.clear()
    give_back()
    assert full - psutil.Process().memory_info().rss > PIECES * PIECE // 2
    assert len(kept) == PIECE


def test_it_may_be_called_at_any_time() -> None:
    give_back()
    give_back()
