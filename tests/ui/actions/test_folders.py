"""What is dropped on the window, and pictures that are pasted."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop_app.base.errors import UserFacingError
from desktop_app.ui.actions.folders import Dropped, sort_dropped
from desktop_app.ui.actions.pictures import save_pasted_picture


def test_folders_and_pictures_are_told_apart(tmp_path: Path) -> None:
    folder, picture = tmp_path / "folder", tmp_path / "a.jpg"
    folder.mkdir()
    picture.write_bytes(b"x")
    assert sort_dropped([picture, folder]) == Dropped((folder,), picture)
    assert sort_dropped([picture]) == Dropped((), picture)
    with pytest.raises(UserFacingError):
        sort_dropped([tmp_path / "nothing"])


def test_each_pasted_picture_has_a_name_of_its_own_and_only_the_last_is_kept(tmp_path: Path) -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    first = save_pasted_picture(image, tmp_path)
    second = save_pasted_picture(image, tmp_path)
    assert first != second
    assert not first.exists()
    assert QImage(str(second)).size() == image.size()
    with pytest.raises(UserFacingError, match="could not be read"):
        save_pasted_picture(QImage(), tmp_path)
    with pytest.raises(UserFacingError, match="cannot be kept"):
        save_pasted_picture(image, second)
