"""Photos that belong together, in a real library: RAW + JPEG, live photos and bursts, as files come and go."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoId, PhotoLocation
from desktop_app.domain.query import InFolder, InStack
from desktop_app.domain.query_terms import Named, NameKind
from desktop_app.domain.question import Question
from desktop_app.domain.tag import TagState
from desktop_app.services.deleting import Deleting
from desktop_app.services.services import Services
from desktop_app.services.stacking import folded
from tests.fixtures.formats import write_dng, write_video
from tests.fixtures.libraries import id_of, index_now
from tests.fixtures.photos import small_photos

pytestmark = pytest.mark.keeps_threads("keepsight-")


@pytest.fixture
def services(tmp_path: Path, tiny_library: Path) -> Iterator[Services]:
    with open_library(Path(shutil.copytree(tiny_library, tmp_path / "library"))) as library:
        yield library.services


def take(path: Path, photo: Image.Image, second: int) -> Path:
    """Save a photo as a camera takes it at a second of a minute."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Keepsight", "Test Camera"
    exif.get_ifd(0x8769)[0x9003] = f"2024:05:01 12:00:{second:02d}"
    photo.save(path, exif=exif)
    return path


def shown(services: Services, *, stacks: bool = True) -> dict[str, str]:
    """Name and badge of what a window lists."""
    ids = services.asking.ask(Question(stacks=stacks)).result.photo_ids.tolist()
    return {summary.name: summary.badge for summary in services.browsing.summaries(ids).values()}


