"""Search by a picture that has no file: one that was pasted, say, from a web page."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtGui import QImage

from desktop_app.base.errors import UserFacingError

_FOLDER = "pasted"
_INSTEAD = "Save it as a file and drop that here."


def save_pasted_picture(image: QImage, library_folder: Path) -> Path:
    """Write the picture where the search can read it; those pasted before are deleted. Raises UserFacingError.

    Every picture gets a name of its own: the same name would look like the same search.
    """
    if image.isNull():
        raise UserFacingError("The pasted picture could not be read.", _INSTEAD)
    folder = library_folder / _FOLDER
    path = folder / f"{time.time_ns()}.png"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("*.png"):
            old.unlink(missing_ok=True)
    except OSError as error:
        raise UserFacingError(f"The pasted picture cannot be kept in {folder}.", _INSTEAD) from error
    if not image.save(str(path)):
        raise UserFacingError(f"The pasted picture cannot be kept in {folder}.", _INSTEAD)
    return path
