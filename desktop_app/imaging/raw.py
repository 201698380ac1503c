"""Camera raw files through LibRaw: the preview that the camera put in where it is large enough, else the sensor's data."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, JpegImagePlugin

from desktop_app.domain.photo import Metadata
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.imaging.geometry import UPRIGHT, Size, oriented
from desktop_app.imaging.limits import MAX_WORKING_BYTES, Memory, too_large
from desktop_app.imaging.opening import PhotoFile, decoder_faults, optional_module
from desktop_app.imaging.picture import Picture, Plan, decode_image, needed_reduction
from desktop_app.imaging.raw_metadata import read_raw_metadata

# How much smaller than needed a preview may be: cameras' full-size previews lack a few rows and columns of the sensor.
_PREVIEW_SLACK = 1.1

# LibRaw's flip to EXIF's orientation (dcraw: 3 = 180°, 5 = 90° counter-clockwise, 6 = 90° clockwise).
_ORIENTATION = {0: UPRIGHT, 3: 3, 5: 8, 6: 6}

# Bytes per pixel of the sensor while LibRaw works: 2 as read, 4 channels of 16 bits, 8-bit RGB twice. At half size each
# 2 x 2 block of the sensor becomes one pixel, without interpolation.
_FULL_BYTES = 18
_HALF_BYTES = 7

_SRGB_GAMMA = (2.4, 12.92)


def load_raw(file: PhotoFile, plan: Plan, *, gap: float, memory: Memory) -> Picture:
    """Decode a raw file finely enough for what is planned. Raises PhotoSkipped."""
    rawpy = optional_module("rawpy", for_files="Camera raw files")
    with _opened(rawpy, file) as raw:
        full: Size = (raw.sizes.width, raw.sizes.height)
        orientation = _ORIENTATION.get(raw.sizes.flip, UPRIGHT)
        needed = max(needed_reduction(plan, full), 1.0)
        preview = _preview(rawpy, raw)
        if preview is not None and max(full) <= max(preview.size) * needed * _PREVIEW_SLACK:
            picture = _of_preview(preview, full, file=file, plan=plan, gap=gap, memory=memory, orientation=orientation)
        else:
            try:
                picture = _developed(rawpy, raw, full=full, needed=needed, orientation=orientation, memory=memory)
            except PhotoSkipped:
                if preview is None:
                    raise
                picture = _of_preview(
                    preview, full, file=file, plan=plan, gap=gap, memory=memory, orientation=orientation
                )
        metadata = read_raw_metadata(file.stream, raw, preview=picture.metadata)
    return replace(picture, metadata=metadata, full_size=oriented(full, orientation))


@contextmanager
def _opened(rawpy: Any, file: PhotoFile) -> Iterator[Any]:
    with rawpy.RawPy() as raw:
        with decoder_faults(file.path):
            try:
                raw.open_file(_plain_path(file.path)) if _plain_path(file.path) else raw.open_buffer(file.stream)
            except rawpy.LibRawFileUnsupportedError as error:
                raise PhotoSkipped(
                    "The file is damaged, or a kind of camera raw file that LibRaw does not know"
                ) from error
            except rawpy.LibRawIOError as error:
                raise PhotoSkipped("The file is damaged: it ends too early") from error
        yield raw


def _plain_path(path: Path) -> str:
    """The path as text that LibRaw can open, or empty: a name that is no valid text is read from the open file."""
    name = os.fspath(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        return ""
    return name


def _preview(rawpy: Any, raw: Any) -> Image.Image | None:
    """The largest picture that the camera put in, opened but not loaded; None when there is none that can be read."""
    try:
        thumbnail = raw.extract_thumb()
        if thumbnail.format is rawpy.ThumbFormat.JPEG:
            return JpegImagePlugin.JpegImageFile(io.BytesIO(thumbnail.data))
        if thumbnail.format is rawpy.ThumbFormat.BITMAP:
            return Image.fromarray(thumbnail.data)
    except (rawpy.LibRawError, OSError, SyntaxError, ValueError, TypeError):
        return None
    return None


def _of_preview(
    preview: Image.Image, full: Size, *, file: PhotoFile, plan: Plan, gap: float, memory: Memory, orientation: int
) -> Picture:
    file_format = "JPEG" if isinstance(preview, JpegImagePlugin.JpegImageFile) else _RAW_BITMAP
    picture = decode_image(preview, file_format, path=file.path, plan=plan, gap=gap, memory=memory)
    if picture.orientation != UPRIGHT:
        return picture
    # Some cameras turn the preview and not the sensor's data.
    turned = orientation in {6, 8} and (full[0] > full[1]) != (picture.stored_size[0] > picture.stored_size[1])
    return replace(picture, orientation=UPRIGHT if turned else orientation)


_RAW_BITMAP = "RAW BITMAP"


def _developed(rawpy: Any, raw: Any, *, full: Size, needed: float, orientation: int, memory: Memory) -> Picture:
    """The sensor's data as a picture, as the camera's white balance has it."""
    sensor = raw.sizes.raw_width * raw.sizes.raw_height
    half = needed >= 2 or sensor * _FULL_BYTES > MAX_WORKING_BYTES
    amount = sensor * (_HALF_BYTES if half else _FULL_BYTES)
    if amount > MAX_WORKING_BYTES:
        raise too_large(sensor)
    with memory.hold(amount):
        try:
            rgb = raw.postprocess(
                half_size=half,
                use_camera_wb=True,
                output_bps=8,
                user_flip=0,
                gamma=_SRGB_GAMMA,
                output_color=rawpy.ColorSpace.sRGB,
            )
        except rawpy.LibRawError as error:
            ends_early = isinstance(error, rawpy.LibRawIOError)
            words = ": it ends too early" if ends_early else " and cannot be read"
            raise PhotoSkipped(f"The file is damaged{words}") from error
        return Picture(Image.fromarray(rgb), full, 2 if half else 1, orientation, metadata=Metadata())
