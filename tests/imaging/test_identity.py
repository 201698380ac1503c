from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.identity import hash_file, stamp_of


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 20_000])
def test_the_hash_is_blake2b_of_the_content_alone(tmp_path: Path, content: bytes) -> None:
    first, second = tmp_path / "a.jpg", tmp_path / "b.png"
    first.write_bytes(content)
    second.write_bytes(content)
    assert hash_file(first) == hash_file(second) == hashlib.blake2b(content, digest_size=16).hexdigest()


def test_a_stamp_changes_with_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"one")
    os.utime(path, ns=(5, 1_000_000_000_123_456_700))
    before = stamp_of(path)
    assert before.size == 3
    assert before.mtime_ns // 1_000_000 == 1_000_000_000_123
    os.utime(path, ns=(5, 1_000_000_001_123_456_700))
    assert stamp_of(path) != before


@pytest.mark.parametrize("ask", [hash_file, stamp_of])
def test_a_file_that_is_gone_is_worth_another_try(tmp_path: Path, ask) -> None:
    with pytest.raises(PhotoSkipped) as skipped:
        ask(tmp_path / "gone.jpg")
    assert skipped.value.transient
    assert skipped.value.reason == "The file is no longer there"


def test_a_name_that_no_system_takes_is_no_crash() -> None:
    with pytest.raises(PhotoSkipped):
        hash_file(Path("a\0b.jpg"))
