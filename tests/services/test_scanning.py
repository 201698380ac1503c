"""What a scan sees of a folder, and what it concludes about files it does not see."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop_app.domain.exclusion import Exclusion
from desktop_app.domain.indexing import ChangedPlaces, FileKey, FindKind, FoundFile, KnownFile, KnownFiles
from desktop_app.domain.photo import FileStamp, PhotoId, RootId
from desktop_app.services.scanning import ScanTally, scan_folder

ROOT = RootId(1)


def make(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(path.encode())


def scan(
    root: Path,
    known: dict[str, KnownFile] | None = None,
    *,
    below: str = "",
    exclusion: Exclusion = Exclusion(),  # noqa: B008 - frozen value
    places: ChangedPlaces | None = None,
) -> tuple[dict[str, FoundFile], ScanTally]:
    tally = ScanTally()
    places = places or ChangedPlaces(ROOT, (below,))
    found = list(scan_folder(str(root), places, known=KnownFiles.of(known or {}), exclusion=exclusion, tally=tally))
    paths = [file.key.relative_path for file in found]
    assert len(paths) == len(set(paths))
    return {file.key.relative_path: file for file in found}, tally


def as_known(root: Path, *paths: str, photo: PhotoId | None = PhotoId(7), **more: bool) -> dict[str, KnownFile]:  # noqa: B008
    known = {}
    for path in paths:
        info = (root / path).stat()
        known[path] = KnownFile(
            FileStamp(info.st_size, info.st_mtime_ns), photo, **{"embedded": photo is not None, **more}
        )
    return known


def test_every_file_below_is_found_once_with_its_stamp(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b/c.png", "b/d/e.txt", "ä/ö.jpg", ".hidden.jpg")
    found, tally = scan(tmp_path)
    assert set(found) == {"a.jpg", "b/c.png", "b/d/e.txt", "ä/ö.jpg"}
    assert tally.found == tally.to_read == 4
    assert ".hidden.jpg" in scan(tmp_path, exclusion=Exclusion(hidden=True))[0]
    info = (tmp_path / "b/c.png").stat()
    assert found["b/c.png"].stamp == FileStamp(info.st_size, info.st_mtime_ns)
    assert found["b/c.png"].kind is FindKind.NEW
    assert Path(found["b/c.png"].path) == tmp_path / "b/c.png"


def test_hidden_and_foreign_folders_are_not_entered(tmp_path: Path) -> None:
    make(
        tmp_path,
        ".thumbnails/a.jpg",
        "@eaDir/b.jpg",
        "$RECYCLE.BIN/c.jpg",
        "My.lrdata/d.jpg",
        "x/.git/e.jpg",
        "ok/f.jpg",
    )
    assert set(scan(tmp_path)[0]) == {"ok/f.jpg"}


def test_what_is_left_out_is_not_gone(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "raw/b.jpg", "raw/c.jpg", "d.jpg")
    known = as_known(tmp_path, "a.jpg", "raw/b.jpg", "d.jpg") | as_known(tmp_path, "raw/c.jpg", missing=True)
    (tmp_path / "d.jpg").unlink()
    (tmp_path / "raw/c.jpg").unlink()
    _, tally = scan(tmp_path, known, exclusion=Exclusion(("raw/",)))
    assert {key.relative_path for key in tally.left_out} == {"raw/b.jpg", "raw/c.jpg"}
    assert [key.relative_path for key in tally.gone] == ["d.jpg"]


def test_a_file_that_is_being_written_is_neither_read_nor_gone(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "slow.jpg", "new.jpg")
    known = as_known(tmp_path, "a.jpg", "slow.jpg")
    (tmp_path / "slow.jpg").write_bytes(b"more than before")
    places = ChangedPlaces(ROOT, being_written=frozenset({"slow.jpg", "new.jpg"}))
    found, tally = scan(tmp_path, known, places=places)
    assert (found, tally.gone) == ({}, [])


def test_a_suspect_is_read_though_its_stamp_is_the_same(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b.jpg")
    known = as_known(tmp_path, "a.jpg", "b.jpg")
    found, _ = scan(tmp_path, known, places=ChangedPlaces(ROOT, suspects=frozenset({"a.jpg"})))
    assert {path: file.kind for path, file in found.items()} == {"a.jpg": FindKind.MODIFIED}


def test_all_files_of_a_suspect_folder_are_read(tmp_path: Path) -> None:
    make(tmp_path, "a/deep/1.jpg", "ab/2.jpg")
    known = as_known(tmp_path, "a/deep/1.jpg", "ab/2.jpg")
    found, _ = scan(tmp_path, known, places=ChangedPlaces(ROOT, suspects=frozenset({"a"})))
    assert set(found) == {"a/deep/1.jpg"}


def test_several_places_are_one_scan(tmp_path: Path) -> None:
    make(tmp_path, "a/1.jpg", "b/2.jpg", "c/3.jpg")
    known = as_known(tmp_path, "a/1.jpg", "b/2.jpg", "c/3.jpg")
    (tmp_path / "a/1.jpg").rename(tmp_path / "b/1.jpg")
    inside = {path: known[path] for path in ("a/1.jpg", "b/2.jpg")}
    found, tally = scan(tmp_path, inside, places=ChangedPlaces(ROOT, ("a", "b/1.jpg", "b/2.jpg")))
    assert (set(found), [key.relative_path for key in tally.gone]) == ({"b/1.jpg"}, ["a/1.jpg"])


def test_links_to_files_are_followed_and_links_to_folders_are_not(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    make(root, "sub/a.jpg")
    make(elsewhere, "b.jpg")
    (root / "to_file.jpg").symlink_to(elsewhere / "b.jpg")
    (root / "to_folder").symlink_to(elsewhere)
    (root / "sub" / "circle").symlink_to(root)
    (root / "dangling.jpg").symlink_to(tmp_path / "nowhere")
    (root / "itself.jpg").symlink_to(root / "itself.jpg")
    assert set(scan(root)[0]) == {"sub/a.jpg", "to_file.jpg"}


def test_a_scan_of_one_place_sees_what_a_scan_of_all_would_see_there(tmp_path: Path) -> None:
    make(tmp_path, "a/b/c.jpg", "a/d.jpg", "a/.cache/e.jpg", "elsewhere/f.jpg")
    (tmp_path / "a" / "linked").symlink_to(tmp_path / "elsewhere")
    everything = set(scan(tmp_path)[0])
    assert everything == {"a/b/c.jpg", "a/d.jpg", "elsewhere/f.jpg"}
    for below in (
        "a",
        "a/b",
        "a/b/c.jpg",
        "a/.cache",
        "a/.cache/e.jpg",
        "a/linked",
        "a/linked/f.jpg",
        "nowhere/at/all",
    ):
        expected = {path for path in everything if path == below or path.startswith(f"{below}/")}
        assert set(scan(tmp_path, below=below)[0]) == expected, below


def test_fifos_and_their_like_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    make(tmp_path, "a.jpg")
    assert set(scan(tmp_path)[0]) == {"a.jpg"}


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, None),
        ({"embedded": False}, FindKind.UNEMBEDDED),
        ({"missing": True}, FindKind.RETURNED),
        ({"missing": True, "embedded": False}, FindKind.UNEMBEDDED),
    ],
)
def test_a_file_with_a_known_stamp(tmp_path: Path, more: dict[str, bool], kind: FindKind | None) -> None:
    make(tmp_path, "a.jpg")
    found, tally = scan(tmp_path, as_known(tmp_path, "a.jpg", **more))
    assert [file.kind for file in found.values()] == ([kind] if kind else [])
    assert tally.unchanged == (0 if kind else 1)
    assert tally.gone == []


def test_a_file_with_another_stamp_was_modified(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b.jpg")
    known = as_known(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "a.jpg").write_bytes(b"longer than before")
    os.utime(tmp_path / "b.jpg", ns=(5, 5))
    assert {path: file.kind for path, file in scan(tmp_path, known)[0].items()} == {
        "a.jpg": FindKind.MODIFIED,
        "b.jpg": FindKind.MODIFIED,
    }


def test_skipped_files_are_read_again_only_when_that_may_help(tmp_path: Path) -> None:
    make(tmp_path, "broken.jpg", "locked.jpg", "repaired.jpg")
    known = as_known(tmp_path, "broken.jpg", "repaired.jpg", photo=None)
    known |= as_known(tmp_path, "locked.jpg", photo=None, retry=True)
    (tmp_path / "repaired.jpg").write_bytes(b"other bytes now")
    found, tally = scan(tmp_path, known)
    assert {path: file.kind for path, file in found.items()} == {
        "locked.jpg": FindKind.NEW,
        "repaired.jpg": FindKind.NEW,
    }
    assert tally.still_skipped == 1


def test_known_files_that_were_not_seen_are_gone_once(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b/c.jpg", "b/d.jpg")
    known = as_known(tmp_path, "a.jpg", "b/c.jpg") | as_known(tmp_path, "b/d.jpg", missing=True)
    for path in known:
        (tmp_path / path).unlink()
    assert [key.relative_path for key in scan(tmp_path, known)[1].gone] == ["a.jpg", "b/c.jpg"]
    assert [key.relative_path for key in scan(tmp_path, {"b/c.jpg": known["b/c.jpg"]}, below="b")[1].gone] == [
        "b/c.jpg"
    ]


def test_nothing_below_a_folder_that_cannot_be_listed_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "open/a.jpg", "shut/b.jpg", "shut/deep/c.jpg", "shutter/d.jpg")
    known = as_known(tmp_path, "open/a.jpg", "shut/b.jpg", "shut/deep/c.jpg", "shutter/d.jpg")
    (tmp_path / "open/a.jpg").unlink()
    (tmp_path / "shutter/d.jpg").unlink()
    real = os.scandir

    def refuse(folder: str):
        if str(folder).endswith("/shut"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    _, tally = scan(tmp_path, known)
    assert [key.relative_path for key in tally.gone] == ["open/a.jpg", "shutter/d.jpg"]
    assert tally.unlisted == {FileKey(ROOT, "shut"): "Keepsight is not allowed to look into this folder"}
    # What one root hides says nothing about another's folder of the same name.
    other = tmp_path / "other"
    make(other, "shut/x.jpg")
    there = as_known(other, "shut/x.jpg")
    (other / "shut/x.jpg").unlink()
    monkeypatch.undo()
    list(
        scan_folder(
            str(other), ChangedPlaces(RootId(2)), known=KnownFiles.of(there), exclusion=Exclusion(), tally=tally
        )
    )
    assert [key.root_id for key in tally.gone] == [1, 1, 2]


def test_a_file_that_may_not_be_looked_at_is_not_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.jpg", "b.jpg")
    known = as_known(tmp_path, "a.jpg", "b.jpg")
    real = os.scandir

    class Shut:
        """As in a folder that may be listed and not entered."""

        def __init__(self, entry: os.DirEntry[str]) -> None:
            self.name, self.path, self.is_dir = entry.name, entry.path, entry.is_dir

        def stat(self) -> os.stat_result:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", lambda folder: map(Shut, real(folder)))
    found, tally = scan(tmp_path, known)
    assert (found, tally.gone) == ({}, [])
    assert {key.relative_path for key in tally.unlisted} == {"a.jpg", "b.jpg"}


def test_a_file_that_vanishes_while_it_is_looked_at_is_simply_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a.jpg", "b.jpg")
    real = os.scandir

    def list_and_lose(folder: str):
        entries = list(real(folder))
        (tmp_path / "a.jpg").unlink(missing_ok=True)
        return entries

    monkeypatch.setattr(os, "scandir", list_and_lose)
    assert set(scan(tmp_path)[0]) == {"b.jpg"}


def test_a_scan_that_was_cancelled_calls_nothing_gone(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg")
    known = as_known(tmp_path, "a.jpg")
    (tmp_path / "a.jpg").unlink()
    tally = ScanTally()
    assert (
        list(
            scan_folder(
                str(tmp_path),
                ChangedPlaces(ROOT),
                known=KnownFiles.of(known),
                exclusion=Exclusion(),
                tally=tally,
                cancelled=lambda: True,
            )
        )
        == []
    )
    assert tally.gone == []
