"""Large pictures for the viewer: a thumbnail at once, then one just as large as the view, and every pixel when asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.photo import PhotoId, PhotoSummary
from desktop_app.ui.grid.thumbnail import image_of_jpeg
from desktop_app.ui.picture_cache import PictureCache
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:
    from desktop_app.imaging.decode import RgbPicture
    from desktop_app.services.services import Services

# Two photos of 24 megapixels with every pixel, and some twenty at the size of a screen.
CAPACITY_BYTES = 384 * 2**20

# Fewer than `Tasks` has threads, so that the next photo's thumbnail is there at once.
DECODES_IN_FLIGHT = 2

ALL_PIXELS = 2**15 - 1
"""Longest side that Qt can paint, pixels."""

BYTES_PER_PIXEL = 4

log = logging.getLogger(__name__)

ViewSide = Callable[[PhotoSummary], int]
"""How long a photo's longest side is in the view when it is seen as a whole, device pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One photo at one size."""

    pixmap: QPixmap
    side: int
    """The longest side that was asked for, pixels; the photo itself may have fewer."""

    @property
    def byte_size(self) -> int:
        """Memory held, roughly."""
        return self.pixmap.width() * self.pixmap.height() * BYTES_PER_PIXEL


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a photo cannot be shown, in words."""

    sentence: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class _Request:
    photo: PhotoId
    side: int


class PictureLoader(QObject):
    """Holds pictures of the photo that is looked at and of its neighbours. For the GUI thread."""

    changed = Signal(object)
    """The photo of which there is more to show, or to say."""
    outdated = Signal(object)
    """Photos whose pictures are fetched anew when they are looked at next."""

    def __init__(
        self, services: Services, tasks: Tasks, *, capacity: int = CAPACITY_BYTES, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._summaries: dict[PhotoId, PhotoSummary | None] = {}
        self._previews: PictureCache[PhotoId, Picture] = PictureCache(capacity // 8, lambda p: p.byte_size)
        self._fitting: PictureCache[PhotoId, Picture] = PictureCache(capacity // 2, lambda p: p.byte_size)
        self._whole: PictureCache[PhotoId, Picture] = PictureCache(capacity // 2, lambda p: p.byte_size)
        self._problems: dict[PhotoId, Problem] = {}
        self._look: tuple[list[PhotoId], ViewSide, bool] | None = None
        self._on_the_way: set[_Request] = set()
        self._asked: set[PhotoId] = set()
        self._revisions: dict[PhotoId, int] = {}
        self._moments: Mapping[PhotoId, float] = {}

    def summary(self, photo: PhotoId) -> PhotoSummary | None:
        """Name, size and date, once they are known."""
        return self._summaries.get(photo)

    def problem(self, photo: PhotoId) -> Problem | None:
        """Why the photo cannot be shown; None while nothing speaks against it."""
        return self._problems.get(photo)

    def pictures(self, photo: PhotoId) -> list[QPixmap]:
        """What there is of the photo, smallest first."""
        held = (cache.get(photo) for cache in (self._previews, self._fitting, self._whole))
        return sorted((picture.pixmap for picture in held if picture), key=QPixmap.width)

    def sharp(self, photo: PhotoId) -> bool:
        """True once there is more than the thumbnail."""
        return photo in self._fitting or photo in self._whole

    def look_at(self, photo: PhotoId, neighbours: Sequence[PhotoId], view_side: ViewSide, *, whole: bool) -> None:
        """Fetch this photo (with every pixel if `whole`), then its neighbours. What was wanted before no longer is."""
        if self._look is None or self._look[0][0] != photo:
            # The person came (back) to it: what failed is tried again, its drive may have been plugged in since.
            self._problems.pop(photo, None)
        self._look = ([photo, *neighbours], view_side, whole)
        unknown = [each for each in self._look[0] if each not in self._summaries and each not in self._asked]
        if unknown:
            self._fetch_previews(unknown)
        self._pump()

    def show_moments(self, moments: Mapping[PhotoId, float]) -> None:
        """Of these videos, show the frame at a second; of others the poster."""
        either = self._moments.keys() | moments.keys()
        changed = [photo for photo in either if self._moments.get(photo) != moments.get(photo)]
        self._moments = dict(moments)
        self.refresh(changed)

    def rest(self) -> None:
        """Nothing is looked at any more: fetch nothing further."""
        self._look = None

    def refresh(self, photos: Iterable[PhotoId]) -> None:
        """These photos changed: whatever is held of them is fetched anew when they are looked at next."""
        on_the_way = {request.photo for request in self._on_the_way}
        for photo in photos:
            if photo in self._summaries or photo in self._asked or photo in on_the_way:
                self._revisions[photo] = self._revision(photo) + 1
                self._summaries.pop(photo, None)
                self._problems.pop(photo, None)
                for cache in (self._previews, self._fitting, self._whole):
                    cache.drop(photo)

    def look_again(self, photos: Iterable[PhotoId]) -> None:
        """These photos changed, or only their stars and hearts: then their pictures stay, for they would blink."""
        known = [photo for photo in photos if self._summaries.get(photo) is not None]
        self._outdate([photo for photo in photos if photo not in known])
        if known:
            browsing = self._services.browsing
            self._tasks.run(lambda: browsing.summaries(known), lambda summaries: self._compare(known, summaries))

    def _compare(self, photos: Sequence[PhotoId], summaries: Mapping[PhotoId, PhotoSummary]) -> None:
        marked = [photo for photo in photos if _differ_in_marks(self._summaries.get(photo), summaries.get(photo))]
        for photo in marked:
            self._summaries[photo] = summaries[photo]
            self.changed.emit(photo)
        self._outdate([photo for photo in photos if photo not in marked])

    def _outdate(self, photos: Sequence[PhotoId]) -> None:
        if photos:
            self.refresh(photos)
            self.outdated.emit(photos)

    def _revision(self, photo: PhotoId) -> int:
        return self._revisions.get(photo, 0)

    # Thumbnails and summaries: one quick read for the photo and its neighbours

    def _fetch_previews(self, photos: list[PhotoId]) -> None:
        browsing = self._services.browsing
        revisions = {photo: self._revision(photo) for photo in photos}
        self._asked.update(photos)

        def work() -> tuple[dict[PhotoId, PhotoSummary], dict[PhotoId, QImage]]:
            summaries = browsing.summaries(photos)
            return summaries, {photo: image_of_jpeg(jpeg) for photo, jpeg in browsing.thumbnails(photos).items()}

        self._tasks.run(
            work,
            lambda answer: self._take_previews(revisions, *answer),
            failed=lambda exception: self._fail_previews(photos, exception),
        )

    def _take_previews(
        self, revisions: dict[PhotoId, int], summaries: dict[PhotoId, PhotoSummary], images: dict[PhotoId, QImage]
    ) -> None:
        self._asked.difference_update(revisions)
        for photo, revision in revisions.items():
            if revision != self._revision(photo):
                continue
            self._summaries[photo] = summaries.get(photo)
            image = images.get(photo)
            if image is not None and not image.isNull():
                self._previews.put(photo, Picture(QPixmap.fromImage(image), max(image.width(), image.height())))
            if photo not in summaries:
                self._problems[photo] = Problem("This photo is no longer in the library.")
            self.changed.emit(photo)
        self._ask_again(revisions)
        self._pump()

    def _ask_again(self, photos: Iterable[PhotoId]) -> None:
        """Photos that changed while they were asked for were not asked for a second time then."""
        looked_at = self._look[0] if self._look is not None else []
        if late := [each for each in photos if each in looked_at and each not in self._summaries]:
            self._fetch_previews(late)

    def _fail_previews(self, photos: list[PhotoId], exception: Exception) -> None:
        self._asked.difference_update(photos)
        self._fail(photos[0], exception)

    # Decoding: the current photo first, never more than a few at once

    def _pump(self) -> None:
        for request in self._wanted():
            if len(self._on_the_way) >= DECODES_IN_FLIGHT:
                return
            if request not in self._on_the_way:
                self._decode(request)

    def _wanted(self) -> list[_Request]:
        if self._look is None:
            return []
        photos, view_side, whole = self._look
        requests = []
        for photo in photos:
            summary = self._summaries.get(photo)
            if summary is None or photo in self._problems:
                continue
            if not self._fits(photo, summary, view_side(summary)):
                requests.append(_Request(photo, view_side(summary)))
            if whole and photo == photos[0] and not self._complete(photo, summary):
                requests.append(_Request(photo, ALL_PIXELS))
        return requests

    def _fits(self, photo: PhotoId, summary: PhotoSummary, side: int) -> bool:
        held = self._fitting.peek(photo)
        if held is None:
            return False
        return abs(held.side - side) <= 1 or (held.side < side and _all_there(held.pixmap, summary))

    def _complete(self, photo: PhotoId, summary: PhotoSummary) -> bool:
        fitting = self._fitting.peek(photo)
        return photo in self._whole or (fitting is not None and _all_there(fitting.pixmap, summary))

    def _decode(self, request: _Request) -> None:
        viewing, revision = self._services.viewing, self._revision(request.photo)
        second = self._moments.get(request.photo)
        self._on_the_way.add(request)

        def landed(then: Callable[[], None]) -> None:
            self._on_the_way.discard(request)
            if revision == self._revision(request.photo):
                then()
            self._pump()

        self._tasks.run(
            lambda: image_of_picture(viewing.picture(request.photo, max_side=request.side, second=second)),
            lambda image: landed(lambda: self._keep(request, image)),
            failed=lambda exception: landed(lambda: self._fail(request.photo, exception)),
        )

    def _keep(self, request: _Request, image: QImage) -> None:
        cache = self._whole if request.side == ALL_PIXELS else self._fitting
        cache.put(request.photo, Picture(QPixmap.fromImage(image), request.side))
        self.changed.emit(request.photo)

    def _fail(self, photo: PhotoId, exception: Exception) -> None:
        if isinstance(exception, UserFacingError):
            self._problems[photo] = Problem(exception.sentence, exception.next_step)
        else:
            log.error("Photo %d could not be shown", photo, exc_info=exception)
            self._problems[photo] = Problem("This photo could not be shown.", "The log file has the details.")
        self.changed.emit(photo)


def image_of_picture(picture: RgbPicture) -> QImage:
    """A decoded picture in the format that Qt paints: a copy, since the wrapped bytes may go. For worker threads."""
    stride = 3 * picture.width
    wrapped = QImage(picture.data, picture.width, picture.height, stride, QImage.Format.Format_RGB888)
    return wrapped.convertToFormat(QImage.Format.Format_RGB32)


def _differ_in_marks(before: PhotoSummary | None, now: PhotoSummary | None) -> bool:
    """Whether only what a person gives with a key is another. The same all over: then something else changed."""
    if before is None or now is None or before == now:
        return False
    return replace(before, rating=now.rating, favourite=now.favourite) == now


def _all_there(pixmap: QPixmap, summary: PhotoSummary) -> bool:
    return pixmap.width() >= summary.width and pixmap.height() >= summary.height
