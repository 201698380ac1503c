"""Search by a picture that has no file: one that was pasted, say, from a web page."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtGui import QImage

from desktop_app.base.errors import UserFacingError

_FOLDER = "pasted"


def save_pasted_picture(image: QImage, library_folder: Path) -> Path:
    """Write the picture where the search can read it; those pasted before are deleted. Raises UserFacingError.

    Every picture gets a name of its own: the same name would look like the same search.
    """
    folder = library_folder / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink(missing_ok=True)
    path = folder / f"{time.time_ns()}.png"
    if image.isNull() or not image.save(str(path)):
        raise UserFacingError("The pasted picture could not be read.", "Save it as a file and drop that here.")
    return path
