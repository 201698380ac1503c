"""Fetches what the inspector shows, and carries out what is asked for in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.edit import Edited
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.photo import PhotoDetails, PhotoId
from desktop_app.domain.tag import TagUse
from desktop_app.services.services import Services
from desktop_app.ui.grid.thumbnail import image_of_jpeg
from desktop_app.ui.inspector.heat import InspectorHeat
from desktop_app.ui.inspector.inspector import Inspector
from desktop_app.ui.inspector.why import Why
from desktop_app.ui.picture_loader import image_of_picture
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.search_presenter import Found
from desktop_app.ui.tasks import Tasks

_BOARD = 4

# The preview is at most this wide on screen; twice as many pixels keep it sharp on a high-density screen.
_PREVIEW_SIDE = 640


@dataclass(frozen=True, slots=True)
class _Lookup:
    details: PhotoDetails | None
    """Of the one photo that is selected."""
    uses: tuple[TagUse, ...]
    """Tags of a selection of several."""
    images: tuple[QImage, ...]


def why_of(photo_id: PhotoId, found: Found, services: Services) -> Why:
    """Why a photo is in an answer. Blocks."""
    try:
        reasons = services.asking.why(found.terms.question(), [photo_id])[photo_id]
    except QueryProblem:
        return Why()  # A tag or an album of the question is gone since it was answered; the search says so itself.
    result = found.result
    places = np.flatnonzero(result.photo_ids == photo_id)
    if not found.is_ranked or not len(places):
        return Why(reasons)
    probability = float(result.probabilities[places[0]]) if len(result.probabilities) else math.nan
    together = None if math.isnan(probability) else probability
    return Why(reasons, together, int(places[0]) + 1, len(result.photo_ids))


class InspectorPresenter(QObject):
    """Keeps the inspector in step with the selection and with the library."""

    edited = Signal(object)
    """An Edited that was asked for in the inspector."""

    def __init__(self, inspector: Inspector, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inspector = inspector
        self._services = services
        self._tasks = tasks
        self._selected: tuple[PhotoId, ...] = ()
        self._found: Found | None = None
        self._reasons = Refresh(tasks, self._explain)
        self.where = InspectorHeat(inspector, services, tasks, self)
        inspector.tags.added.connect(self.add_tag)
        inspector.tags.removed.connect(self._remove_tag)
        inspector.tags.clicked.connect(self._keep_tag)
        self._offer_tags()

    @property
    def selected(self) -> tuple[PhotoId, ...]:
        """The photos that the inspector is about."""
        return self._selected

    def show_selection(self, photo_ids: Sequence[PhotoId]) -> None:
        """Show these photos."""
        self._selected = tuple(photo_ids)
        self.where.look_at(self._selected[0] if len(self._selected) == 1 else None)
        self._ask_why()
        if self._selected:
            self._look_up(with_images=True)
        else:
            self._tasks.forget("inspector")
            self._tasks.forget("preview")
            self._inspector.show_nothing()

    def show_found(self, found: Found) -> None:
        """Say from now on why the selected photo is in this answer."""
        self._found = found
        self._ask_why()

    def refresh(self, changes: LibraryChanges) -> None:
        """Show what changed about the photos that are shown."""
        touched = changes.photos_touched
        self.where.forget(None if changes.model_changed else changes.updated)
        if touched and not touched.isdisjoint(self._selected):
            self._look_up(with_images=not changes.updated.isdisjoint(self._selected))
        if changes.tags_changed:
            self._offer_tags()

    def refresh_photos(self, photos: frozenset[PhotoId]) -> None:
        """The pictures of these photos look different now."""
        if not photos.isdisjoint(self._selected):
            self._look_up(with_images=True)

    def add_tag(self, name: str) -> None:
        """Give the selected photos a tag."""
        self._change(self._services.tagging.add, name)

    def _remove_tag(self, name: str) -> None:
        self._change(self._services.tagging.remove, name)

    def _keep_tag(self, name: str) -> None:
        chip = self._inspector.tags.chips.chip(name)
        kind = chip.spec.kind if chip else ""
        if kind == "suggested":
            self._change(self._services.tagging.accept_suggestions, name)
        elif kind == "partial" and name:
            self.add_tag(name)

    def _change(self, act: Callable[[str, Sequence[PhotoId]], Edited], name: str) -> None:
        selected = self._selected
        if selected:
            self._tasks.run(lambda: act(name, selected), self.edited.emit)

    def _ask_why(self) -> None:
        """Look up why the one selected photo is in the list."""
        found = self._found
        if found is None or not found.terms.asks or len(self._selected) != 1:
            self._inspector.why.show_why(Why())
            return
        photo_id = self._selected[0]
        self._reasons.request(lambda: (photo_id, why_of(photo_id, found, self._services)))

    def _explain(self, answer: tuple[PhotoId, Why]) -> None:
        photo_id, why = answer
        if self._selected == (photo_id,) and self._found is not None and self._found.terms.asks:
            self._inspector.why.show_why(why)

    def _look_up(self, *, with_images: bool) -> None:
        selected, browsing = self._selected, self._services.browsing

        def work() -> _Lookup:
            details = browsing.details(selected[0]) if len(selected) == 1 else None
            uses = tuple(browsing.tag_uses(selected)) if len(selected) > 1 else ()
            images: tuple[QImage, ...] = ()
            if with_images:
                jpegs = browsing.thumbnails(selected[:_BOARD])
                images = tuple(image_of_jpeg(jpegs[each]) for each in selected[:_BOARD] if each in jpegs)
            return _Lookup(details, uses, images)

        def done(found: _Lookup) -> None:
            if len(selected) == 1 and found.details is None:
                self._inspector.show_nothing()
                return
            if with_images:
                self._inspector.show_images(found.images)
            if found.details is None:
                self._inspector.show_selection(found.uses, len(selected))
                return
            self._inspector.show_photo(found.details)
            if with_images:
                self._sharpen(selected[0])

        # A refresh must not make the first look-up of a selection stale: that one brings the images.
        self._tasks.run(work, done, key="inspector" if with_images else "inspector refresh")
        if with_images:
            self._tasks.forget("inspector refresh")

    def _sharpen(self, photo_id: PhotoId) -> None:
        """Replace the thumbnail in the preview by a picture of more pixels, when the file can be read."""

        def work() -> QImage | None:
            try:
                return image_of_picture(self._services.viewing.picture(photo_id, max_side=_PREVIEW_SIDE))
            except UserFacingError:
                return None  # The thumbnail stays, and the inspector says already that the file is away.

        def done(image: QImage | None) -> None:
            if image is not None and self._selected == (photo_id,):
                self._inspector.show_images([image])

        self._tasks.run(work, done, key="preview")

    def _offer_tags(self) -> None:
        def work() -> list[str]:
            return sorted((tag.name for tag in self._services.browsing.all_tags()), key=str.casefold)

        self._tasks.run(work, self._inspector.tags.offer, key="tag names")
