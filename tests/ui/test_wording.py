"""Numbers as a person reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.wording import byte_size, counted, duration, number


def test_counts_have_the_right_noun() -> None:
    assert counted(1, "photo") == "1 photo"
    assert counted(0, "photo") == "0 photos"
    assert counted(5310, "photo") == "5,310 photos"
    assert counted(2, "copy", "copies") == "2 copies"
    assert number(1_000_000) == "1,000,000"


@pytest.mark.parametrize(
    ("size", "words"),
    [(1, "1 byte"), (999, "999 bytes"), (37_400, "37 kB"), (3_240_000, "3.2 MB"), (4_700_000_000, "4.7 GB")],
)
def test_sizes(size: int, words: str) -> None:
    assert byte_size(size) == words


@given(st.integers(0, 10**13))
def test_a_size_has_few_characters(size: int) -> None:
    assert len(byte_size(size)) <= len("1,000 bytes")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 s"), (42.4, "42 s"), (60, "1 min"), (200, "3 min"), (4800, "1 h 20 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words
