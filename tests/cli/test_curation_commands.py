"""Stars, titles, albums and sidecars on the command line."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.compose import open_library
from desktop_app.imaging.xmp_document import parse_xmp
from desktop_app.imaging.xmp_reading import annotations_of
from tests.fixtures.command_runs import Keepsight
from tests.fixtures.libraries import Indexed
from tests.fixtures.packets import bag, packet


@pytest.fixture
def own_photos(copied_library: Indexed, tmp_path: Path) -> Iterator[Path]:
    """The library's photos in a folder that may be written to; nothing is embedded for it."""
    folder = Path(shutil.copytree(copied_library.photos, tmp_path / "own"))
    with open_library(copied_library.library) as opened:
        root = opened.services.browsing.roots()[0]
        opened.services.recovering.relink(root.path, folder)
    yield folder
    assert not list(copied_library.photos.glob("*.xmp"))


def test_stars_titles_and_albums(keepsight: Keepsight, library: Path, small_photos: Path) -> None:
    here = ("--library", library, "--json")
    first, second = small_photos / "photo_00.jpg", small_photos / "photo_01.jpg"
    assert keepsight("rate", "4", first, second, *here).json == {"edit": "giving 2 photos 4 stars", "photos": 2}
    assert keepsight("rate", "4", first, *here).json == {"edit": None, "photos": 0}
    assert keepsight("favourite", first, *here).json["photos"] == 1
    assert keepsight("favourite", first, second, "--off", *here).json["photos"] == 1
    assert keepsight("title", "By the sea", first, *here).json["photos"] == 1
    assert keepsight("describe", "With Rex", first, *here).json["photos"] == 1
    assert keepsight("albums", "add", "Summer", first, second, *here).json["photos"] == 2
    assert keepsight("albums", "remove", "summer", second, *here).json["photos"] == 1
    assert keepsight("albums", "rename", "Summer", "Autumn", *here).code == 0
    assert keepsight("albums", "list", *here).json == [{"album": "Autumn", "photos": 1}]
    assert keepsight("tags", "undo", *here).json["edit"] == "renaming the album “Summer” to “Autumn”"
    assert keepsight("albums", "delete", "Summer", "--library", library).out.startswith("Done: deleting the album")
    assert keepsight("albums", "delete", "Summer", "--library", library).code == 1
    assert keepsight("rate", "6", first, "--library", library).code == 2
    assert "is not in the library" in keepsight("rate", "1", library / "no.jpg", "--library", library).err


def test_sidecars_are_shown_first_and_written_when_asked(
    keepsight: Keepsight,
    library: Path,
    own_photos: Path,
) -> None:
    here = ("--library", library, "--json")
    kept = packet(bag("dc:subject", "Rex") + "<our:secret>kept</our:secret>")
    (own_photos / "photo_01.xmp").write_bytes(kept)
    (own_photos / "photo_02.jpg.xmp").write_bytes(kept[:150])
    keepsight("title", "Mine & yours", own_photos, *here)
    dry = keepsight("metadata", "write", "--dry-run", own_photos / "photo_01.jpg", *here).json
    assert (dry["dry_run"], dry["changed"], dry["failed"]) == (True, 1, 0)
    [row] = dry["sidecars"]
    assert {"field": "title", "before": "", "after": "Mine & yours"} in row["changes"]
    assert "+" in row["difference"]
    assert "Mine &amp; yours" in row["difference"]
    assert (own_photos / "photo_01.xmp").read_bytes() == kept

    written = keepsight("metadata", "write", "--all", "--naming", "name.jpg.xmp", "--library", library)
    assert written.code == 1
    assert "photo_02.jpg.xmp: not written: its XMP ends too early" in written.out
    assert "1 sidecar could not be written" in written.err
    assert (own_photos / "photo_02.jpg.xmp").read_bytes() == kept[:150]
    assert (own_photos / "photo_00.jpg.xmp").is_file()
    after = (own_photos / "photo_01.xmp").read_bytes()
    assert b"<our:secret>kept</our:secret>" in after
    assert annotations_of(parse_xmp(after)).title == "Mine & yours"
    again = keepsight("metadata", "write", own_photos / "photo_00.jpg", own_photos / "photo_01.jpg", *here).json
    assert (again["changed"], again["unchanged"]) == (0, 2)
    assert keepsight("metadata", "write", "--library", library).code == 2
    assert keepsight("metadata", "write", "--all", own_photos, "--library", library).code == 2


def test_sidecars_are_read_again_when_asked_and_named_as_chosen(
    keepsight: Keepsight,
    library: Path,
    own_photos: Path,
) -> None:
    here = ("--library", library, "--json")
    (own_photos / "photo_00.jpg.xmp").write_bytes(packet(bag("dc:subject", "Rex")))
    assert keepsight("metadata", "read", own_photos / "photo_00.jpg", *here).json == {"photos": 1}
    tags = keepsight("tags", "photo", own_photos / "photo_00.jpg", *here).json
    assert "Rex" in {tag["tag"] for tag in tags}
    assert keepsight("metadata", "naming", *here).json == {"naming": "auto"}
    assert keepsight("metadata", "naming", "name.xmp", *here).json == {"naming": "name.xmp"}
    keepsight("rate", "3", own_photos / "photo_03.jpg", *here)
    written = keepsight("metadata", "write", own_photos / "photo_03.jpg", *here).json
    assert [Path(row["sidecar"]).name for row in written["sidecars"]] == ["photo_03.xmp"]
