"""Motion photos: a picture with a few seconds of video in the same file, as Android phones take them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from desktop_app.imaging.opening import PhotoFile

# Google's marks in XMP (developer.android.com/media/platform/motion-photo-format, and its predecessor).
_MARK = re.compile(rb"""(?:MotionPhoto|MicroVideo)(?:=["']|>)\s*1""")
# XMP stands in front of the picture's own data.
_HEAD_BYTES = 128 << 10

# Samsung's own: a table of what was put behind the picture, whose last entry names it, at the end of the file.
_SAMSUNG_END = b"SEFT"
_SAMSUNG_NAME = b"MotionPhoto_"
_TAIL_BYTES = 4096

_FORMATS = frozenset({"JPEG", "HEIF", "AVIF"})


def has_motion(file: PhotoFile) -> bool:
    """Whether an open picture says that it holds a video too. Raises OSError."""
    if file.file_format not in _FORMATS:
        return False
    file.stream.seek(0)
    if _MARK.search(file.stream.read(_HEAD_BYTES)):
        return True
    if file.file_format != "JPEG":
        return _VIDEO_BOX in _boxes(file)
    file.stream.seek(max(file.stamp.size - _TAIL_BYTES, 0))
    tail = file.stream.read(_TAIL_BYTES)
    return tail.endswith(_SAMSUNG_END) and _SAMSUNG_NAME in tail


# In HEIF the video stands in a box of its own beside the picture's (the same specification).
_VIDEO_BOX = b"mpvd"
_MOST_BOXES = 32


def _boxes(file: PhotoFile) -> Iterator[bytes]:
    """The kinds of the file's outermost boxes (ISO/IEC 14496-12)."""
    start = 0
    for _ in range(_MOST_BOXES):
        file.stream.seek(start)
        head = file.stream.read(16)
        if len(head) < 8:
            return
        yield head[4:8]
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8:
            return
        start += size
