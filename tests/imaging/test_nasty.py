"""Broken, odd and hostile files from other projects' test suites: each is read, or skipped with a reason."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain.model import PixelSpec
from desktop_app.imaging.decode import decode_photo, decode_pixels, decode_view
from desktop_app.imaging.errors import PhotoSkipped

SPEC = PixelSpec()

# Files that must be skipped, and what the reason must say. Every other file in the folder must be read.
SKIPPED = {
    "truncated_jpeg.jpg": "ends too early",
    "truncated_image.png": "ends too early",
    "truncated_end_chunk.png": "ends too early",
    "ultrahdr.jpg": "ends too early",
    "half.jpg": "ends too early",
    "header_only.jpg": "ends too early",
    "l2rgb_read.bmp": "ends too early",
    "NegativeArraySizeException.ItemInfoBox.init.heif": "damaged",
    "broken.png": "damaged",
    "broken_data_stream.png": "damaged",
    "unknown_compression_method.png": "damaged",
    "png_decompression_dos.png": "damaged",
    "zero_width.gif": "damaged",
    "oom-225817ca0f8c663be7ab4b9e717b02c661e66834.tif": "damaged",
    "crash-1152ec2d1a1a71395b6f2ce6721c38924d025bf3.tif": "damaged",
    "one_byte.jpg": "not a picture",
    "zero_byte.jpg": "empty",
    "decompression_bomb.gif": "Too large to open safely: 4,365 megapixels",
    "bomb_400Mpx_1bit.png": "Too large to open safely: 400 megapixels",
    "reallybig.bmp": "Too large to open safely: 6,000,000 megapixels",
    "crash-4fb027452e6988530aa5dabee76eecacb3b79f8a.j2k": "damaged",
    "8x4x8bit-Grayscale.psd": "saved without a picture of the whole",
    "Issue 419.rw2": "LibRaw does not know",
    "text_named.jpg": "text, not a photo",
    "html_named.jpeg": "a web page, not a photo",
    "INDEX.tsv": "text, not a photo",
    "._DSCN0010.jpg": "macOS",
    "test-ole-file.doc": "an office document, not a photo",
    "2000.xmp": "a sidecar file",
    "digikam-example.xmp": "a sidecar file",
    "iso-value-array.xmp": "a sidecar file",
}
NEVER_PHOTOS = {
    "INDEX.tsv", "._DSCN0010.jpg", "test-ole-file.doc", "2000.xmp", "digikam-example.xmp", "iso-value-array.xmp",
}  # fmt: skip


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


@pytest.mark.timeout(300)
def test_every_file_is_read_or_skipped_with_a_reason(shared_nasty: Path) -> None:
    found: dict[str, str] = {}
    never_photos, transient = set(), set()
    for path in files(shared_nasty):
        try:
            decoded = decode_photo(path, SPEC)
        except PhotoSkipped as skipped:
            found[path.name] = skipped.reason
            never_photos.update([path.name] if not skipped.is_photo else [])
            transient.update([path.name] if skipped.transient else [])
        else:
            assert decoded.pixels.shape == (224, 224, 3)
            assert decoded.thumbnail.startswith(b"\xff\xd8")
            assert decoded.width > 0 < decoded.height
    assert set(found) == set(SKIPPED)
    assert never_photos == NEVER_PHOTOS
    assert transient == set()
    assert {name: reason for name, reason in found.items() if SKIPPED[name] not in reason} == {}


@pytest.mark.timeout(300)
def test_the_other_ways_in_agree(shared_nasty: Path) -> None:
    """What cannot be indexed cannot be looked at or searched with either, for the same reason."""
    for name, reason in SKIPPED.items():
        for read in (lambda path: decode_pixels(path, SPEC), lambda path: decode_view(path, max_side=500)):
            with pytest.raises(PhotoSkipped) as skipped:
                read(shared_nasty / name)
            assert reason in skipped.value.reason


# Runs alone, so that its peak is that of this work. VmHWM, not getrusage: that one starts at the size of the parent.
MEASURE = """
import json, re, sys, warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from desktop_app import imaging
from desktop_app.domain.model import PixelSpec
from desktop_app.imaging.decode import decode_photo, decode_view
from desktop_app.imaging.errors import PhotoSkipped
warnings.simplefilter("always")
imaging.setup()
def read(path):
    try:
        decode_photo(path, PixelSpec())
        decode_view(path, max_side=2560)
        return 1
    except PhotoSkipped:
        return 0
with ThreadPoolExecutor(4) as pool:
    count = sum(pool.map(read, sorted(Path(sys.argv[1]).iterdir())))
peak = re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())
print(json.dumps({"read": count, "peak": int(peak[1]) * 1024}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak from Linux's /proc")
@pytest.mark.timeout(300)
def test_memory_stays_below_a_gigabyte_and_nothing_is_warned_of(shared_nasty: Path) -> None:
    command = [sys.executable, "-c", MEASURE, str(shared_nasty)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=280, check=True)
    measured = json.loads(result.stdout)
    assert measured["read"] == len(files(shared_nasty)) - len(SKIPPED)
    assert measured["peak"] < 1e9
    assert "Warning" not in result.stderr
