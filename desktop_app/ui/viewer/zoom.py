"""Zoom and pan as arithmetic: which part of a photo is seen, how large, and what stays under the pointer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

LARGEST_SCALE = 16.0
"""Screen pixels for each pixel of the photo: single pixels can be told apart, and nothing is left to see beyond."""

NEVER_FINISHED = 1e-9
"""Scales closer than this are the same: they come from the same division."""


class Area(NamedTuple):
    """Where the photo lies in the view, device pixels; may reach out of it on all sides."""

    x: float
    y: float
    width: float
    height: float


def fit_scale(photo: tuple[int, int], view: tuple[float, float], ratio: float = 1.0) -> float:
    """The scale at which the whole photo is seen, as large as can be. Small photos grow no further than to `ratio`.

    Sizes are (width, height): the photo's in its own pixels, the view's in device pixels. `ratio` is device pixels per
    device-independent pixel.
    """
    fitting = min(view[0] / max(photo[0], 1), view[1] / max(photo[1], 1))
    return max(min(fitting, max(ratio, 1.0)), 1e-6)


@dataclass(frozen=True, slots=True)
class Zoom:
    """One photo in one view. The scale is in device pixels per pixel of the photo: 1.0 is "100 %"."""

    photo: tuple[int, int]
    """Width and height of the whole photo, its own pixels."""
    view: tuple[float, float]
    """Width and height of the view, device pixels."""
    ratio: float
    """Device pixels per device-independent pixel."""
    scale: float
    centre: tuple[float, float]
    """The point of the photo in the middle of the view."""
    fitted: bool
    """True while the whole photo is to stay in view, whatever the view's size."""

    @classmethod
    def fit(cls, photo: tuple[int, int], view: tuple[float, float], ratio: float = 1.0) -> Self:
        """The whole photo."""
        middle = (photo[0] / 2, photo[1] / 2)
        return cls(photo, view, ratio, fit_scale(photo, view, ratio), middle, fitted=True)

    @property
    def fit_scale(self) -> float:
        """The scale at which the whole photo is seen."""
        return fit_scale(self.photo, self.view, self.ratio)

    @property
    def area(self) -> Area:
        """Where the photo lies in the view."""
        width, height = self.photo[0] * self.scale, self.photo[1] * self.scale
        x = self.view[0] / 2 - self.centre[0] * self.scale
        y = self.view[1] / 2 - self.centre[1] * self.scale
        return Area(x, y, width, height)

    @property
    def can_pan(self) -> bool:
        """True while a part of the photo is out of view."""
        area = self.area
        return area.width > self.view[0] + 0.5 or area.height > self.view[1] + 0.5

    def photo_point(self, at: tuple[float, float]) -> tuple[float, float]:
        """The point of the photo under a point of the view."""
        area = self.area
        return (at[0] - area.x) / self.scale, (at[1] - area.y) / self.scale

    def to(
        self, scale: float, at: tuple[float, float] | None = None, *, hold: tuple[float, float] | None = None
    ) -> Zoom:
        """Another scale; the point of the photo under `at` (of the view; its middle by default) stays there if it can.

        In several small steps, say with `hold` which point of the photo that is: in a step that cannot keep it (the
        photo is still narrower than the view) it would be lost for all that follow.
        """
        smallest = min(self.fit_scale, 1.0)
        scale = min(max(scale, smallest), max(LARGEST_SCALE, self.fit_scale))
        at = at or (self.view[0] / 2, self.view[1] / 2)
        held = hold or self.photo_point(at)
        centre = (
            held[0] + (self.view[0] / 2 - at[0]) / scale,
            held[1] + (self.view[1] / 2 - at[1]) / scale,
        )
        fitted = abs(scale - self.fit_scale) < NEVER_FINISHED
        return _kept_inside(replace(self, scale=scale, centre=centre, fitted=fitted))

    def panned(self, dx: float, dy: float) -> Zoom:
        """The photo moved by so many device pixels, as far as there is more of it to see."""
        centre = (self.centre[0] - dx / self.scale, self.centre[1] - dy / self.scale)
        return _kept_inside(replace(self, centre=centre))

    def resized(self, view: tuple[float, float], ratio: float) -> Zoom:
        """The view has another size: a fitted photo fits again, any other keeps its scale and its middle."""
        if self.fitted:
            return Zoom.fit(self.photo, view, ratio)
        return _kept_inside(replace(self, view=view, ratio=ratio))


def _kept_inside(zoom: Zoom) -> Zoom:
    """A photo narrower than the view is centred; a wider one never leaves a gap at one side only."""

    def kept(axis: int) -> float:
        half_seen = zoom.view[axis] / 2 / zoom.scale
        whole = zoom.photo[axis]
        if whole <= 2 * half_seen:
            return whole / 2
        return min(max(zoom.centre[axis], half_seen), whole - half_seen)

    return replace(zoom, centre=(kept(0), kept(1)))
