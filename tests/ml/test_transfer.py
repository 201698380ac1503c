"""Transfers over a real socket: whole, cut, resumed, stopped, damaged, and onto full disks."""

from __future__ import annotations

import os
import random
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.ml.hub import FileAbsent, find_file
from desktop_app.ml.transfer import SPARE_BYTES, TransferWatch, fetch, part_of
from tests.fixtures.hub import LocalHub, local_hub

DATA = random.Random(7).randbytes(1_500_000)
SMALL = b'{"small": true}'


@pytest.fixture
def filled(hub: LocalHub) -> LocalHub:
    hub.put("keepsight/tiny", "weights.bin", DATA)
    hub.put("keepsight/tiny", "tokenizer.json", SMALL)
    return hub


def watching(
    *, stopped: Callable[[], bool] = lambda: False, arrived: Callable[[int], None] = lambda _: None
) -> TransferWatch:
    return TransferWatch(stopped=stopped, arrived=arrived, checking=lambda: None, seconds_between_tries=0.01)


def test_a_large_file_arrives_from_behind_its_redirect(filled: LocalHub, tmp_path: Path) -> None:
    remote = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])
    assert (remote.size, remote.checksum and remote.checksum.algorithm) == (len(DATA), "sha256")
    seen: list[int] = []
    fetch(remote, tmp_path / "weights.bin", watching(arrived=seen.append))
    assert (tmp_path / "weights.bin").read_bytes() == DATA
    assert seen == sorted(seen)
    assert seen[-1] == len(DATA)
    assert [file.name for file in tmp_path.iterdir()] == ["weights.bin"]


def test_a_small_file_is_held_against_gits_own_identity(filled: LocalHub, tmp_path: Path) -> None:
    remote = find_file(filled.endpoint, "keepsight/tiny", ["tokenizer.json"])
    assert remote.checksum is not None
    assert remote.checksum.algorithm == "git-sha1"
    fetch(remote, tmp_path / "tokenizer.json", watching())
    assert (tmp_path / "tokenizer.json").read_bytes() == SMALL


def test_the_first_name_that_is_there_is_taken_and_a_renamed_repository_followed(filled: LocalHub) -> None:
    assert find_file(filled.endpoint, "keepsight/tiny", ["weights.safetensors", "weights.bin"]).name == "weights.bin"
    assert find_file(filled.endpoint, "renamed/tiny", ["weights.bin"]).size == len(DATA)
    with pytest.raises(FileAbsent):
        find_file(filled.endpoint, "keepsight/tiny", ["nothing"])


@pytest.mark.parametrize(("status", "words"), [(503, "a problem at present"), (401, "to everyone")])
def test_a_hub_that_refuses_is_explained(filled: LocalHub, status: int, words: str) -> None:
    filled.faults.status = status
    with pytest.raises(UserFacingError, match=words):
        find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])


@pytest.mark.parametrize(
    ("repository", "words"), [("circle/tiny", "in a circle"), ("elsewhere/tiny", "not understand")]
)
def test_a_hub_that_sends_one_astray_is_explained(filled: LocalHub, repository: str, words: str) -> None:
    with pytest.raises(UserFacingError, match=words):
        find_file(filled.endpoint, repository, ["weights.bin"])


def test_a_file_that_goes_away_on_the_way_is_no_endless_try(filled: LocalHub, tmp_path: Path) -> None:
    remote = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])
    filled.faults.status = 404
    with pytest.raises(FileAbsent):
        fetch(remote, tmp_path / "weights.bin", watching())


def test_a_hub_that_is_not_there_is_explained() -> None:
    with local_hub() as gone:
        endpoint = gone.endpoint
    with pytest.raises(UserFacingError, match="cannot be reached"):
        find_file(endpoint, "keepsight/tiny", ["weights.bin"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 400_000), max_size=6))
