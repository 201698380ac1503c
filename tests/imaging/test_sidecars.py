from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.sidecar import SidecarNaming
from desktop_app.imaging.sidecars import (
    own_sidecars,
    read_packet,
    read_sidecars,
    sidecar_for,
    sidecars_of,
    write_packet,
)
from desktop_app.imaging.xmp_document import XmpProblem
from tests.fixtures.packets import bag, packet


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(packet(bag("dc:subject", name)) if name.lower().endswith(".xmp") else b"")


def names_of(folder: Path, photo: str) -> list[str]:
    return [path.name for path in sidecars_of(folder / photo)]


def test_which_sidecars_are_a_photos(tmp_path: Path) -> None:
    make(
        tmp_path, "a.jpg", "a.jpg.xmp", "a.xmp", "b.NEF", "b.xmp", "b.jpg", "b.jpg.xmp", "c.mp4", "c.XMP", "d", "d.xmp"
    )
    assert names_of(tmp_path, "a.jpg") == ["a.jpg.xmp", "a.xmp"]
    # Raw and JPEG of one name: Lightroom's sidecar is the raw file's.
    assert names_of(tmp_path, "b.NEF") == ["b.xmp"]
    assert names_of(tmp_path, "b.jpg") == ["b.jpg.xmp"]
    assert names_of(tmp_path, "c.mp4") == ["c.XMP"]
    assert names_of(tmp_path, "d") == ["d.xmp"]
    assert names_of(tmp_path, "x" * 253 + ".j") == []


def test_all_sidecars_count_and_a_damaged_one_costs_only_itself(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "a.xmp")
    assert read_sidecars(tmp_path / "a.jpg").annotations.tags == (("a.jpg.xmp",), ("a.xmp",))
    (tmp_path / "a.xmp").write_bytes(packet("")[:200])
    read = read_sidecars(tmp_path / "a.jpg")
    assert read.annotations.tags == (("a.jpg.xmp",),)
    assert read.problems == ((tmp_path / "a.xmp", "its XMP ends too early"),)


def test_which_sidecars_go_with_a_photo(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "a.xmp", "b.jpg", "b.tif", "b.xmp", "b.jpg.xmp")
    assert [path.name for path in own_sidecars(tmp_path / "a.jpg")] == ["a.jpg.xmp", "a.xmp"]
    assert [path.name for path in own_sidecars(tmp_path / "b.jpg")] == ["b.jpg.xmp"]
    (tmp_path / "b.jpg").unlink()  # sidecars are asked for when the photo has gone
    assert [path.name for path in own_sidecars(tmp_path / "b.jpg")] == ["b.jpg.xmp"]
    assert own_sidecars(tmp_path / "nowhere" / "c.jpg") == []


FULL, STEM = SidecarNaming.FULL_NAME, SidecarNaming.STEM


@pytest.mark.parametrize(
    ("there", "naming", "neighbours", "expected"),
    [
        ([], FULL, [], "a.jpg.xmp"),
        ([], STEM, ["a.jpg", "b.jpg"], "a.xmp"),
        ([], STEM, ["a.jpg", "a.NEF"], "a.jpg.xmp"),
        (["a.xmp"], FULL, [], "a.xmp"),
        (["a.jpg.xmp"], STEM, [], "a.jpg.xmp"),
        (["a.jpg.xmp", "a.xmp"], STEM, [], "a.xmp"),
        (["a.jpg.xmp", "a.xmp"], FULL, [], "a.jpg.xmp"),
    ],
)
def test_where_to_write(
    tmp_path: Path, there: list[str], naming: SidecarNaming, neighbours: list[str], expected: str
) -> None:
    make(tmp_path, "a.jpg", *there)
    assert sidecar_for(tmp_path / "a.jpg", naming, neighbours=neighbours).name == expected


def test_writing_minds_what_others_write(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg.xmp"
    write_packet(path, b"first", before=b"")
    assert read_packet(path) == b"first"
    with pytest.raises(XmpProblem, match="just changed"):
        write_packet(path, b"second", before=b"something else")
    assert read_packet(path) == b"first"
    with pytest.raises(XmpProblem, match="could not be written"):
        write_packet(tmp_path / "nowhere" / "a.xmp", b"", before=b"")
