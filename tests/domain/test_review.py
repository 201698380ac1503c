"""Rounds of a review."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.review import ReviewItem, ReviewRound, Verdict
from desktop_app.domain.tag import TagState

verdicts = st.lists(st.sampled_from(Verdict), max_size=8)


def round_of(photos: int) -> ReviewRound:
    return ReviewRound(tuple(ReviewItem(PhotoId(each), 0.5, TagState.SUGGESTED) for each in range(photos)))


@given(st.integers(0, 5), verdicts)
def test_each_photo_is_asked_about_once_and_taking_back_asks_again(photos: int, said: list[Verdict]) -> None:
    round_ = round_of(photos)
    rounds = [round_]
    for verdict in said:
        round_ = round_.said(verdict)
        rounds.append(round_)
    assert round_.verdicts == tuple(said[:photos])
    assert (round_.current is None) == (len(said) >= photos)
    assert sum(round_.count(verdict) for verdict in Verdict) == min(len(said), photos)
    for before in reversed(rounds[: photos + 1][:-1]):
        round_ = round_.taken_back()
        assert round_ == before
    assert round_.taken_back() == round_of(photos)


def test_what_comes_next_is_known_in_advance() -> None:
    round_ = round_of(4).said(Verdict.SKIP)
    assert round_.current is not None
    assert (round_.current.photo_id, round_.coming(5)) == (1, (2, 3))
