"""Files damaged by chance are read or skipped with a reason. `tests/benchmarks/bench_fuzz.py` tries thousands."""

from __future__ import annotations

from pathlib import Path

from desktop_app.domain.model import PixelSpec
from desktop_app.imaging.decode import decode_photo
from desktop_app.imaging.decoder_pool import CRASHED, TOOK_TOO_LONG
from desktop_app.imaging.errors import PhotoSkipped
from tests.fixtures.damage import damaged, victims

VARIANTS = 60
MOST_BYTES = 60_000


def test_damaged_files_are_read_or_skipped(shared_nasty: Path, tmp_path: Path) -> None:
    files = victims(shared_nasty, most_bytes=MOST_BYTES)
    skips: list[tuple[int, str, PhotoSkipped]] = []
    for seed in range(VARIANTS):
        source = files[seed * 7 % len(files)]
        path = tmp_path / f"{seed}{source.suffix}"
        path.write_bytes(damaged(source.read_bytes(), seed))
        try:
            assert decode_photo(path, PixelSpec()).pixels.shape == (224, 224, 3)
        except PhotoSkipped as skipped:
            skips.append((seed, source.name, skipped))
    assert 0 < len(skips) < VARIANTS
    assert [(seed, name) for seed, name, skipped in skips if skipped.reason in {CRASHED, TOOK_TOO_LONG}] == []
    assert not any(skipped.transient for _, _, skipped in skips)


def test_damage_is_the_same_for_the_same_seed() -> None:
    whole = bytes(range(256)) * 8
    assert [damaged(whole, seed) for seed in range(50)] == [damaged(whole, seed) for seed in range(50)]
    assert all(damaged(b"", seed) is not None for seed in range(50))
