"""Pictures that tell colour and light, and nothing of what they show."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from desktop_app.imaging.decode import RgbPicture

# Longest side that is left of a picture, pixels: no letter and no body can be made out in so few.
_SIDE = 9

_QUALITY = 70


def blurred_jpeg(jpeg: bytes) -> bytes:
    """A JPEG of the same size. Raises OSError when the bytes are no JPEG."""
    with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
        blurred = _blurred(image.convert("RGB"))
    target = BytesIO()
    blurred.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()


def blurred_picture(picture: RgbPicture) -> RgbPicture:
    """A picture of the same size."""
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.data)
    return RgbPicture(picture.width, picture.height, _blurred(image).tobytes())


def _blurred(image: Image.Image) -> Image.Image:
    """By throwing pixels away: what is gone cannot be sharpened back."""
    factor = _SIDE / max(image.size)
    small = (max(round(image.width * factor), 1), max(round(image.height * factor), 1))
    return image.resize(small, Image.Resampling.BOX).resize(image.size, Image.Resampling.BICUBIC)
