"""The cache of pictures keeps within its bound and forgets what was used longest ago."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.ui.picture_cache import PictureCache

CAPACITY = 100


def cache() -> PictureCache[str, bytes]:
    return PictureCache(CAPACITY, len)


def test_what_was_used_longest_ago_goes_first() -> None:
    held = cache()
    for key in "abc":
        held.put(key, bytes(40 if key == "c" else 30))
    assert held.get("a") is not None
    held.peek("b")
    held.put("d", bytes(10))
    assert list(held) == ["c", "a", "d"]


def test_replacing_and_dropping_give_their_bytes_back() -> None:
    held = cache()
    held.put("a", bytes(50))
    held.put("a", bytes(20))
    assert held.bytes_held == 20
    held.drop("a")
    held.drop("a")
    assert held.bytes_held == 0
    assert held.get("a") is None


def test_one_value_larger_than_the_whole_cache_stays_until_the_next() -> None:
    held = cache()
    held.put("large", bytes(500))
    assert "large" in held
    held.put("small", bytes(5))
    assert list(held) == ["small"]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 60), st.booleans())))
def test_the_bound_holds_whatever_comes(steps: list[tuple[str, int, bool]]) -> None:
    held = cache()
    for key, size, put in steps:
        if put:
            held.put(key, bytes(size))
            assert key in held
        else:
            held.get(key)
        assert held.bytes_held <= CAPACITY
        assert held.bytes_held == sum(len(held.peek(each) or b"") for each in held)
    held.clear()
    assert (len(held), held.bytes_held) == (0, 0)
