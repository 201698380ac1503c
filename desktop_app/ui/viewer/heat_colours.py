"""The colours of a heat map, from cool to warm."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from desktop_app.domain.heat_map import HeatMap

# Warmth, red, green, blue (0 to 255), opacity (0 to 1). Lighter with every step, so that the order can be seen without telling
# colours apart; dark and see-through where it is cool, so that what is warm stands out of the photo.
_STOPS = np.array(
    [
        (0.00, 10, 8, 28, 0.55),
        (0.25, 52, 16, 96, 0.55),
        (0.50, 168, 40, 92, 0.55),
        (0.72, 238, 106, 44, 0.55),
        (0.90, 252, 190, 48, 0.50),
        (1.00, 253, 240, 150, 0.45),
    ],
    np.float32,
)


def colours_of(warmth: npt.NDArray[np.float32], *, opaque: bool = False) -> QImage:
    """Warmth [rows, columns], 0 to 1, as a picture of as many pixels. For any thread."""
    red, green, blue, opacity = (np.interp(warmth, _STOPS[:, 0], _STOPS[:, column]) for column in range(1, 5))
    alpha = np.ones_like(opacity) if opaque else opacity
    # Premultiplied by their opacity: that is what Qt blends without a further step.
    pixels = np.stack([blue * alpha, green * alpha, red * alpha, alpha * 255.0], axis=-1)
    data = np.ascontiguousarray(np.rint(pixels).astype(np.uint8))
    rows, columns = warmth.shape
    return QImage(data.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied).copy()


def heat_image(heat: HeatMap) -> QImage:
    """A heat map as a picture to lay over the photo. For any thread."""
    return colours_of(heat.warmth)


def legend_image(width: int, height: int) -> QImage:
    """All colours in a row, the coolest on the left, as they look without a photo below."""
    ramp = np.broadcast_to(np.linspace(0.0, 1.0, width, dtype=np.float32), (height, width))
    return colours_of(np.ascontiguousarray(ramp), opaque=True)