def test_however_often_the_line_is_cut_the_file_is_whole(filled: LocalHub, tmp_path: Path, cuts: list[int]) -> None:
    target = tmp_path / "weights.bin"
    target.unlink(missing_ok=True)
    # Four fruitless tries in a row are given up: keep at least one byte in every other one.
    filled.faults.cut_after = [max(cut, 1) if index % 2 else cut for index, cut in enumerate(cuts)]
    fetch(find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"]), target, watching())
    assert target.read_bytes() == DATA


def test_a_cut_transfer_goes_on_where_it_stopped(filled: LocalHub, tmp_path: Path) -> None:
    filled.faults.cut_after = [500_000]
    fetch(find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"]), tmp_path / "weights.bin", watching())
    assert filled.ranges_asked() == ["", "bytes=500000-"]


def test_a_server_without_ranges_begins_again(filled: LocalHub, tmp_path: Path) -> None:
    filled.faults.cut_after, filled.faults.ranges = [500_000], False
    fetch(find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"]), tmp_path / "weights.bin", watching())
    assert (tmp_path / "weights.bin").read_bytes() == DATA


def test_a_line_that_stays_cut_is_given_up_and_what_came_is_kept(filled: LocalHub, tmp_path: Path) -> None:
    remote = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])
    filled.faults.cut_after = [300_000] + [0] * 20
    with pytest.raises(UserFacingError, match="cannot be reached"):
        fetch(remote, tmp_path / "weights.bin", watching())
    assert part_of(remote, tmp_path / "weights.bin").read_bytes() == DATA[:300_000]
    filled.faults.cut_after = []
    fetch(remote, tmp_path / "weights.bin", watching())
    assert (tmp_path / "weights.bin").read_bytes() == DATA
    assert filled.ranges_asked()[-1] == "bytes=300000-"


def test_a_stop_takes_effect_at_once_and_the_next_call_goes_on(filled: LocalHub, tmp_path: Path) -> None:
    remote, seen = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"]), [0]
    with pytest.raises(Cancelled):
        fetch(remote, tmp_path / "weights.bin", watching(stopped=lambda: seen[-1] > 0, arrived=seen.append))
    here = part_of(remote, tmp_path / "weights.bin").stat().st_size
    assert here == seen[-1] < len(DATA)
    fetch(remote, tmp_path / "weights.bin", watching())
    assert filled.ranges_asked()[-1] == f"bytes={here}-"
    assert (tmp_path / "weights.bin").read_bytes() == DATA


def test_damaged_bytes_are_thrown_away_and_never_get_the_name(filled: LocalHub, tmp_path: Path) -> None:
    remote = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])
    filled.faults.corrupt = True
    with pytest.raises(UserFacingError, match="checksum"):
        fetch(remote, tmp_path / "weights.bin", watching())
    assert list(tmp_path.iterdir()) == []
    filled.faults.corrupt = False
    fetch(remote, tmp_path / "weights.bin", watching())
    assert (tmp_path / "weights.bin").read_bytes() == DATA


def test_parts_of_two_versions_are_never_joined(filled: LocalHub, tmp_path: Path) -> None:
    remote = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])
    filled.put("keepsight/tiny", "weights.bin", DATA[::-1])
    newer = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])
    target = tmp_path / "weights.bin"
    assert part_of(remote, target) != part_of(newer, target)
    part_of(remote, target).write_bytes(DATA[:1000])
    fetch(newer, target, watching())
    assert target.read_bytes() == DATA[::-1]


def test_too_little_room_is_said_before_anything_is_fetched(filled: LocalHub, tmp_path: Path) -> None:
    remote = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"])
    asked = len(filled.asked)
    full = replace(watching(), free_bytes=lambda _: SPARE_BYTES + len(DATA) - 1)
    with pytest.raises(UserFacingError, match="too little room"):
        fetch(remote, tmp_path / "weights.bin", full)
    assert len(filled.asked) == asked


def test_a_disk_that_fills_up_on_the_way_is_noticed(
    filled: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.ml.transfer._BYTES_BETWEEN_LOOKS", 200_000)
    remote, looks = find_file(filled.endpoint, "keepsight/tiny", ["weights.bin"]), iter([1 << 40, 1 << 40, 0])
    with pytest.raises(UserFacingError, match="too little room"):
        fetch(remote, tmp_path / "weights.bin", replace(watching(), free_bytes=lambda _: next(looks)))
    assert 0 < part_of(remote, tmp_path / "weights.bin").stat().st_size < len(DATA)


@pytest.mark.skipif(sys.platform == "win32", reason="file-size limits are POSIX's")
def test_a_disk_that_is_full_ends_in_plain_words(filled: LocalHub, tmp_path: Path) -> None:
    """In a process of its own, whose files may not grow beyond 400 kB: the system itself refuses the write."""
    script = """
import sys
from pathlib import Path
from desktop_app.base.errors import UserFacingError
from desktop_app.ml.hub import find_file
from desktop_app.ml.transfer import TransferWatch, fetch
remote = find_file(sys.argv[1], "keepsight/tiny", ["weights.bin"])
watch = TransferWatch(stopped=lambda: False, arrived=lambda _: None, checking=lambda: None)
try:
    fetch(remote, Path(sys.argv[2]) / "weights.bin", watch)
except UserFacingError as error:
    print(error.sentence)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, filled.endpoint, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
    )
    assert done.stdout.strip() == "The disk is full."
    assert not (tmp_path / "weights.bin").exists()


def test_only_web_addresses_are_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    with pytest.raises(UserFacingError, match="no web address"):
        find_file(tmp_path.as_uri(), "keepsight/tiny", ["weights.bin"])
