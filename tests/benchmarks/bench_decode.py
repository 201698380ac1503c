"""How long reading a 12-megapixel photo takes, beside the naive way. Prints; asserts nothing about time.

python -m tests.benchmarks.bench_decode
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

from desktop_app import imaging
from desktop_app.domain.model import PixelSpec
from desktop_app.imaging.decode import decode_photo, decode_pixels, decode_view

SIZE = (4000, 3000)
SPEC = PixelSpec()
ROUNDS = 7
THREADS = 2
HEIF = Path(__file__).resolve().parents[3] / "shared" / "nasty" / "IMG_2682.heic"


def naive(path: Path) -> None:
    """Decode in full, then resize and crop, as open_clip's preprocessing does."""
    with Image.open(path) as image:
        full = image.convert("RGB")
    scale = SPEC.size / min(full.size)
    full.resize((round(full.width * scale), round(full.height * scale)), Image.Resampling.BICUBIC)


def pictures(folder: Path) -> Iterator[tuple[str, Path]]:
    """The same photo in several formats, and a phone's HEIF where the shared files are there."""
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        sys.exit("needs scikit-image's photos: pip install scikit-image")
    with Image.open(Path(spec.origin).parent / "data" / "motorcycle_left.png") as photo:
        large = photo.convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    ways: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("JPEG q90", "a.jpg", {"quality": 90}),
        ("JPEG progressive", "b.jpg", {"quality": 90, "progressive": True}),
        ("PNG", "a.png", {"compress_level": 3}),
        ("WebP q85", "a.webp", {"quality": 85, "method": 1}),
        ("TIFF", "a.tif", {}),
    )
    for title, name, options in ways:
        large.save(folder / name, **options)
        yield title, folder / name
    if HEIF.exists():
        yield "HEIF (iPhone)", HEIF


def milliseconds(work: Callable[[], object]) -> float:
    """The median of several runs, after one to warm up."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def main() -> None:
    """Print one line for each format."""
    imaging.setup()
    print(f"{SIZE[0]} x {SIZE[1]} pixels, median of {ROUNDS} runs, ms")
    print(f"{'':18}{'naive':>8}{'photo':>8}{'pixels':>8}{'view':>8}{f'photos/s on {THREADS} threads':>26}")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(THREADS) as pool:
        for title, path in pictures(Path(folder)):
            plain = milliseconds(partial(naive, path)) if title != "HEIF (iPhone)" else float("nan")
            photo = milliseconds(partial(decode_photo, path, SPEC))
            pixels = milliseconds(partial(decode_pixels, path, SPEC))
            view = milliseconds(partial(decode_view, path, max_side=1920))
            start = time.perf_counter()
            list(pool.map(partial(decode_photo, spec=SPEC), [path] * ROUNDS * 2))
            rate = ROUNDS * 2 / (time.perf_counter() - start)
            print(f"{title:18}{plain:8.0f}{photo:8.0f}{pixels:8.0f}{view:8.0f}{rate:26.1f}")


if __name__ == "__main__":
    main()
