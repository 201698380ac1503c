from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.limits import MAX_PIXELS, MAX_WORKING_BYTES, MemoryBudget, check_size, working_bytes


def opened(mode: str, megapixels: float, **info: object) -> Image.Image:
    """An image that claims a size, without pixels, as one is after its header was read."""
    image = Image.new(mode, (1, 1))
    side = int((megapixels * 1e6) ** 0.5)
    image._size = (side, side)
    image.info.update(info)
    return image


@pytest.mark.parametrize(
    ("file_format", "mode", "megapixels", "scale"),
    [
        ("PNG", "RGB", 50, 1), ("PNG", "1", 60, 1), ("TIFF", "RGB", 40, 1), ("HEIF", "RGB", 35, 1), ("AVIF", "RGB", 30, 1),
        ("JPEG", "RGB", 299, 8), ("JPEG", "RGB", 50, 1),
    ],
)  # fmt: skip
def test_what_a_person_may_have_is_let_through(file_format: str, mode: str, megapixels: float, scale: int) -> None:
    check_size(opened(mode, megapixels), file_format, scale=scale)


@pytest.mark.parametrize(
    ("image", "file_format", "scale"),
    [
        (opened("1", 400), "PNG", 1), (opened("RGB", 250), "PNG", 1), (opened("RGB", 301), "JPEG", 8),
        (opened("RGB", 200, progressive=1), "JPEG", 8), (opened("P", 120), "GIF", 1),
    ],
)  # fmt: skip
def test_what_would_fill_the_memory_is_refused(image: Image.Image, file_format: str, scale: int) -> None:
    with pytest.raises(PhotoSkipped, match=r"Too large to open safely: \d+ megapixels"):
        check_size(image, file_format, scale=scale)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_pictures_of_200_megapixels_fit_once_they_are_averaged(mode: str) -> None:
    """As for the library; a viewer at full zoom gets one that is averaged as far as the memory needs."""
    check_size(opened(mode, 200), "PNG", block=8)
    assert working_bytes(opened(mode, 200), "PNG", block=8) <= MAX_WORKING_BYTES


def test_subsampled_colour_counts_as_what_it_is() -> None:
    """A progressive JPEG of 4:2:0 holds half the coefficients of one that is not subsampled."""
    image = opened("RGB", 200, progressive=1)
    image.layer = [(1, 2, 2, 0), (2, 1, 1, 1), (3, 1, 1, 1)]  # type: ignore[attr-defined]
    check_size(image, "JPEG", scale=8)


def test_a_progressive_jpeg_counts_its_coefficients() -> None:
    assert MAX_PIXELS * 2 * 3 > MAX_WORKING_BYTES
    check_size(opened("RGB", 100, progressive=1), "JPEG", scale=8)


def test_threads_share_the_budget() -> None:
    budget = MemoryBudget(100)
    held: list[int] = []
    most = 0
    guard = threading.Lock()

    def work(amount: int) -> None:
        nonlocal most
        with budget.hold(amount):
            with guard:
                held.append(amount)
                most = max(most, sum(held))
            time.sleep(0.002)
            with guard:
                held.remove(amount)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, [40, 60, 30, 90, 10, 100, 50, 50] * 4))
    assert 50 < most <= 100


def test_more_than_the_budget_runs_alone() -> None:
    budget = MemoryBudget(100)
    with budget.hold(250):
        pass
    with budget.hold(100):
        pass


def test_a_failure_gives_its_share_back() -> None:
    budget = MemoryBudget(100)
    with pytest.raises(ZeroDivisionError), budget.hold(100):
        1 / 0  # noqa: B018
    with budget.hold(100):
        pass
