"""Pictures at viewing size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import is_there
from desktop_app.domain.photo import PhotoId
from desktop_app.imaging.blurring import blurred_picture
from desktop_app.imaging.decode import RgbPicture, decode_view
from desktop_app.imaging.errors import PhotoSkipped
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.presence import Presence
from desktop_app.services.sensitivity import Sensitivity
from desktop_app.store.photos import path_of

T = TypeVar("T")


class Viewing:
    """Decodes photos for the viewer and the inspector."""

    def __init__(self, store: LibraryStore, presence: Presence, sensitivity: Sensitivity) -> None:
        self._reader = store.reader
        self._presence = presence
        self._sensitivity = sensitivity

    def picture(self, photo_id: PhotoId, *, max_side: int, second: float | None = None) -> RgbPicture:
        """The photo, upright, in sRGB, no longer than `max_side` pixels; a sensitive one may be blurred.

        Of a video, the frame at a second, or else its poster.
        Raises UserFacingError when it cannot be read.
        """
        picture = self.decoded(photo_id, lambda path: decode_view(path, max_side=max_side, second=second))
        return blurred_picture(picture) if self._sensitivity.hidden([photo_id]) else picture

    def decoded(self, photo_id: PhotoId, decode: Callable[[Path], T]) -> T:
        """What `decode` makes of a photo's file. Raises UserFacingError when the file is away or cannot be read."""
        path = path_of(self._reader, photo_id, away=self._presence.away())
        if path is None:
            raise UserFacingError("This photo is no longer in the library.")
        if not is_there(path):
            raise UserFacingError(
                f"The file {path.name} is not there at present.", "Plug its drive in, or find where it went."
            )
        try:
            return decode(path)
        except PhotoSkipped as skip:
            raise UserFacingError(f"{path.name} cannot be shown: {skip.reason}") from skip
