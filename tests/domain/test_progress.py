"""Rates and reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.progress import IndexReport, RateMeter


def test_no_rate_before_there_is_time_between_marks() -> None:
    meter = RateMeter()
    assert meter.rate() is None
    meter.mark(1.0, 0)
    assert meter.rate() is None
    meter.mark(1.0, 5)
    assert meter.rate() is None


def test_no_rate_while_nothing_gets_done() -> None:
    meter = RateMeter()
    meter.mark(0.0, 5)
    meter.mark(10.0, 5)
    assert meter.rate() is None


@given(rate=st.floats(0.1, 1000), step=st.floats(0.01, 5), count=st.integers(3, 60))
def test_a_steady_rate_is_measured(rate: float, step: float, count: int) -> None:
    meter = RateMeter()
    for number in range(count):
        meter.mark(number * step, round(number * step * rate * 1000))
    assert meter.rate() == pytest.approx(rate * 1000, rel=0.05, abs=2 / step)


def test_the_rate_follows_what_happens_now() -> None:
    meter = RateMeter(window=10.0)
    for second in range(100):
        meter.mark(float(second), second)
    for second in range(100, 130):
        meter.mark(float(second), 100 + (second - 100) * 50)
    assert meter.rate() == pytest.approx(50, rel=0.1)


def test_found_is_the_sum_of_all_ends() -> None:
    assert IndexReport(added=1, modified=2, moved=3, reused=4, skipped=5, missing=9, embedded=7).found == 15
