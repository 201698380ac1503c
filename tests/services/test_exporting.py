"""Lists of photos leave the program whole, and files are copied without touching the originals."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.services.exporting import Copied, Exporting, ListFormat, PhotoList
from tests.fixtures.libraries import Indexed, id_of


@pytest.fixture
def exporting(copied_library: Indexed) -> Iterator[tuple[Exporting, list[Path], list[PhotoId]]]:
    """The service of the sample library, two of its files, and their photos."""
    files = [copied_library.photos / f"photo_0{number}.jpg" for number in (1, 2)]
    with open_library(copied_library.library) as library:
        yield library.services.exporting, files, [id_of(library.services, file) for file in files]


def test_lists_are_written_in_each_format(
    exporting: tuple[Exporting, list[Path], list[PhotoId]], tmp_path: Path
) -> None:
    service, files, photos = exporting
    listed = PhotoList("Mine", photos, [0.91234, float("nan")], "dog")
    for suffix in ListFormat:
        assert service.write_list(listed, tmp_path / f"out.{suffix}") == 2
    first, second = (str(file) for file in files)
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["path", "probability"], [first, "0.9123"], [second, ""]]
    written = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert (written["name"], written["query"]) == ("Mine", "dog")
    assert written["photos"][0] == {"path": first, "probability": 0.9123}
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines() == [first, second]
    assert {file.name for file in tmp_path.glob("*out*")} == {"out.csv", "out.json", "out.txt"}, "drafts are left"
    with pytest.raises(UserFacingError, match="cannot be written"):
        service.write_list(listed, tmp_path / "no such folder" / "out.csv")
    with pytest.raises(UserFacingError, match="cannot be written"):
        service.write_list(listed, files[0] / "out.csv")


def test_copies_get_names_of_their_own_and_are_made_once(
    exporting: tuple[Exporting, list[Path], list[PhotoId]], tmp_path: Path
) -> None:
    service, files, photos = exporting
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / files[0].name).write_bytes(b"something else of that name")
    seen: list[int] = []
    absent = PhotoId(10**6)
    assert service.copy_files([*photos, absent], folder, progress=seen.append) == Copied(2, 0, (f"photo {absent}",))
    assert seen == [1, 2, 3]
    assert {file.name for file in folder.iterdir()} == {"photo_01.jpg", "photo_01 (2).jpg", "photo_02.jpg"}
    assert (folder / "photo_01 (2).jpg").read_bytes() == files[0].read_bytes()
    assert (folder / "photo_01.jpg").read_bytes() == b"something else of that name"
    again = service.copy_files(photos, folder)
    assert (again.copied, again.there_already) == (0, 2)
    assert service.copy_files(photos, folder, cancelled=lambda: True) == Copied(cancelled=True)
    with pytest.raises(UserFacingError, match="cannot be copied"):
        service.copy_files(photos, tmp_path / "no such folder")
