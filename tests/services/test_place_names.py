"""Names of places from the bundled list of towns, in a real library."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD
from PIL.TiffImagePlugin import IFDRational

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Library
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.photo import Metadata
from desktop_app.domain.query_terms import NearPoint
from desktop_app.domain.question import Question
from desktop_app.domain.town_names import OTHER_NAMES
from desktop_app.services import place_names
from desktop_app.services.place_names import PlaceNames
from tests.fixtures.libraries import id_of, index_now

EIFFEL_TOWER = (48.8584, 2.2945)
OPERA_HOUSE = (-33.8568, 151.2153)
PARIS_IN_TEXAS = (33.6609, -95.5555)
AT_SEA = (30.0, -40.0)


@pytest.fixture(scope="module")
def names() -> PlaceNames:
    """The towns, read once."""
    return PlaceNames()


@pytest.mark.parametrize(
    ("position", "place"),
    [
        (EIFFEL_TOWER, "Paris, Île-de-France, France"),
        (OPERA_HOUSE, "Sydney, New South Wales, Australia"),
        ((41.8827, -87.6233), "Chicago, Cook County, Illinois, United States"),
        ((52.5163, 13.3777), "Berlin, State of Berlin, Germany"),
        (AT_SEA, ""),
    ],
)
def test_well_known_places(names: PlaceNames, position: tuple[float, float], place: str) -> None:
    assert names.place_of(Metadata(latitude=position[0], longitude=position[1])) == place


def test_every_other_name_is_that_of_a_large_town(names: PlaceNames) -> None:
    for other, listed in OTHER_NAMES.items():
        found = names.gazetteer().find(other)
        assert found, f"{other} is {listed}, which no town is called"
        assert found[0].people > 50_000, f"{other} is found as {found[0].label}"


def test_without_a_position_there_is_no_name(names: PlaceNames) -> None:
    assert names.place_of(Metadata()) is None
    assert names.place_of(Metadata(latitude=1.0)) is None


def test_a_list_that_cannot_be_read_costs_the_names_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place_names, "_PACKAGE", "no_such_package_of_towns")
    broken = PlaceNames()
    assert broken.place_of(Metadata(latitude=1.0, longitude=1.0)) is None
    assert broken.towns_beginning_with("par", most=3) == []
    with pytest.raises(UserFacingError, match="list of place names"):
        broken.gazetteer()


def photo_at(path: Path, position: tuple[float, float] | None, shade: int) -> Path:
    """A small photo with a position in its EXIF."""
    exif = Image.Exif()
    if position is not None:
        latitude, longitude = position
        exif[IFD.GPSInfo] = {
            GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
            GPS.GPSLatitude: _degrees(latitude),
            GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
            GPS.GPSLongitude: _degrees(longitude),
        }
    Image.new("RGB", (64, 48), (shade, 120, 200)).save(path, exif=exif)
    return path


def _degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    return IFDRational(round(abs(value) * 10_000), 10_000), IFDRational(0), IFDRational(0)


def test_photos_are_found_by_where_they_were_taken(
    open_here: Callable[[], AbstractContextManager[Library]], tmp_path: Path
) -> None:
    folder = tmp_path / "trips"
    folder.mkdir()
    tower = photo_at(folder / "tower.jpg", EIFFEL_TOWER, 10)
    opera = photo_at(folder / "opera.jpg", OPERA_HOUSE, 60)
    ranch = photo_at(folder / "ranch.jpg", PARIS_IN_TEXAS, 110)
    photo_at(folder / "sea.jpg", AT_SEA, 160)
    photo_at(folder / "plain.jpg", None, 210)
    with open_here() as library:
        services = library.services
        index_now(services, folder)

        def found(text: str) -> set[int]:
            return set(services.asking.ask(Question(text=text)).result.photo_ids.tolist())

        def ids(*paths: Path) -> set[int]:
            return {id_of(services, path) for path in paths}

        assert found('"paris"') == ids(tower, ranch)
        assert found('"ile-de-france"') == ids(tower)
        assert found('near:"Sydney" 20km') == ids(opera)
        assert found('near:"paris, france" 20km') == ids(tower)
        assert found("near:Melbourne 30km") == set()
        assert len(services.browsing.places()) == 3
        details = services.browsing.details(id_of(services, opera))
        assert details is not None
        assert details.place == "Sydney, New South Wales, Australia"

        with pytest.raises(QueryProblem, match="no place called 'Melburne'") as caught:
            services.understanding.tree("dog near:Melburne 5km")
        assert caught.value.span.start == 4
        assert "'Melbourne'" in caught.value.next_step
        assert {"Sydney", "Sydenham"} & {c.label for c in services.understanding.complete("near:Syd", 8).candidates}
        assert "Melbourne" in [c.label for c in services.understanding.complete('near:"Melb', 10).candidates]

    tower.unlink()
    with open_here() as library:
        writer = library._store.writer
        writer.do(lambda session: session.connection.execute("UPDATE contents SET place = NULL").rowcount)
        point = library.services.understanding.tree("near:Paris")
        assert isinstance(point, NearPoint)
        assert point.latitude == pytest.approx(48.85, abs=0.1), "the largest, while no photo tells of another"
        library.services.indexing.start().result(timeout=120)
        assert len(library.services.browsing.places()) == 3, "photos of before are named too, as they were not yet"
        writer.do(
            lambda session: session.connection.execute("UPDATE contents SET place = '' WHERE latitude > 40").rowcount
        )
        point = library.services.understanding.tree("near:Paris")
        assert isinstance(point, NearPoint)
        assert point.latitude == pytest.approx(PARIS_IN_TEXAS[0], abs=0.1), "the one where photos were taken"


VILLAGES = [
    {"city": f"Village {number} }},{{", "country_code": "XX", "latitude": number, "longitude": -number, "population": 7}
    for number in range(20)
]


@pytest.mark.parametrize("piece", [1, 7, 1 << 16])
@pytest.mark.parametrize("between", [",", ",\n "])
def test_the_list_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch, piece: int, between: str) -> None:
    monkeypatch.setattr(place_names, "_READ_CHARS", piece)
    text = "[" + between.join(json.dumps(village) for village in VILLAGES) + "]\n"
    assert list(place_names._rows(io.StringIO(text))) == VILLAGES


@pytest.mark.parametrize("cut", [0, 1, 30, -2, -1])
def test_a_list_cut_short_is_no_list(cut: int) -> None:
    text = json.dumps(VILLAGES)
    with pytest.raises(ValueError):  # noqa: PT011 - its reader says which file it was
        list(place_names._rows(io.StringIO(text[:cut])))
