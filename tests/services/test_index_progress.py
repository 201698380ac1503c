"""Progress is told often enough to be smooth and seldom enough not to flood anyone."""

from __future__ import annotations

import time

from desktop_app.domain.progress import IndexPhase, IndexProgress
from desktop_app.services.index_progress import ProgressReporter


def test_counts_are_sent_at_most_thirty_times_a_second() -> None:
    sent: list[IndexProgress] = []
    reporter = ProgressReporter(sent.append)
    started = time.monotonic()
    while time.monotonic() - started < 0.5:
        reporter.scanned(found=1, to_do=1)
        reporter.advanced(1, skipped=0)
    assert 1 <= len(sent) <= 30 * (time.monotonic() - started) + 1


def test_phases_are_always_sent_with_the_counts_so_far() -> None:
    sent: list[IndexProgress] = []
    reporter = ProgressReporter(sent.append)
    for phase in (IndexPhase.SCANNING, IndexPhase.PREPARING, IndexPhase.INDEXING):
        reporter.phase(phase)
    reporter.advanced(3, skipped=1)
    reporter.phase(IndexPhase.PAUSED)
    assert [item.phase for item in sent[:3]] == ["scanning", "preparing", "indexing"]
    assert (sent[-1].phase, sent[-1].done, sent[-1].skipped) == (IndexPhase.PAUSED, 3, 1)


def test_an_eta_is_told_only_when_the_total_is_known() -> None:
    sent: list[IndexProgress] = []
    reporter = ProgressReporter(sent.append)
    reporter.scanned(found=10, to_do=10)
    reporter.advanced(1, skipped=0)
    time.sleep(0.02)
    reporter.advanced(1, skipped=0)
    reporter.phase(IndexPhase.INDEXING)
    assert sent[-1].eta_seconds is None
    reporter.scan_finished()
    time.sleep(0.02)
    reporter.advanced(3, skipped=0)
    reporter.phase(IndexPhase.INDEXING)
    last = sent[-1]
    assert last.photos_per_second is not None
    assert last.eta_seconds is not None
    assert abs(last.eta_seconds - 5 / last.photos_per_second) < 1e-6
