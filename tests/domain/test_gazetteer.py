"""Which town a point lies in, and where a town of a name is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.gazetteer import Gazetteer, Town

TOWNS = [
    Town("Bigcity", "", "North", "Utopia", 50.0, 10.0, 2_000_000),
    Town("Oldquarter", "", "North", "Utopia", 50.01, 10.01, 9_000),
    Town("Suburb", "Suburb County", "North", "Utopia", 50.1, 10.0, 60_000),
    Town("Overtheborder", "", "South", "Utopia", 49.98, 10.02, 8_000),
    Town("Hamlet", "", "North", "Utopia", 50.6, 10.0, 300),
    Town("Dateline", "", "East", "Isles", 0.0, 179.99, 5_000),
    Town("Bigcity", "", "Far", "Elsewhere", -20.0, 40.0, 50_000),
    Town("Sankt Öd", "", "West", "Utopia", -21.0, 44.0, 20_000),
    Town("Rome", "", "Lazio", "Italy", 41.9, 12.5, 2_300_000),
    Town("Roma", "", "Maseru", "Lesotho", -29.5, 27.7, 10_000),
]
GAZETTEER = Gazetteer.of(TOWNS)


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (50.03, 9.96, "Bigcity, North, Utopia"),  # nearer to a quarter's middle, but outside of it
        (50.01, 10.01, "Oldquarter, Bigcity, North, Utopia"),
        (50.101, 10.0, "Suburb, Suburb County, North, Utopia"),
        (49.98, 10.02, "Overtheborder, South, Utopia"),
        (50.61, 10.0, "Hamlet, North, Utopia"),
        (51.3, 10.0, "North, Utopia"),  # 78 km from the hamlet
        (0.0, -179.99, "Dateline, East, Isles"),  # across the date line
        (30.0, -40.0, ""),
        (-90.0, 0.0, ""),
        (90.0, 180.0, ""),
    ],
)
def test_names_of_a_point(latitude: float, longitude: float, place: str) -> None:
    assert GAZETTEER.place_of(latitude, longitude) == place


@given(latitude=st.floats(-90, 90), longitude=st.floats(-180, 180))
def test_any_point_has_names_of_the_list_or_none(latitude: float, longitude: float) -> None:
    known = {name for town in TOWNS for name in (town.name, town.district, town.region, town.country)}
    place = GAZETTEER.place_of(latitude, longitude)
    assert not place or set(place.split(", ")) <= known


def test_towns_by_name() -> None:
    assert [town.country for town in GAZETTEER.find("bigcity")] == ["Utopia", "Elsewhere"]
    assert [town.country for town in GAZETTEER.find(" Bigcity ,  elsewhere")] == ["Elsewhere"]
    assert [town.name for town in GAZETTEER.find("SANKT OD")] == ["Sankt Öd"]
    assert GAZETTEER.find("Suburb, Suburb County, Utopia")[0].label == "Suburb, Suburb County, North, Utopia"
    assert [town.name for town in GAZETTEER.find("sankt oed")] == ["Sankt Öd"], "as it is typed without the letter"
    assert [town.country for town in GAZETTEER.find("Roma")] == ["Italy", "Lesotho"], "as it is called at home"
    assert [town.country for town in GAZETTEER.find("roma, lesotho")] == ["Lesotho"]
    assert GAZETTEER.find("nowhere") == GAZETTEER.find("") == []


def test_misspelt_and_unfinished_names() -> None:
    assert GAZETTEER.suggest("Bigcitty") == ["Bigcity"]
    assert GAZETTEER.suggest("Saint Od, Utopia") == ["Sankt Öd"]
    assert GAZETTEER.suggest("Qqqq") == []
    assert GAZETTEER.beginning_with("s", most=5) == ["Suburb", "Sankt Öd"]
    assert GAZETTEER.beginning_with("S", most=1) == ["Suburb"]
    assert Gazetteer.of([]).place_of(0.0, 0.0) == ""
