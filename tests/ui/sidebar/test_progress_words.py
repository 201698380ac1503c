"""The progress panel's words."""

from __future__ import annotations

from pathlib import Path

from desktop_app.domain.library import RootInfo
from desktop_app.domain.photo import RootId
from desktop_app.domain.progress import IndexPhase, IndexProgress
from desktop_app.ui.sidebar.progress_words import idle_line, progress_words


def root(watching: str) -> RootInfo:
    return RootInfo(RootId(1), Path("/photos"), 10, watching)


def test_idle_says_what_is_watched() -> None:
    assert idle_line([]) == "No folders yet"
    assert idle_line([root("events"), root("polling")]) == "Watching 2 folders"
    assert idle_line([root("events"), root("offline")]) == "Watching 1 folder · 1 folder away"
    assert idle_line([root("off")]) == "Up to date"
    assert not progress_words(IndexProgress(), [root("events")]).bar


def test_a_run_says_count_rate_and_time_left() -> None:
    progress = IndexProgress(
        phase=IndexPhase.INDEXING, found=6000, to_do=5310, done=1204, photos_per_second=21.4, eta_seconds=192
    )
    words = progress_words(progress, [])
    assert "1,204 of 5,310" in words.headline
    assert words.detail == "21 photos/s · 3 min left"
    assert words.fraction is not None
    assert abs(words.fraction - 1204 / 5310) < 1e-9


def test_what_has_no_end_in_sight_shows_a_busy_bar() -> None:
    for phase in (IndexPhase.SCANNING, IndexPhase.PREPARING):
        words = progress_words(IndexProgress(phase=phase, found=12), [])
        assert words.bar
        assert words.fraction is None
        assert words.detail == "12 files"


def test_a_note_comes_before_the_pace() -> None:
    progress = IndexProgress(phase=IndexPhase.INDEXING, to_do=2, done=1, photos_per_second=3, note="The drive is away")
    assert progress_words(progress, []).detail == "The drive is away"


def test_a_pause_keeps_the_count() -> None:
    words = progress_words(IndexProgress(phase=IndexPhase.PAUSED, to_do=10, done=5), [])
    assert (words.headline, words.detail, words.fraction) == ("Paused", "5 of 10", 0.5)
