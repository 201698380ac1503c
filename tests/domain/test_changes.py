"""Change sets add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId

ids = st.frozensets(st.integers(1, 9).map(PhotoId))
changes = st.builds(
    LibraryChanges,
    added=ids,
    updated=ids,
    missing=ids,
    embedded=ids,
    retagged=ids,
    tags_changed=st.booleans(),
    roots_changed=st.booleans(),
    skipped_changed=st.booleans(),
    model_changed=st.booleans(),
)


@given(changes, changes, changes)
def test_joining_is_a_union(a: LibraryChanges, b: LibraryChanges, c: LibraryChanges) -> None:
    assert a | b == b | a
    assert (a | b) | c == a | (b | c)
    assert a | a == a
    assert a | LibraryChanges() == a
    assert (a | b).photos_touched == a.photos_touched | b.photos_touched
    assert bool(a | b) == (bool(a) or bool(b))


@given(changes)
def test_only_nothing_is_false(a: LibraryChanges) -> None:
    assert bool(a) == (a != LibraryChanges())
