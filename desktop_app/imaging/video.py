"""Videos through PyAV (FFmpeg): how long, and frames from all along it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image, ImageStat

from desktop_app.domain.photo import Metadata
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.geometry import Size
from desktop_app.imaging.limits import MAX_WORKING_BYTES, Memory, too_large
from desktop_app.imaging.opening import PhotoFile, decoder_faults, optional_module
from desktop_app.imaging.picture import Picture, Plan, needed_reduction

MOST_MOMENTS = 16
"""Frames of one video that are looked at."""

# A frame for every so many seconds: scenes of holiday videos are about as long; longer videos are looked at less often.
_SECONDS_PER_MOMENT = 3.0

# FFmpeg's demuxer for each format: the content was told already, and what is not a video format stays out of reach.
_DEMUXERS = {
    "MP4": "mov",
    "QuickTime": "mov",
    "MATROSKA": "matroska",
    "AVI": "avi",
    "FLV": "flv",
    "WINDOWS MEDIA": "asf",
}
_MPEG_DEMUXERS = {b"\0\0\1\xba": "mpeg", b"\0\0\1\xb3": "mpegvideo"}

# Decoding goes on from a key frame to the moment wanted for at most so many frames: some videos have one key frame in all.
_MOST_STEPS = 300

# Less than lies between two frames, in seconds.
_SAME_MOMENT = 0.001

# Bytes per pixel while one frame is decoded: a few reference frames of up to 16 bits 4:2:0, and RGB.
_FRAME_BYTES = 14

# A poster shows something: neither black nor white all over, nor one flat colour. Grey levels of 255.
_DARKEST, _BRIGHTEST, _FLATTEST = 24.0, 235.0, 12.0

# The display matrix's turn, counter-clockwise degrees, as EXIF's orientation.
_ORIENTATION = {0: 1, 90: 8, 180: 3, 270: 6}

# ISO 6709, as phones write it: +52.5163+013.3777+034.000/
_PLACE = re.compile(r"([+-]\d{1,2}(?:\.\d+)?)([+-]\d{1,3}(?:\.\d+)?)([+-]\d+(?:\.\d+)?)?")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame and where it is."""

    second: float
    picture: Picture


@dataclass(frozen=True, slots=True)
class Video:
    """What a video shows, and what its file says of it."""

    seconds: float
    size: Size
    """Upright."""
    metadata: Metadata
    frames: tuple[Frame, ...]
    """In order, at least one."""

    @property
    def poster(self) -> Frame:
        """The first frame on which there is something to see."""
        return next((frame for frame in self.frames if _shows_something(frame.picture)), self.frames[0])


def load_video(file: PhotoFile, plan: Plan, *, gap: float, memory: Memory, most: int = MOST_MOMENTS) -> Video:
    """Decode at most `most` frames of a video, evenly spread. Raises PhotoSkipped."""
    with _opened(file) as container, decoder_faults(file.path):
        stream = _picture_stream(container)
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height * _FRAME_BYTES > MAX_WORKING_BYTES:
            raise too_large(width * height)
        seconds = _duration(container, stream)
        with memory.hold(width * height * _FRAME_BYTES):
            count = min(max(round(seconds / _SECONDS_PER_MOMENT), 1), most)
            wanted = [(place + 0.5) * seconds / count for place in range(count)]
            frames = tuple(_frames(container, stream, wanted=wanted, plan=plan, gap=gap))
        if not frames:
            raise PhotoSkipped("The file is damaged: none of its pictures can be read")
        # Containers lie about the length, live recordings know none.
        return Video(max(seconds, frames[-1].second), frames[0].picture.size, _metadata(container), frames)


def load_frame(file: PhotoFile, plan: Plan, *, second: float, gap: float, memory: Memory) -> Picture:
    """Decode the frame at a second, as a moment of `load_video` gave it; the poster where there is none. Raises PhotoSkipped."""
    with _opened(file) as container, decoder_faults(file.path):
        stream = _picture_stream(container)
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height * _FRAME_BYTES > MAX_WORKING_BYTES:
            raise too_large(width * height)
        with memory.hold(width * height * _FRAME_BYTES):
            wanted = float((stream.start_time or 0) * stream.time_base) + second
            found = _frame_at(container, stream, wanted, after=wanted - _SAME_MOMENT)
            if found is not None:
                return _picture(found, plan=plan, gap=gap)
    return load_video(file, plan, gap=gap, memory=memory).poster.picture


