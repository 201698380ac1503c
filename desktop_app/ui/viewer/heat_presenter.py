"""Fetches the heat map of the photo that is looked at, for the term that was chosen."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.domain.heat_map import HeatMap
from desktop_app.domain.photo import PhotoId
from desktop_app.ui.picture_cache import PictureCache
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.viewer.heat_colours import heat_image

if TYPE_CHECKING:
    from desktop_app.services.services import Services

# Heat maps are small, some 10 kB each: hundreds of photos back and forth.
_CAPACITY_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class ShownHeat:
    """A heat map ready to be painted."""

    pixmap: QPixmap
    probability: float | None

    @property
    def byte_size(self) -> int:
        """Memory held, roughly."""
        return self.pixmap.width() * self.pixmap.height() * 4


class HeatPresenter(QObject):
    """Holds whether heat maps are shown and of which term; both stay while the person leafs. For the GUI thread.

    They are shown until the person has enough of them, or only while the pointer rests where a glimpse is asked for.

    What was asked for another photo or term than the present one is called off, and never shown.
    """

    changed = Signal()
    """There is something else to show: another map, a problem, or nothing."""

    def __init__(
        self, services: Services, tasks: Tasks, parent: QObject | None = None, *, place: str = "the viewer"
    ) -> None:
        """`place` is where the maps are shown: each has its own, and one place's maps call off none of another's."""
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._key = f"heat map in {place}"
        self._terms: tuple[str, ...] = ()
        self._term = ""
        self._photo: PhotoId | None = None
        self._moments: Mapping[PhotoId, float] = {}
        self._kept = False
        self._glimpsed = False
        self._given_up = threading.Event()
        self._held: PictureCache[tuple[PhotoId, str], ShownHeat] = PictureCache(_CAPACITY_BYTES, lambda h: h.byte_size)
        self.problem = ""
        """Why there is no map of the present photo."""

    @property
    def terms(self) -> tuple[str, ...]:
        """What the search wants to see."""
        return self._terms

    @property
    def term(self) -> str:
        """The chosen one; empty when there is none."""
        return self._term

    @property
    def on(self) -> bool:
        """Whether maps are shown."""
        return bool(self._terms) and (self._kept or self._glimpsed)

    @property
    def kept(self) -> bool:
        """Whether they are shown until they are hidden."""
        return self._kept

    @property
    def heat(self) -> ShownHeat | None:
        """The map of the present photo; None while it is drawn."""
        return self._held.get((self._photo, self._term)) if self.on and self._photo is not None else None

    def set_terms(self, terms: Sequence[str]) -> None:
        """Another search: its first term is chosen, unless the one chosen before is among them."""
        self._terms = tuple(terms)
        if self._term not in self._terms:
            self._term = self._terms[0] if self._terms else ""
        self._kept = self._kept and bool(self._terms)
        self._ask()

    def choose(self, term: str) -> None:
        """Show another term of the search."""
        if term in self._terms:
            self._term = term
            self._ask()

    def choose_next(self) -> None:
        """Show the term after the present one; the first after the last."""
        if self._terms:
            self.choose(self._terms[(self._terms.index(self._term) + 1) % len(self._terms)])

    def show(self, *, on: bool) -> None:
        """Show maps until they are hidden, or hide them. Without a search there are none to show."""
        self._kept, self._glimpsed = on and bool(self._terms), False
        self._ask()

    def glimpse(self, *, on: bool) -> None:
        """Show maps for as long as the pointer rests, or no longer; those that are kept stay."""
        self._glimpsed = on
        self._ask()

    def look_at(self, photo: PhotoId | None) -> None:
        """Another photo is looked at; None: none is."""
        self._photo = photo
        self._ask()

    def show_moments(self, moments: Mapping[PhotoId, float]) -> None:
        """At which seconds videos are looked at."""
        either = self._moments.keys() | moments.keys()
        changed = [photo for photo in either if self._moments.get(photo) != moments.get(photo)]
        self._moments = dict(moments)
        self.forget(changed)

    def forget(self, photos: Sequence[PhotoId] | None = None) -> None:
        """These photos changed, or with None the model did: draw anew what is looked at."""
        for key in [key for key in self._held if photos is None or key[0] in photos]:
            self._held.drop(key)
        self._ask()

    def _ask(self) -> None:
        self._given_up.set()
        self._tasks.forget(self._key)
        self.problem = ""
        if self.on and self._photo is not None and self.heat is None:
            self._draw(self._photo, self._term)
        self.changed.emit()

    def _draw(self, photo: PhotoId, term: str) -> None:
        locating, given_up = self._services.locating, threading.Event()
        self._given_up, second = given_up, self._moments.get(photo)

        def work() -> tuple[HeatMap, QImage]:
            heat = locating.heat_map(photo, term, second=second, cancelled=given_up.is_set)
            return heat, heat_image(heat)

        self._tasks.run(work, lambda answer: self._take((photo, term), *answer), failed=self._fail, key=self._key)

    def _take(self, key: tuple[PhotoId, str], heat: HeatMap, image: QImage) -> None:
        self._held.put(key, ShownHeat(QPixmap.fromImage(image), heat.probability))
        self.changed.emit()

    def _fail(self, exception: Exception) -> None:
        if isinstance(exception, Cancelled):
            return
        if isinstance(exception, UserFacingError):
            self.problem = exception.sentence
        else:
            self.problem = "This could not be drawn. The log file has the details."
            self._tasks.report(exception)
        self.changed.emit()
