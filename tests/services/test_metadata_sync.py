"""What other programs wrote comes in, what the library holds goes out, and neither loses anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PIL import Image

from desktop_app.compose import Library, open_library
from desktop_app.domain.photo import PhotoDetails, PhotoId
from desktop_app.domain.query_terms import Words
from desktop_app.domain.sidecar import SidecarNaming
from desktop_app.domain.tag import Tag, TagDraft, TagSource, TagState
from desktop_app.imaging.xmp_document import parse_xmp
from desktop_app.imaging.xmp_reading import annotations_of
from desktop_app.services.services import Services
from tests.fixtures.libraries import Indexed, id_of, index_now
from tests.fixtures.packets import alternatives, as_list, bag, exiftool_says, packet
from tests.fixtures.windows import PATIENCE_MS

Open = Callable[[], AbstractContextManager[Library]]

SIDECAR = packet(
    bag("dc:subject", "Rex", "walk")
    + bag("lr:hierarchicalSubject", "Animals|Pets|Rex")
    + alternatives("dc:title", x_default="In the garden")
    + "<our:secret>kept</our:secret>",
    'xmp:Rating="4" xmp:Label="Green" exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,21.1E"',
)


def details(services: Services, photo_id: PhotoId) -> PhotoDetails:
    found = services.browsing.details(photo_id)
    assert found is not None
    return found


def file_tags(services: Services, photo_id: PhotoId) -> set[str]:
    return {item.tag.name for item in details(services, photo_id).tags if item.source is TagSource.FILE}


def all_tags(services: Services, photo_id: PhotoId) -> set[str]:
    return {item.tag.name for item in details(services, photo_id).tags}


def accepted(services: Services, photo_id: PhotoId) -> list[Tag]:
    return [item.tag for item in details(services, photo_id).tags if item.state is TagState.ACCEPTED]


def test_a_sidecar_is_read_with_its_photo_and_again_when_it_changes(open_here: Open, photos: Path) -> None:
    sidecar = photos / "photo_00.jpg.xmp"
    sidecar.write_bytes(SIDECAR)
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        found = details(services, photo)
        assert file_tags(services, photo) == {"Rex", "walk"}
        assert (found.curation.rating, found.curation.title, found.curation.label) == (4, "In the garden", "Green")
        assert found.metadata.latitude == pytest.approx(48.858333, abs=1e-6)
        # The hierarchy is kept, and the words are found.
        by_name = {tag.name: tag for tag in services.browsing.all_tags()}
        assert by_name["Rex"].parent_id == by_name["Pets"].id
        assert by_name["Pets"].parent_id == by_name["Animals"].id
        assert services.browsing.photo_ids(Words("garden")).tolist() == [photo]
        assert services.browsing.photo_ids(Words("green")).tolist() == [photo]

        sidecar.write_bytes(packet(bag("dc:subject", "Rex")))
        report = index_now(services)
        assert (report.embedded, report.modified) == (0, 0)
        assert file_tags(services, photo) == {"Rex"}
        assert (details(services, photo).curation.rating, details(services, photo).curation.title) == (0, None)
        assert details(services, photo).metadata.latitude is None

        sidecar.unlink()
        assert index_now(services).embedded == 0
        assert file_tags(services, photo) == set()


def test_the_person_outranks_files(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        services.curating.rate([photo], 2)
        services.curating.entitle([photo], " My  title ")
        services.tagging.add("walk", [photo])
        services.tagging.remove("walk", [photo])
        (photos / "photo_00.xmp").write_bytes(SIDECAR)
        index_now(services)
        found = details(services, photo).curation
        assert (found.rating, found.title, found.label) == (2, "My title", "Green")
        assert all_tags(services, photo) & {"walk", "Rex"} == {"Rex"}


def test_a_malformed_sidecar_is_refused_with_a_reason_and_loses_nothing(open_here: Open, photos: Path) -> None:
    sidecar = photos / "photo_00.jpg.xmp"
    sidecar.write_bytes(SIDECAR)
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        for damaged, reason in (
            (SIDECAR[:-60], "ends too early"),
            (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + SIDECAR, "entities"),
        ):
            sidecar.write_bytes(damaged)
            index_now(services)
            assert file_tags(services, photo) == {"Rex", "walk"}
            assert details(services, photo).curation.title == "In the garden"
            [skipped] = [file for file in services.browsing.skipped() if file.path == sidecar]
            assert reason in skipped.reason
            [refused] = services.metadata.write([photo])
            assert reason in refused.problem
            assert sidecar.read_bytes() == damaged


def test_what_is_written_is_what_other_programs_read(open_here: Open, photos: Path, exiftool: str) -> None:
    (photos / "photo_01.xmp").write_bytes(SIDECAR)
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        first, second = (id_of(services, photos / f"photo_0{number}.jpg") for number in range(2))
        for photo in (first, second):
            services.tagging.add("our own", [photo])
        services.tagging.remove("walk", [second])
        services.curating.rate([first], 3)
        services.curating.describe([first], "Two\nlines & more")

        previewed = list(services.metadata.preview([first, second]))
        assert [change.sidecar.name for change in previewed] == [
            "photo_00.xmp",
            "photo_01.xmp",
        ]  # as the one that is there
        assert [change.is_new for change in previewed] == [True, False]
        assert not (photos / "photo_00.xmp").exists()
        assert "+     <rdf:li>our own</rdf:li>" in services.metadata.difference(previewed[0])
        assert "<rdf:li>our own</rdf:li>" in services.metadata.difference(previewed[1])
        assert (photos / "photo_01.xmp").read_bytes() == SIDECAR

        assert list(services.metadata.write([first, second])) == previewed
        new, old = exiftool_says(exiftool, photos / "photo_00.xmp", photos / "photo_01.xmp")
        accepted = {item.tag.name for item in details(services, first).tags if item.state.value == "accepted"}
        assert set(as_list(new["XMP-dc:Subject"])) == accepted
        assert new["XMP-xmp:Rating"] == 3
        assert new["XMP-dc:Description"] == "Two\nlines & more"
        assert set(as_list(old["XMP-dc:Subject"])) >= {"Rex", "our own"}
        assert "walk" not in as_list(old["XMP-dc:Subject"])
        assert "Animals|Pets|Rex" in as_list(old["XMP-lr:HierarchicalSubject"])
        assert b"<our:secret>kept</our:secret>" in (photos / "photo_01.xmp").read_bytes()
        # A second time there is nothing to do.
        assert all(not change.fields for change in services.metadata.preview([first, second]))
        # What we wrote is not taken for another program's word.
        index_now(services)
        assert file_tags(services, first) == set()
        services.tagging.forget("our own", [first])
        list(services.metadata.write([first]))
        assert "our own" not in {
            path[-1] for path in annotations_of(parse_xmp((photos / "photo_00.xmp").read_bytes())).tags
        }


def test_another_programs_words_since_the_last_look_are_kept(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        services.tagging.add("ours", [photo])
        sidecar = photos / "photo_00.jpg.xmp"
        sidecar.write_bytes(SIDECAR)  # not read yet
        list(services.metadata.write([photo]))
        said = annotations_of(parse_xmp(sidecar.read_bytes()))
        assert {path[-1] for path in said.tags} >= {"Rex", "walk", "ours"}
        assert (said.rating, said.title) == (4, "In the garden")


@pytest.mark.parametrize("edit", ["rename", "change", "merge"])
def test_another_name_for_a_files_keyword_outlasts_writing_and_reading(
    open_here: Open, photos: Path, edit: str
) -> None:
    sidecar = photos / "photo_00.jpg.xmp"
    sidecar.write_bytes(SIDECAR)
    with open_here() as library:
        services, editing = library.services, library.services.tag_editing
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        walk = editing.definition("walk").tag
        if edit == "rename":
            editing.rename(walk.id, "stroll")
        elif edit == "change":
            editing.change(walk.id, TagDraft("stroll", looked_for=False))
        else:
            services.tagging.add("stroll", [id_of(services, photos / "photo_01.jpg")])
            editing.merge(walk.id, editing.definition("stroll").tag.id)
        services.metadata.read_again([photo])
        assert file_tags(services, photo) == {"Rex", "stroll"}, "the file's own word leads to the tag"
        list(services.metadata.write([photo]))
        written = annotations_of(parse_xmp(sidecar.read_bytes()))
        assert {path[-1] for path in written.tags} >= {"Rex", "stroll"}
        assert "walk" not in {path[-1] for path in written.tags}
        index_now(services)
        services.metadata.read_again([photo])
        assert file_tags(services, photo) == {"Rex", "stroll"}


def test_only_the_person_moves_what_other_programs_placed(open_here: Open, photos: Path) -> None:
    theirs = {"photo_00": "Pets|Rex", "photo_01": "Family|Rex"}
    for name, place in theirs.items():
        (photos / f"{name}.xmp").write_bytes(packet(bag("lr:hierarchicalSubject", place)))
    with open_here() as library:
        services, editing = library.services, library.services.tag_editing
        index_now(services, photos)
        ids = [id_of(services, photos / f"{name}.jpg") for name in theirs]
        services.tagging.add("ours", ids)

        def places() -> set[str]:
            list(services.metadata.write(ids))
            said = [annotations_of(parse_xmp((photos / f"{name}.xmp").read_bytes())).tags for name in theirs]
            return {"|".join(path) for tags in said for path in tags if path[-1] in {"Rex", "ours"}}

        assert places() == {*theirs.values(), "ours"}
        editing.move(editing.definition("Rex").tag.id, editing.definition("ours").tag.id)
        assert places() == {"ours|Rex", "ours"}
        editing.move(editing.definition("Rex").tag.id, None)
        services.metadata.read_again(ids)
        assert editing.definition("Rex").tag.parent_id is None, "no file moves it any more"


def test_what_a_machine_says_of_sensitive_things_is_told_nobody(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        found = {photo: accepted(services, photo) for photo in services.browsing.photo_ids().tolist()}
        photo, machine = next((photo, tags) for photo, tags in found.items() if tags)
        for tag in machine:
            services.tag_editing.set_sensitive(tag.id, sensitive=True)
        services.curating.rate([photo], 5)
        [change] = services.metadata.preview([photo])
        assert [each.field for each in change.fields] == ["rating"]
        services.tagging.accept(machine[0].name, [photo])
        [change] = services.metadata.preview([photo])
        assert machine[0].name in {each.after.split(" › ")[-1] for each in change.fields}


def test_names_of_sidecars_can_be_chosen(open_here: Open, photos: Path) -> None:
    (photos / "photo_00.png").write_bytes(b"")  # a photo of the same name: photo_00.xmp would be both's
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        ids = [id_of(services, photos / f"photo_0{number}.jpg") for number in range(3)]
        services.curating.rate(ids, 5)
        names = [change.sidecar.name for change in services.metadata.preview(ids[1:])]
        assert names == ["photo_01.jpg.xmp", "photo_02.jpg.xmp"]
        services.metadata.choose_naming(SidecarNaming.STEM)
        assert services.metadata.naming is SidecarNaming.STEM
        names = [change.sidecar.name for change in services.metadata.preview(ids)]
        assert names == ["photo_00.jpg.xmp", "photo_01.xmp", "photo_02.xmp"]


def test_photos_that_say_nothing_and_files_that_are_away(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        quiet, away = (id_of(services, photos / f"photo_0{number}.jpg") for number in range(2))
        for photo in (quiet, away):
            for item in details(services, photo).tags:
                services.tagging.remove(item.tag.name, [photo])
        services.curating.rate([away], 1)
        (photos / "photo_01.jpg").unlink()
        [change] = services.metadata.write([quiet, away])
        assert (change.photo_id, "not there" in change.problem) == (away, True)
        assert not list(photos.glob("*.xmp"))


def test_embedded_words_come_in_for_photos_that_were_there_before(open_here: Open, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (40, 30), "teal").save(folder / "a.jpg", xmp=SIDECAR)
    with open_here() as library:
        services = library.services
        index_now(services, folder)
        photo = id_of(services, folder / "a.jpg")
        assert file_tags(services, photo) == {"Rex", "walk"}
        # A moved photo keeps them, and finds the sidecar at its new place.
        (folder / "new").mkdir()
        (folder / "a.jpg").rename(folder / "new" / "b.jpg")
        (folder / "new" / "b.jpg.xmp").write_bytes(packet(bag("dc:subject", "moved")))
        assert index_now(services).embedded == 0
        assert file_tags(services, photo) == {"Rex", "walk", "moved"}


def test_a_changed_sidecar_is_noticed_while_folders_are_watched(open_here: Open, photos: Path) -> None:
    with open_here() as library:
        services = library.services
        index_now(services, photos)
        photo = id_of(services, photos / "photo_00.jpg")
        services.watching.start()
        (photos / "photo_00.jpg.xmp").write_bytes(SIDECAR)
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not file_tags(services, photo) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert file_tags(services, photo) == {"Rex", "walk"}
        services.watching.stop()
