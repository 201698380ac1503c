"""Figures of a benchmark, and how they are printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure beside the naive way's; no naive figure where there is no naive way."""

    what: str
    unit: str
    ours: float
    naive: float | None = None
    higher_is_better: bool = False

    @property
    def ratio(self) -> float | None:
        """How many times better than the naive way."""
        if not self.naive or not self.ours:
            return None
        return self.ours / self.naive if self.higher_is_better else self.naive / self.ours


def print_table(title: str, lines: list[Line]) -> None:
    """Print one benchmark's figures."""
    print(f"\n{title}")
    print(f"  {'':46}{'Keepsight':>12}{'naive':>12}{'ratio':>9}")
    for line in lines:
        naive = "" if line.naive is None else f"{line.naive:,.1f}"
        ratio = "" if line.ratio is None else f"{line.ratio:.1f} x"
        print(f"  {f'{line.what}, {line.unit}':46}{line.ours:12,.1f}{naive:>12}{ratio:>9}")


def median_ms(work: Callable[[], object], *, rounds: int) -> float:
    """Median milliseconds of several runs, after one to warm up."""
    work()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000