@contextmanager
def _opened(file: PhotoFile) -> Iterator[Any]:
    av = optional_module("av", for_files="Videos")
    av.logging.set_level(None)
    file.stream.seek(0)
    demuxer = _DEMUXERS.get(file.file_format) or _MPEG_DEMUXERS.get(file.stream.read(4), "mpegts")
    file.stream.seek(0)
    with decoder_faults(file.path):
        # From the open file, not its name: FFmpeg takes names for addresses and would follow what a file refers to.
        container = av.open(file.stream, format=demuxer, metadata_errors="ignore")
    with container:
        yield container


def _picture_stream(container: Any) -> Any:
    """The first stream of moving pictures; a song's cover is none."""
    for stream in container.streams.video:
        if not stream.disposition & stream.disposition.attached_pic and stream.codec_context is not None:
            # One thread: a crash or hang stays within the time limit, and memory within the estimate.
            stream.codec_context.thread_type = "NONE"
            return stream
    raise PhotoSkipped("This is a sound file, not a photo or video", is_photo=False)


def _duration(container: Any, stream: Any) -> float:
    if stream.duration and stream.time_base:
        return max(float(stream.duration * stream.time_base), 0.0)
    return max((container.duration or 0) / 1_000_000, 0.0)


def _frames(container: Any, stream: Any, *, wanted: list[float], plan: Plan, gap: float) -> Iterator[Frame]:
    """Frames at (or soon after the key frame before) the moments wanted, each once."""
    start = float((stream.start_time or 0) * stream.time_base)
    last = -1.0
    for second in wanted:
        found = _frame_at(container, stream, start + second, after=start + last)
        if found is None:
            continue
        last = max(float(found.time or 0.0) - start, 0.0)
        yield Frame(last, _picture(found, plan=plan, gap=gap))


def _frame_at(container: Any, stream: Any, second: float, *, after: float) -> Any:
    """The key frame before `second` if it is later than `after`, else the frame at `second`; None at the end or damage."""
    av_errors = _errors()
    last = None
    with suppress(*av_errors):
        # A file that was cut, or recorded live, has no index: then go on from where the last frame was.
        container.seek(max(int(second / stream.time_base), 0), stream=stream)
    try:
        for steps, frame in enumerate(container.decode(stream)):
            last = frame
            time = float(frame.time or 0.0)
            if time > after or time >= second or steps >= _MOST_STEPS:
                break
    except av_errors:
        # Damage further on: what was decoded so far still shows something.
        pass
    return last if last is not None and float(last.time or 0.0) > after else None


def _errors() -> tuple[type[Exception], ...]:
    av = optional_module("av", for_files="Videos")
    return (av.FFmpegError, EOFError)


def _picture(frame: Any, *, plan: Plan, gap: float) -> Picture:
    """A frame as 8-bit sRGB, reduced as far as the plan allows."""
    size: Size = (frame.width, frame.height)
    scale = max(int(needed_reduction(plan, size) / gap), 1)
    reduced = frame.reformat(
        width=math.ceil(size[0] / scale), height=math.ceil(size[1] / scale), format="rgb24", interpolation="AREA"
    )
    return Picture(
        Image.fromarray(reduced.to_ndarray()), size, scale, _ORIENTATION.get(frame.rotation % 360, 1), Metadata()
    )


def _shows_something(picture: Picture) -> bool:
    grey = ImageStat.Stat(picture.image.convert("L"))
    return _DARKEST < grey.mean[0] < _BRIGHTEST and grey.stddev[0] > _FLATTEST


def _metadata(container: Any) -> Metadata:
    """What phones and cameras write: when, where and with what."""
    words = {key.lower(): str(value) for key, value in container.metadata.items()}
    place = _PLACE.match(words.get("com.apple.quicktime.location.iso6709") or words.get("location") or "")
    latitude, longitude = (float(place[1]), float(place[2])) if place else (None, None)
    if (
        latitude is None
        or longitude is None
        or abs(latitude) > 90
        or abs(longitude) > 180
        or latitude == longitude == 0
    ):
        latitude = longitude = None
    return Metadata(
        taken_at=_moment(
            words.get("com.apple.quicktime.creationdate") or words.get("creation_time") or words.get("date")
        ),
        camera_make=words.get("com.apple.quicktime.make") or words.get("make") or None,
        camera_model=words.get("com.apple.quicktime.model") or words.get("model") or None,
        latitude=latitude,
        longitude=longitude,
        altitude_m=float(place[3]) if place and place[3] and latitude is not None else None,
    )


def _moment(text: str | None) -> datetime | None:
    """An ISO 8601 date and time; years before there was video are clocks that were never set."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.year >= _FIRST_YEAR else None


# QuickTime counts from 1904, and writes that for "not known".
_FIRST_YEAR = 1951
