"""Reading a file in this very process. `decode` is the way in: it knows which files are better read in another one."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from desktop_app.domain.model import PixelSpec
from desktop_app.domain.photo import ContentHash
from desktop_app.imaging.decoded import CloseLook, CloseWindow, DecodedPhoto, Moment, Pixels, RgbPicture
from desktop_app.imaging.formats import RAW, VIDEOS
from desktop_app.imaging.geometry import Size, Window, fit_within, look_closely, model_window
from desktop_app.imaging.identity import hash_stream
from desktop_app.imaging.limits import Memory
from desktop_app.imaging.motion import has_motion
from desktop_app.imaging.opening import PhotoFile, open_image
from desktop_app.imaging.picture import MODEL_GAP, VIEW_GAP, Picture, Plan, decode_image
from desktop_app.imaging.psd import load_psd
from desktop_app.imaging.raw import load_raw
from desktop_app.imaging.video import Video, load_frame, load_video

THUMBNAIL_SIDE = 256
"""Longest side of a stored thumbnail, pixels."""

# 0.3 ms to encode where WebP takes 2.5 to 7 ms, at about 12 KB (DESIGN.md, figures).
_THUMBNAIL_QUALITY = 80

_RESAMPLING = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


def photo_from(file: PhotoFile, spec: PixelSpec, *, content_hash: ContentHash | None, memory: Memory) -> DecodedPhoto:
    """All that the library wants of an open file. Raises PhotoSkipped."""
    known_hash = content_hash or hash_stream(file.stream)

    def plan(size: tuple[int, int]) -> tuple[Window, Window]:
        return model_window(size, spec), fit_within(size, THUMBNAIL_SIDE)

    if file.file_format in VIDEOS:
        video = load_video(file, plan, gap=MODEL_GAP, memory=memory)
        return _video_photo(file, video, spec=spec, content_hash=known_hash)
    picture = load_picture(file, plan, gap=MODEL_GAP, memory=memory)
    width, height = picture.told_size
    return DecodedPhoto(
        stamp=file.stamp,
        content_hash=known_hash,
        file_format=file.file_format,
        width=width,
        height=height,
        metadata=picture.metadata,
        thumbnail=_thumbnail(picture),
        pixels=_model_pixels(picture, spec),
        motion=has_motion(file),
    )


def pixels_from(file: PhotoFile, spec: PixelSpec, *, memory: Memory) -> Pixels:
    """[size, size, 3] sRGB pixels; of a video, its poster's. Raises PhotoSkipped."""
    return _model_pixels(
        load_picture(file, lambda size: (model_window(size, spec),), gap=MODEL_GAP, memory=memory), spec
    )


def moments_from(file: PhotoFile, spec: PixelSpec, *, memory: Memory) -> tuple[Moment, ...]:
    """The frames of a video as a model wants them. Raises PhotoSkipped."""
    video = load_video(file, lambda size: (model_window(size, spec),), gap=MODEL_GAP, memory=memory)
    return _moments(video, spec)


def close_look_from(file: PhotoFile, spec: PixelSpec, *, memory: Memory, second: float | None = None) -> CloseLook:
    """A whole picture in overlapping windows; of a video, the frame at a second, or its poster. Raises PhotoSkipped."""

    def plan(size: Size) -> list[Window]:
        return [each for level in look_closely(size, spec.size) for each in level]

    picture = load_picture(file, plan, gap=MODEL_GAP, memory=memory, second=second)
    levels = enumerate(look_closely(picture.size, spec.size))
    width, height = picture.size
    return CloseLook(
        tuple(_close_window(picture, window, level, spec=spec) for level, windows in levels for window in windows),
        width / height,
    )


def view_from(file: PhotoFile, *, max_side: int, memory: Memory, second: float | None = None) -> RgbPicture:
    """A picture to look at; of a video, the frame at a second, or its poster. Raises PhotoSkipped."""
    picture = load_picture(file, lambda size: (fit_within(size, max_side),), gap=VIEW_GAP, memory=memory, second=second)
    side = min(max_side, max(picture.image.size))
    image = picture.render(fit_within(picture.size, side))
    return RgbPicture(image.width, image.height, image.tobytes())


def load_picture(file: PhotoFile, plan: Plan, *, gap: float, memory: Memory, second: float | None = None) -> Picture:
    """Decode an open photo, or a video's frame at a second, or its poster, finely enough for what is planned.

    Raises PhotoSkipped.
    """
    if file.file_format in VIDEOS and second is not None:
        return load_frame(file, plan, second=second, gap=gap, memory=memory)
    if file.file_format in VIDEOS:
        return load_video(file, plan, gap=gap, memory=memory).poster.picture
    if file.file_format == RAW:
        return load_raw(file, plan, gap=gap, memory=memory)
    if file.file_format == "PSD":
        return load_psd(file, plan, gap=gap, memory=memory)
    image = open_image(file)
    return decode_image(image, file.file_format, path=file.path, plan=plan, gap=gap, memory=memory)


def _video_photo(file: PhotoFile, video: Video, *, spec: PixelSpec, content_hash: ContentHash) -> DecodedPhoto:
    poster = video.poster.picture
    return DecodedPhoto(
        stamp=file.stamp,
        content_hash=content_hash,
        file_format=file.file_format,
        width=video.size[0],
        height=video.size[1],
        metadata=video.metadata,
        thumbnail=_thumbnail(poster),
        pixels=_model_pixels(poster, spec),
        duration_seconds=video.seconds,
        moments=_moments(video, spec),
    )


def _moments(video: Video, spec: PixelSpec) -> tuple[Moment, ...]:
    return tuple(Moment(frame.second, _model_pixels(frame.picture, spec)) for frame in video.frames)


def _close_window(picture: Picture, window: Window, level: int, *, spec: PixelSpec) -> CloseWindow:
    (width, height), (left, top, right, bottom) = picture.size, window.box
    pixels = np.array(picture.render(window, _RESAMPLING[spec.interpolation]))
    return CloseWindow((left / width, top / height, right / width, bottom / height), level, pixels)


def _thumbnail(picture: Picture) -> bytes:
    image = picture.render(fit_within(picture.size, THUMBNAIL_SIDE))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=_THUMBNAIL_QUALITY)
    return target.getvalue()


def _model_pixels(picture: Picture, spec: PixelSpec) -> Pixels:
    window = model_window(picture.size, spec)
    image = picture.render(window, _RESAMPLING[spec.interpolation])
    if image.size == (spec.size, spec.size):
        return np.array(image)
    square = np.full((spec.size, spec.size, 3), spec.fill, np.uint8)
    left, top = (spec.size - image.width) // 2, (spec.size - image.height) // 2
    square[top : top + image.height, left : left + image.width] = np.asarray(image)
    return square
