"""What is remembered of files: those in order kept small, all of them told as values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.indexing import KnownFile, KnownFiles
from desktop_app.domain.photo import FileStamp, PhotoId

files = st.builds(
    KnownFile,
    st.builds(FileStamp, st.integers(0, 9), st.integers(0, 9)),
    st.none() | st.integers(1, 9).map(PhotoId),
    embedded=st.booleans(),
    missing=st.booleans(),
    retry=st.booleans(),
)
some_files = st.dictionaries(st.sampled_from("abcdef"), files)


@given(some_files)
def test_nothing_is_forgotten(wanted: dict[str, KnownFile]) -> None:
    known = KnownFiles.of(wanted)
    assert dict(known) == wanted
    assert len(known) == len(wanted)
    assert "z" not in known
    for path in known.in_order:
        file = wanted[path]
        assert file.photo_id is not None
        assert (file.embedded, file.missing, file.retry) == (True, False, False)


@given(some_files, some_files)
def test_more_files_may_be_added(first: dict[str, KnownFile], second: dict[str, KnownFile]) -> None:
    known = KnownFiles.of(first)
    other = {f"{path}/2": file for path, file in second.items()}
    known.add(KnownFiles.of(other))
    assert dict(known) == first | other
