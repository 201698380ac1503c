"""Decoder processes that crash, hang, lie or fill the memory: the file is skipped, the program goes on."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from desktop_app.domain.model import PixelSpec
from desktop_app.imaging import decode
from desktop_app.imaging import decoder_messages as messages
from desktop_app.imaging.decoder_pool import CRASHED, TOOK_TOO_LONG, DecoderPool, Limits
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.limits import MemoryBudget, SmallShare

SPEC = PixelSpec()
QUESTION = {"for": "pixels", "spec": messages.spec_words(SPEC)}


@pytest.fixture
def picture(photo: Image.Image, tmp_path: Path) -> Path:
    path = tmp_path / "a.tif"
    photo.save(path)
    return path


def faulty(tmp_path: Path, fault: str) -> list[str]:
    """The command of a decoder that does what it should, except for files with "poison" in their name."""
    script = tmp_path / "faulty.py"
    script.write_text(
        textwrap.dedent(f"""
        import os, sys, time
        from desktop_app.imaging import decode_here, decoder_process
        right = decode_here.pixels_from
        def wrong(file, spec, *, memory):
            if "poison" in file.path.name:
                {fault}
            return right(file, spec, memory=memory)
        decode_here.pixels_from = wrong
        sys.exit(decoder_process.main())
        """)
    )
    return [sys.executable, str(script)]


def on_another_system(tmp_path: Path, lacks: str) -> list[str]:
    """The command of a decoder on a system that refuses or lacks what Linux has."""
    script = tmp_path / "elsewhere.py"
    script.write_text(
        f"import signal, sys\n{lacks}\nfrom desktop_app.imaging import decoder_process\n"
        "sys.exit(decoder_process.main())\n"
    )
    return [sys.executable, str(script)]


@pytest.mark.parametrize(
    "lacks",
    [
        pytest.param(
            "import resource\ndef no(*_): raise ValueError('current limit exceeds maximum limit')\nresource.setrlimit = no",
            id="macOS",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix"),
        ),
        pytest.param(
            "sys.platform = 'win32'\nsys.modules['resource'] = None\nfor each in ('setitimer', 'ITIMER_PROF', 'SIGPROF'):\n"
            "    vars(signal).pop(each, None)",
            id="Windows",
        ),
    ],
)
def test_pictures_are_read_where_a_process_cannot_be_limited(tmp_path: Path, picture: Path, lacks: str) -> None:
    pool = DecoderPool(most=1, memory=MemoryBudget(1 << 30), command=on_another_system(tmp_path, lacks))
    try:
        assert pool.ask(picture, QUESTION, messages.pixels_of).shape == (224, 224, 3)
    finally:
        pool.close()


def test_without_signals_a_crash_is_a_crash(tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "SIGPROF", raising=False)
    pool = DecoderPool(most=1, memory=MemoryBudget(1 << 30), command=faulty(tmp_path, "os._exit(0)"))
    poison = picture.rename(tmp_path / "poison.tif")
    try:
        with pytest.raises(PhotoSkipped, match=CRASHED):
            pool.ask(poison, QUESTION, messages.pixels_of)
    finally:
        pool.close()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("os.abort()", CRASHED),
        ("os._exit(0)", CRASHED),
        ("import ctypes; ctypes.string_at(0)", CRASHED),
        ("while True: pass", TOOK_TOO_LONG),
        ("time.sleep(1000)", TOOK_TOO_LONG),
        ("bytearray(1 << 36)", "Too large to open safely"),
        ("raise RuntimeError('a bug')", CRASHED),
        ("memory._mouth.write(b'nonsense' * 100); memory._mouth.flush(); time.sleep(1000)", CRASHED),
    ],
)
def test_a_poison_file_is_skipped_and_the_next_one_read(tmp_path: Path, picture: Path, fault: str, reason: str) -> None:
    if sys.platform == "win32" and ("bytearray" in fault or "while" in fault):
        pytest.skip("no such limit on Windows")
    poison = tmp_path / "poison.tif"
    poison.write_bytes(picture.read_bytes())
    # The clock's limit leaves time to start a process on a busy machine; the sleeper needs none.
    sleeps = fault == "time.sleep(1000)"
    limits = Limits(cpu_seconds=3.0, clock_seconds=5.0 if sleeps else 120.0)
    pool = DecoderPool(most=1, memory=MemoryBudget(1 << 30), limits=limits, command=faulty(tmp_path, fault))
    try:
        with pytest.raises(PhotoSkipped, match=reason) as skipped:
            pool.ask(poison, QUESTION, messages.pixels_of)
        assert not skipped.value.transient
        assert sleeps or pool.ask(picture, QUESTION, messages.pixels_of).shape == (224, 224, 3)
    finally:
        pool.close()


def test_what_comes_back_is_what_a_decoder_here_makes_of_it(photo: Image.Image, picture: Path) -> None:
    photo.save(picture.with_suffix(".png"))
    apart, here = decode.decode_photo(picture, SPEC), decode.decode_photo(picture.with_suffix(".png"), SPEC)
    assert np.array_equal(apart.pixels, here.pixels)
    assert apart.thumbnail == here.thumbnail
    assert (apart.width, apart.height, apart.metadata) == (here.width, here.height, here.metadata)
    assert decode.decode_view(picture, max_side=300).width == 300


def test_reasons_cross_over(tmp_path: Path, picture: Path) -> None:
    picture.write_bytes(picture.read_bytes()[:5000])
    with pytest.raises(PhotoSkipped, match="damaged"):
        decode.decode_photo(picture, SPEC)


def test_many_threads_share_few_processes(picture: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: decode.decode_pixels(picture, SPEC), range(24)))
    assert all(np.array_equal(each, found[0]) for each in found)


@pytest.mark.skipif(os.name != "posix", reason="such names are Unix's")
def test_a_name_that_is_no_text(picture: Path, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.tif"))
    picture.rename(path)
    assert decode.decode_pixels(path, SPEC).shape == (224, 224, 3)


def test_closing_ends_the_processes_and_a_later_file_starts_another(picture: Path) -> None:
    pool = DecoderPool(most=2, memory=MemoryBudget(1 << 30))
    for _ in range(2):
        pool.ask(picture, QUESTION, messages.pixels_of)
        pool.close()


def test_a_decoder_that_cannot_be_started_is_not_the_files_fault(picture: Path, tmp_path: Path) -> None:
    pool = DecoderPool(most=1, memory=MemoryBudget(1 << 30), command=[str(tmp_path / "nowhere")])
    with pytest.raises(PhotoSkipped, match="could not be started") as skipped:
        pool.ask(picture, QUESTION, messages.pixels_of)
    assert skipped.value.transient


def test_a_picture_beyond_this_process_share_is_read_in_another(
    photo: Image.Image, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = picture.with_suffix(".png")
    photo.save(small)
    here = decode.decode_photo(small, SPEC)
    asked: list[Path] = []
    ask = decode._processes.ask
    for share in ("_reading", "_viewing"):
        monkeypatch.setattr(decode, share, SmallShare(MemoryBudget(1000)))

    def noted(path: Path, *rest: Any) -> Any:
        asked.append(path)
        return ask(path, *rest)

    monkeypatch.setattr(decode._processes, "ask", noted)
    apart = decode.decode_photo(small, SPEC)
    assert np.array_equal(apart.pixels, here.pixels)
    assert decode.decode_view(small, max_side=100).width == 100
    assert np.array_equal(decode.decode_pixels(small, SPEC), here.pixels)
    assert asked == [small] * 3
