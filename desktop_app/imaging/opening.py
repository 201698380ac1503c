"""From a path to an opened image, or to the reason why not. Here, and only here, decoders' faults become reasons."""

from __future__ import annotations

import importlib
import logging
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from PIL import Image, ImageFile

from desktop_app.domain.photo import FileStamp
from desktop_app.imaging.errors import NotEnoughMemory, PhotoSkipped
from desktop_app.imaging.formats import (
    HEAD_BYTES,
    RAW,
    SUPPORTED,
    UNREAD_PHOTOS,
    is_raw_name,
    looks_like_photo,
    looks_like_video,
    sniff,
)
from desktop_app.imaging.identity import stamp_of, unreadable
from desktop_app.imaging.limits import MAX_READ_WHOLE_BYTES, READ_WHOLE, too_large
from desktop_app.imaging.raw_marks import is_raw_tiff

log = logging.getLogger(__name__)

# What a person calls the kinds of file that hold no photo.
_OTHER_KINDS = {
    "APPLEDOUBLE": "a companion file that macOS made",
    "ARCHIVE": "an archive",
    "AUDIO": "a sound file",
    "HTML": "a web page",
    "ICON": "an icon",
    "OLE": "an office document",
    "PDF": "a PDF document",
    "POSTSCRIPT": "a PostScript document",
    "SQLITE": "a database",
    "SVG": "a vector drawing",
    "TEXT": "text",
    "XMP": "a sidecar file with details of another photo",
    "ZIP": "an archive or office document",
}

_UNREAD_TITLES = {
    "XCF": "GIMP documents",
    "OPENEXR": "OpenEXR pictures",
    "RADIANCE HDR": "Radiance HDR pictures",
}


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """An open file of a format that we read."""

    path: Path
    stream: BufferedReader
    stamp: FileStamp
    """As it was before the first byte was read."""
    file_format: str


@contextmanager
def reading(path: Path) -> Iterator[PhotoFile]:
    """Open a photo for as long as the block lasts. Raises PhotoSkipped for every way in which this can fail.

    Also when the file changed while the block ran, whatever came out of it: it is still being written.
    """
    stamp = _stamp_of_regular_file(path)
    try:
        with path.open("rb") as stream:
            yield PhotoFile(path, stream, stamp, _supported_format(stream, path.name))
    except PhotoSkipped as skipped:
        if skipped.transient:
            raise
        _check_unchanged(path, stamp)
        raise
    except MemoryError as error:
        raise NotEnoughMemory from error
    except OSError as error:
        raise unreadable(error) from error
    _check_unchanged(path, stamp)


def open_image(file: PhotoFile) -> ImageFile.ImageFile:
    """The file's header as an image that is not loaded yet. Raises PhotoSkipped."""
    if file.file_format in READ_WHOLE and file.stamp.size > MAX_READ_WHOLE_BYTES:
        raise PhotoSkipped(f"Too large to open safely: {file.stamp.size >> 20:,} MB")
    file.stream.seek(0)
    with decoder_faults(file.path):
        return _image_class(file.file_format)(file.stream)


