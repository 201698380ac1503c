"""What Keepsight and its decoder processes say to each other: a line of JSON and blobs of bytes, over a pair of pipes.

No pickle: what comes back was made from a stranger's file by a program that this file may have taken over.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

import numpy as np

from desktop_app.domain.model import PixelSpec
from desktop_app.domain.photo import ContentHash, FileStamp, Metadata
from desktop_app.imaging.decoded import CloseLook, CloseWindow, DecodedPhoto, Moment, Pixels, RgbPicture
from desktop_app.imaging.geometry import Box

Blobs = tuple[bytes, ...]

# A picture for the viewer has at most 50 megapixels (`limits.MAX_RGB_PIXELS`); the text is a few hundred bytes.
_MOST_BLOB_BYTES = 200 << 20
_MOST_TEXT_BYTES = 1 << 20
_LENGTH = struct.Struct("<I")


class ConversationEnded(Exception):
    """The other side is gone, or does not speak this language."""


def send(pipe: BinaryIO, words: dict[str, Any], blobs: Blobs = ()) -> None:
    """Say something. Raises OSError when the other side is gone."""
    text = json.dumps({**words, "blobs": [len(blob) for blob in blobs]}).encode()
    pipe.write(_LENGTH.pack(len(text)) + text)
    pipe.writelines(blobs)
    pipe.flush()


def receive(pipe: BinaryIO) -> tuple[dict[str, Any], Blobs]:
    """Hear what is said next. Raises ConversationEnded."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > _MOST_TEXT_BYTES:
        raise ConversationEnded
    try:
        words = json.loads(_exactly(pipe, length))
        lengths = [int(each) for each in words.pop("blobs")]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConversationEnded from error
    if any(not 0 <= each <= _MOST_BLOB_BYTES for each in lengths):
        raise ConversationEnded
    return words, tuple(_exactly(pipe, each) for each in lengths)


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise ConversationEnded
    return data


def spec_words(spec: PixelSpec) -> dict[str, Any]:
    """A PixelSpec as words."""
    return asdict(spec)


def spec_of(words: dict[str, Any]) -> PixelSpec:
    """And back."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in words.items()}
    return PixelSpec(**values)


def photo_words(photo: DecodedPhoto) -> tuple[dict[str, Any], Blobs]:
    """A decoded photo as words and blobs."""
    taken_at = photo.metadata.taken_at
    words = {
        "stamp": [photo.stamp.size, photo.stamp.mtime_ns],
        "content_hash": photo.content_hash,
        "file_format": photo.file_format,
        "size": [photo.width, photo.height],
        "metadata": {**asdict(photo.metadata), "taken_at": taken_at.isoformat() if taken_at else None},
        "duration_seconds": photo.duration_seconds,
        "seconds": [moment.second for moment in photo.moments],
        "side": len(photo.pixels),
        "motion": photo.motion,
    }
    moments = tuple(moment.pixels.tobytes() for moment in photo.moments)
    return words, (photo.thumbnail, photo.pixels.tobytes(), *moments)


def photo_of(words: dict[str, Any], blobs: Blobs) -> DecodedPhoto:
    """And back. Raises ConversationEnded for what cannot be one."""
    try:
        side = int(words["side"])
        thumbnail, pixels, *frames = blobs
        metadata = dict(words["metadata"])
        taken_at = metadata.pop("taken_at")
        return DecodedPhoto(
            stamp=FileStamp(*map(int, words["stamp"])),
            content_hash=ContentHash(str(words["content_hash"])),
            file_format=str(words["file_format"]),
            width=int(words["size"][0]),
            height=int(words["size"][1]),
            metadata=Metadata(taken_at=datetime.fromisoformat(taken_at) if taken_at else None, **metadata),
            thumbnail=thumbnail,
            pixels=_square(pixels, side),
            duration_seconds=words["duration_seconds"],
            moments=tuple(
                Moment(float(second), _square(frame, side))
                for second, frame in zip(words["seconds"], frames, strict=True)
            ),
            motion=bool(words["motion"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ConversationEnded from error


def pixels_words(pixels: Pixels) -> tuple[dict[str, Any], Blobs]:
    """A model's square of pixels as words and a blob."""
    return {"side": len(pixels)}, (pixels.tobytes(),)


def pixels_of(words: dict[str, Any], blobs: Blobs) -> Pixels:
    """And back. Raises ConversationEnded for what cannot be one."""
    try:
        return _square(blobs[0], int(words["side"]))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ConversationEnded from error


def moments_words(moments: tuple[Moment, ...]) -> tuple[dict[str, Any], Blobs]:
    """A video's frames as words and blobs."""
    side = len(moments[0].pixels)
    seconds = [moment.second for moment in moments]
    return {"side": side, "seconds": seconds}, tuple(moment.pixels.tobytes() for moment in moments)


def moments_of(words: dict[str, Any], blobs: Blobs) -> tuple[Moment, ...]:
    """And back. Raises ConversationEnded for what cannot be one."""
    try:
        pairs = zip(words["seconds"], blobs, strict=True)
        return tuple(Moment(float(second), _square(frame, int(words["side"]))) for second, frame in pairs)
    except (KeyError, TypeError, ValueError) as error:
        raise ConversationEnded from error


def close_look_words(look: CloseLook) -> tuple[dict[str, Any], Blobs]:
    """A close look as words and blobs."""
    windows = [{"box": window.box, "level": window.level, "side": len(window.pixels)} for window in look.windows]
    return {"windows": windows, "aspect": look.aspect}, tuple(window.pixels.tobytes() for window in look.windows)


def close_look_of(words: dict[str, Any], blobs: Blobs) -> CloseLook:
    """And back. Raises ConversationEnded for what cannot be one."""
    try:
        windows = tuple(
            CloseWindow(_box(each["box"]), int(each["level"]), _square(pixels, int(each["side"])))
            for each, pixels in zip(words["windows"], blobs, strict=True)
        )
        return CloseLook(windows, float(words["aspect"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ConversationEnded from error


def _box(numbers: list[float]) -> Box:
    left, top, right, bottom = map(float, numbers)
    return left, top, right, bottom


def view_words(picture: RgbPicture) -> tuple[dict[str, Any], Blobs]:
    """A picture to look at as words and a blob."""
    return {"size": [picture.width, picture.height]}, (picture.data,)


def view_of(words: dict[str, Any], blobs: Blobs) -> RgbPicture:
    """And back. Raises ConversationEnded for what cannot be one."""
    try:
        width, height = map(int, words["size"])
        if len(blobs) != 1 or len(blobs[0]) != width * height * 3 or width < 1:
            raise ConversationEnded
        return RgbPicture(width, height, blobs[0])
    except (KeyError, TypeError, ValueError) as error:
        raise ConversationEnded from error


def _square(data: bytes, side: int) -> Pixels:
    return np.frombuffer(data, np.uint8).reshape(side, side, 3)