def test_raw_live_photos_and_bursts_are_shown_as_one(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    pictures = list(small_photos(6))
    pictures[0].save(folder / "IMG_1.JPG")
    write_dng(folder / "img_1.dng", (64, 48))
    pictures[1].save(folder / "IMG_2.jpg")
    write_video(folder / "IMG_2.mov", [(200, 40, 40)])
    same_size = [picture.resize((120, 90)) for picture in pictures[2:5]]
    for number, picture in enumerate(same_size):
        take(folder / f"IMG_{5 + number}.jpg", picture, second=number)
    take(folder / "IMG_9.jpg", pictures[5].resize((120, 90)), second=30)
    index_now(services, folder)
    assert shown(services) == {
        "IMG_1.JPG": "RAW + JPEG",
        "IMG_2.jpg": "Live",
        "IMG_5.jpg": "3 in burst",
        "IMG_9.jpg": "",
    }
    assert len(shown(services, stacks=False)) == 8

    leader = id_of(services, folder / "IMG_5.jpg")
    opened = services.browsing.photo_ids(InStack(leader)).tolist()
    assert set(opened) == {leader, *services.stacking.behind(leader)}
    assert len(opened) == 3

    (folder / "IMG_1.JPG").unlink()
    (folder / "IMG_6.jpg").unlink()
    index_now(services)
    # A stack's photo stands for itself once its leader is gone; two in a row are no burst.
    there = {name: badge for name, badge in shown(services).items() if name not in {"IMG_1.JPG", "IMG_6.jpg"}}
    assert there == {"img_1.dng": "RAW", "IMG_2.jpg": "Live", "IMG_5.jpg": "", "IMG_7.jpg": "", "IMG_9.jpg": ""}


def test_what_is_taken_apart_stays_apart(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    picture, another = small_photos(2)
    picture.save(folder / "a.jpg")
    write_dng(folder / "a.dng", (64, 48))
    index_now(services, folder)
    assert shown(services) == {"a.jpg": "RAW + JPEG"}
    changes = services.stacking.take_apart([id_of(services, folder / "a.jpg")])
    assert len(changes.updated) == 2
    assert shown(services) == {"a.jpg": "", "a.dng": "RAW"}
    another.save(folder / "b.jpg")
    index_now(services)
    assert set(shown(services)) == {"a.jpg", "a.dng", "b.jpg"}


def test_a_library_from_before_there_were_stacks_gets_them_at_its_next_run(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "photos" / "2024"
    folder.mkdir(parents=True)
    next(small_photos(1)).save(folder / "a.jpg")
    write_dng(folder / "a.dng", (64, 48))
    index_now(services, folder.parent)
    writer = services.tagging._store
    writer.change(_forget_stacks)
    assert set(shown(services)) == {"a.jpg", "a.dng"}
    index_now(services)
    assert shown(services) == {"a.jpg": "RAW + JPEG"}
    root = services.browsing.roots()[0].root_id
    assert len(services.asking.ask(Question(where=InFolder(root, "2024"), stacks=True)).result.photo_ids) == 1


def _forget_stacks(session):  # type: ignore[no-untyped-def]
    from desktop_app.domain.changes import LibraryChanges
    from desktop_app.store.settings import write_setting
    from desktop_app.store.stacks import ALL_FOLDERS_DUE

    session.connection.execute("DELETE FROM stacked")
    write_setting(session, ALL_FOLDERS_DUE, "yes")
    return LibraryChanges(roots_changed=True)


def test_only_what_stands_behind_a_listed_photo_is_left_out() -> None:
    pairs = np.array([[2, 1], [3, 1], [9, 8]])
    assert folded(np.array([5, 3, 2, 1]), pairs).tolist() == [5, 1]
    assert folded(np.array([3, 5, 9]), pairs).tolist() == [3, 5, 9]
    assert folded(np.array([], np.int64), pairs).tolist() == []


def test_what_is_said_of_a_pair_is_said_of_both_halves_and_of_a_burst_of_one(
    services: Services, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    pictures = [picture.resize((120, 90)) for picture in small_photos(4)]
    pictures[0].save(folder / "IMG_1.JPG")
    write_dng(folder / "IMG_1.dng", (64, 48))
    burst = [take(folder / f"IMG_{5 + number}.jpg", pictures[1 + number], second=number) for number in range(3)]
    index_now(services, folder)
    pair = [id_of(services, folder / name) for name in ("IMG_1.JPG", "IMG_1.dng")]
    in_burst = [id_of(services, path) for path in burst]
    assert len(shown(services)) == 2

    tagged = services.tagging.add("mine", [pair[0], in_burst[0]])
    services.curating.rate([pair[0], in_burst[0]], 4)
    services.curating.toggle_favourite([pair[0]])
    services.curating.entitle([pair[0]], "One moment")
    assert tagged.photos == 3
    for photo, has in [(pair[0], True), (pair[1], True), (in_burst[0], True), (in_burst[1], False)]:
        assert (tags_of(services, photo) == {"mine"}) is has
        assert (services.curating.said_of([photo]).rating == 4) is has
    assert services.curating.said_of(pair).favourite
    assert [services.curating.said_of([photo]).title for photo in pair] == ["One moment"] * 2
    # The other half by itself: only that.
    services.tagging.remove("mine", [pair[1]])
    assert tags_of(services, pair[0]) == {"mine"}
    assert tags_of(services, pair[1]) == set()


def test_a_burst_of_pairs_is_one_and_its_pictures_are_pairs(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    pictures = [picture.resize((120, 90)) for picture in small_photos(3)]
    jpegs = [take(folder / f"IMG_{number}.jpg", picture, second=number) for number, picture in enumerate(pictures)]
    for number in range(3):
        write_dng(folder / f"IMG_{number}.dng", (64 + number, 48))
    index_now(services, folder)
    assert shown(services) == {"IMG_0.jpg": "3 in burst"}
    leader, second = (id_of(services, path) for path in jpegs[:2])
    raws = [id_of(services, path.with_suffix(".dng")) for path in jpegs]
    assert len(services.stacking.behind(leader)) == 5
    assert set(services.browsing.photo_ids(InStack(leader)).tolist()) == {leader, *services.stacking.behind(leader)}
    services.tagging.add("mine", [leader, second])
    assert [tags_of(services, raw) for raw in raws] == [{"mine"}, {"mine"}, set()]
    # A copy of one of them in a folder of its own parts nobody here.
    (tmp_path / "photos" / "best").mkdir()
    shutil.copy(jpegs[1], folder / "best" / "IMG_1.jpg")
    index_now(services)
    assert shown(services) == {"IMG_0.jpg": "3 in burst"}
    services.stacking.take_apart([leader])
    assert len(shown(services)) == 6


def test_an_album_holds_both_halves_of_a_pair_and_gives_both_back(services: Services, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    next(small_photos(1)).save(folder / "a.jpg")
    write_dng(folder / "a.dng", (64, 48))
    index_now(services, folder)
    pair = [id_of(services, folder / name) for name in ("a.jpg", "a.dng")]

    def in_album() -> list[int]:
        return sorted(services.browsing.photo_ids(Named(NameKind.ALBUM, "best")).tolist())

    assert services.albums.add("Best", pair[:1]).photos == 2
    assert in_album() == sorted(pair)
    services.tag_editing.undo()
    assert in_album() == []
    services.tag_editing.redo()
    services.albums.remove("Best", pair[:1])
    assert in_album() == []
    services.albums.add("Best", pair[1:])
    assert in_album() == pair[1:]


def test_deleting_what_is_shown_as_one_moves_both_files_and_of_a_burst_what_is_said(
    services: Services, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    pictures = [picture.resize((120, 90)) for picture in small_photos(4)]
    pictures[0].save(folder / "a.jpg")
    write_dng(folder / "a.dng", (64, 48))
    (folder / "a.xmp").write_bytes(b"what another program wrote of both")
    burst = [take(folder / f"b{number}.jpg", pictures[1 + number], second=number) for number in range(3)]
    index_now(services, folder)
    pair = [id_of(services, folder / name) for name in ("a.jpg", "a.dng")]
    services.tagging.add("mine", pair[:1])
    services.albums.add("Best", pair[:1])

    def named(places: Sequence[PhotoLocation]) -> set[str]:
        return {place.path.name for place in places}

    plan = services.deleting.plan([pair[0], id_of(services, burst[0])])
    assert plan.photos == 2
    assert (named(plan.places), named(plan.rest_of_bursts)) == ({"a.jpg", "a.dng", "b0.jpg"}, {"b1.jpg", "b2.jpg"})
    opened = services.deleting.plan(pair[:1], as_one=False)
    assert (named(opened.places), opened.rest_of_bursts) == ({"a.jpg"}, ())

    away = tmp_path / "trash"
    away.mkdir()
    deleting = Deleting(
        services.tagging._store, services.browsing._presence, trash=lambda path: path.rename(away / path.name)
    )
    deleted = deleting.delete(deleting.plan(pair[:1]).places)
    assert {path.name for path in deleted.trashed} == {"a.jpg", "a.dng"}
    assert {path.name for path in away.iterdir()} == {"a.jpg", "a.dng", "a.xmp"}
    assert "a.jpg" not in shown(services)
    for path in away.iterdir():
        path.rename(folder / path.name)
    assert index_now(services).embedded == 0
    assert shown(services)["a.jpg"] == "RAW + JPEG"
    assert [tags_of(services, photo) for photo in pair] == [{"mine"}] * 2
    assert sorted(services.browsing.photo_ids(Named(NameKind.ALBUM, "best")).tolist()) == sorted(pair)


def tags_of(services: Services, photo: PhotoId) -> set[str]:
    """What the person said the photo shows."""
    details = services.browsing.details(photo)
    assert details is not None
    return {item.tag.name for item in details.tags if item.tag.name == "mine" and item.state is TagState.ACCEPTED}
