"""Shows in the inspector's preview where in the photo a term is, while the pointer rests on that term."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_app.domain.photo import PhotoId
from desktop_app.ui.inspector.inspector import Inspector
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.viewer.heat_presenter import HeatPresenter

if TYPE_CHECKING:
    from desktop_app.services.services import Services


class InspectorHeat(QObject):
    """Joins the terms of the why-panel to heat maps over the preview."""

    def __init__(self, inspector: Inspector, services: Services, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._inspector = inspector
        self._heats = HeatPresenter(services, tasks, self, place="the inspector")
        self._heats.changed.connect(self._show)
        inspector.why.sight_wanted.connect(self._point_at)

    def look_at(self, photo: PhotoId | None) -> None:
        """Another photo is shown; None: none, or several."""
        self._heats.glimpse(on=False)
        self._heats.look_at(photo)

    def forget(self, photos: Collection[PhotoId] | None = None) -> None:
        """These photos look different now, or with None the model sees them differently."""
        if photos is None or photos:
            self._heats.forget(None if photos is None else list(photos))

    def _point_at(self, sight: str) -> None:
        if sight:
            self._heats.set_terms([sight])
        self._heats.glimpse(on=bool(sight))

    def _show(self) -> None:
        heats = self._heats
        heat = heats.heat
        self._inspector.preview.show_heat(heat.pixmap if heat is not None else None)
        looking = "Looking…" if heat is None else f"Where “{heats.term}” is in the photo"
        self._inspector.why.say(heats.problem or looking if heats.on else "")