@contextmanager
def decoder_faults(path: Path) -> Iterator[None]:
    """Turn whatever a decoder raises into a reason. Around calls of decoders only: elsewhere an exception is a bug.

    Their exceptions are of every kind (SyntaxError, struct.error, ValueError, RuntimeError …), chosen by the damage.
    """
    try:
        yield
    except (PhotoSkipped, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        # Some plugins check the size themselves, by Pillow's limit; only their message has the number.
        pixels = re.search(r"\((\d+) pixels\)", str(error))
        raise too_large(int(pixels[1]) if pixels else 0) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's own: the drive, not the picture
        log.debug("%s: %s: %s", path, type(error).__name__, error)
        raise PhotoSkipped(_damage(error)) from error


def _damage(error: Exception) -> str:
    """The reason that a decoder's exception stands for."""
    words = str(error).lower()
    if isinstance(error, EOFError) or "truncated" in words or "end of file" in words or "end-of-file" in words:
        return "The file is damaged: it ends too early"
    return "The file is damaged and cannot be read"


def _image_class(file_format: str) -> type[ImageFile.ImageFile]:
    """Pillow's class for a format.

    Going straight to it tries no other plugin on bytes that we have told already, leaves Pillow's global pixel limit to
    itself (see `limits`), and reads a stereo or HDR JPEG (MPO) as its first picture.
    """
    from PIL import (
        AvifImagePlugin,
        BmpImagePlugin,
        GifImagePlugin,
        Jpeg2KImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        QoiImagePlugin,
        TiffImagePlugin,
    )
    from PIL import WebPImagePlugin as WebP

    if file_format == "HEIF":
        heif = optional_module("pi_heif", for_files="HEIC pictures")
        return cast("type[ImageFile.ImageFile]", heif.HeifImageFile)
    if file_format == "JPEG XL":
        optional_module("pylibjxl", for_files="JPEG XL pictures")
        return cast("type[ImageFile.ImageFile]", importlib.import_module("pylibjxl.pillow_plugin").JxlImageFile)
    classes: dict[str, type[ImageFile.ImageFile]] = {
        "AVIF": AvifImagePlugin.AvifImageFile,
        "BMP": BmpImagePlugin.BmpImageFile,
        "GIF": GifImagePlugin.GifImageFile,
        "JPEG": JpegImagePlugin.JpegImageFile,
        "JPEG 2000": Jpeg2KImagePlugin.Jpeg2KImageFile,
        "PNG": PngImagePlugin.PngImageFile,
        "QOI": QoiImagePlugin.QoiImageFile,
        "TIFF": TiffImagePlugin.TiffImageFile,
        "WEBP": WebP.WebPImageFile,
    }
    return classes[file_format]


def optional_module(name: str, *, for_files: str) -> Any:
    """A decoder's package. Raises PhotoSkipped, which says how to get it, where it is not installed or cannot load."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        log.warning("%s cannot be loaded: %s", name, error)
        package = _PACKAGES.get(name, name)
        raise PhotoSkipped(
            f"{for_files} need the package {package}, which is not installed. Get it with: pip install {package} – then try again"
        ) from error


# Where the name to install is not the one to import.
_PACKAGES = {"pi_heif": "pi-heif"}


def _stamp_of_regular_file(path: Path) -> FileStamp:
    """The stamp; refuses pipes and devices, which would be waited on for ever."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise unreadable(error) from error
    if not stat.S_ISREG(mode):
        raise PhotoSkipped("This is not a file" if not stat.S_ISDIR(mode) else "This is a folder", is_photo=False)
    return stamp_of(path)


def _check_unchanged(path: Path, before: FileStamp) -> None:
    if stamp_of(path) != before:
        raise PhotoSkipped("The file is still being written", transient=True)


def _supported_format(stream: BufferedReader, name: str) -> str:
    head = stream.read(HEAD_BYTES)
    if not head:
        raise PhotoSkipped("The file is empty", is_photo=looks_like_photo(name) or looks_like_video(name))
    file_format = sniff(head)
    if file_format == "TIFF" and (is_raw_name(name) or is_raw_tiff(stream)):
        file_format = RAW
    if file_format is None or file_format not in SUPPORTED:
        raise _not_read(file_format, name)
    return file_format


def _not_read(file_format: str | None, name: str) -> PhotoSkipped:
    """Why a file of a format that we do not read (or do not know: None) is skipped."""
    if file_format in UNREAD_PHOTOS:
        title = _UNREAD_TITLES.get(file_format, f"{file_format} pictures")
        return PhotoSkipped(f"{title} cannot be read yet")
    named_photo, named_video = looks_like_photo(name), looks_like_video(name)
    if file_format in _OTHER_KINDS:
        named = "video" if named_video else "photo"
        return PhotoSkipped(f"This is {_OTHER_KINDS[file_format]}, not a {named}", is_photo=named_photo or named_video)
    if named_photo or named_video:
        return PhotoSkipped(f"The file is damaged: its content is not a {'picture' if named_photo else 'video'}'s")
    return PhotoSkipped("This is not a photo", is_photo=False)
