"""A list of towns: which one a point lies in, and where a town of a name is."""

from __future__ import annotations

import difflib
import math
import unicodedata
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from desktop_app.domain.geography import EARTH_RADIUS_KM, KM_PER_DEGREE
from desktop_app.domain.town_names import other_names

# Towns of this many people on a square kilometre are as large as they look on a map: it makes Paris 15 km in radius and a
# town of 10,000 people 1 km.
_PEOPLE_PER_KM2 = 3000.0

# A point counts as in a town this far outside its circle too: no town is a circle, and a hamlet's has no size.
_MARGIN_KM = 1.0

# Farther from any town, a place is told by its region and country only; yet farther (at sea, on the ice) not at all.
_FARTHEST_TOWN_KM = 30.0
_FARTHEST_REGION_KM = 150.0

# A quarter belongs to a city of so many times its people whose middle is this part of the city's radius away.
_CITY_TIMES = 8
_CITY_PART = 0.35

_LOOK_KM = 160.0

# Names that a misspelt one is compared with: those of towns of so many people.
_WELL_KNOWN = 15_000
_MOST_SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class Town:
    """One populated place."""

    name: str
    district: str
    """County, department, province: the second level of administration; may be empty."""
    region: str
    """State: the first level; may be empty."""
    country: str
    latitude: float
    longitude: float
    people: int

    @property
    def label(self) -> str:
        """From near to far, each name once: "Versailles, Yvelines, Île-de-France, France"."""
        return _joined((self.name, self.district, self.region, self.country))


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Towns in the order of their latitudes, as columns: a hundred thousand objects would take ten times the memory."""

    names: bytes
    """UTF-8, one behind the other."""
    name_ends: npt.NDArray[np.uint32]
    areas: list[tuple[str, str, str]]
    """District, region and country, each once."""
    area_rows: npt.NDArray[np.int32]
    """Which of the areas a town is in."""
    latitudes: npt.NDArray[np.float32]
    longitudes: npt.NDArray[np.float32]
    people: npt.NDArray[np.int32]

    @classmethod
    def of(cls, towns: Iterable[Town]) -> Gazetteer:
        """From towns in any order, taken one by one and not kept."""
        names: list[bytes] = []
        numbers: dict[tuple[str, str, str], int] = {}
        latitudes, longitudes, people, area_rows = array("f"), array("f"), array("i"), array("i")
        for town in towns:
            names.append(town.name.encode())
            area_rows.append(numbers.setdefault((town.district, town.region, town.country), len(numbers)))
            latitudes.append(town.latitude)
            longitudes.append(town.longitude)
            people.append(town.people)
        order = np.argsort(np.array(latitudes, np.float32), kind="stable")
        ordered = [names[row] for row in order]
        return cls(
            b"".join(ordered),
            np.cumsum([len(name) for name in ordered], dtype=np.uint32),
            list(numbers),
            np.array(area_rows, np.int32)[order],
            np.array(latitudes, np.float32)[order],
            np.array(longitudes, np.float32)[order],
            np.array(people, np.int32)[order],
        )

    def __len__(self) -> int:
        return len(self.people)

    def name(self, row: int) -> str:
        """The name of a row's town."""
        start = int(self.name_ends[row - 1]) if row else 0
        return self.names[start : int(self.name_ends[row])].decode()

    def area(self, row: int) -> tuple[str, str, str]:
        """District, region and country of a row's town."""
        return self.areas[int(self.area_rows[row])]

    def town(self, row: int) -> Town:
        """The town of a row."""
        return Town(
            self.name(row),
            *self.area(row),
            float(self.latitudes[row]),
            float(self.longitudes[row]),
            int(self.people[row]),
        )

    def place_of(self, latitude: float, longitude: float) -> str:
        """The names of a point, from near to far: "Westminster, Greater London, England, United Kingdom". Empty far from
        everything.

        The town whose circle (by its people) the point lies in most deeply, else the one whose circle is nearest: the
        nearest middle alone would put the Eiffel Tower into Neuilly.
        """
        rows, distances = self._around(latitude, longitude)
        if not len(rows):
            return ""
        radii = np.sqrt(self.people[rows] / (math.pi * _PEOPLE_PER_KM2))
        outside = distances - radii
        inside = outside <= _MARGIN_KM
        depth = np.where(inside, distances / (radii + _MARGIN_KM), np.inf)
        best = int(depth.argmin()) if inside.any() else int(outside.argmin())
        if outside[best] > _FARTHEST_REGION_KM:
            return ""
        town = self.town(int(rows[best]))
        if outside[best] > _FARTHEST_TOWN_KM:
            return _joined((town.region, town.country))
        city = self._city_around(town, rows, near=distances <= _CITY_PART * radii)
        return _joined((town.name, city, town.district, town.region, town.country))

    def find(self, text: str) -> list[Town]:
        """Towns of a name, the largest first: "paris", "Paris, Texas", "san jose, costa rica"; in any case, with or without
        accents, and by what well-known towns are called elsewhere. Further names must be of an area that the town is in, each.
        """
        first, *rest = (_folded(part) for part in text.split(","))
        rows = [row for name in (first, *other_names(first)) for row in self._rows_by_name.get(name, [])]
        found = [self.town(row) for row in rows if set(rest) - {""} <= {_folded(area) for area in self.area(row)}]
        return sorted(found, key=lambda town: -town.people)

    def suggest(self, text: str) -> list[str]:
        """Names of well-known towns that are spelt nearly so."""
        wanted = _folded(text.split(",", maxsplit=1)[0])
        alike = difflib.get_close_matches(wanted, self._well_known, n=_MOST_SUGGESTED, cutoff=0.75)
        return [self._well_known[name] for name in alike]

    def beginning_with(self, text: str, *, most: int) -> list[str]:
        """Names of well-known towns that begin so, the largest first."""
        wanted = _folded(text)
        return [name for folded, name in self._well_known.items() if folded.startswith(wanted)][:most]

    def _around(self, latitude: float, longitude: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
        """Rows of the towns that may count for a point, and their distances, km."""
        reach = _LOOK_KM / KM_PER_DEGREE
        low, high = np.searchsorted(self.latitudes, [latitude - reach, latitude + reach])
        phi, other = math.radians(latitude), np.radians(self.latitudes[low:high].astype(np.float64))
        # Across the date line the difference is taken the short way round by the sine's own period.
        half_lon = np.radians(self.longitudes[low:high].astype(np.float64) - longitude) / 2.0
        chord = np.sin((other - phi) / 2.0) ** 2 + math.cos(phi) * np.cos(other) * np.sin(half_lon) ** 2
        distances = 2.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
        near = np.flatnonzero(distances <= _LOOK_KM + _FARTHEST_REGION_KM)
        return near + low, distances[near]

    def _city_around(self, town: Town, rows: npt.NDArray[np.intp], *, near: npt.NDArray[np.bool_]) -> str:
        """The city that the town is a quarter of; empty for a town of its own."""
        cities = [self.town(int(row)) for row in rows[near & (self.people[rows] >= _CITY_TIMES * max(town.people, 1))]]
        around = [city for city in cities if (city.region, city.country) == (town.region, town.country)]
        return max(around, key=lambda city: city.people).name if around else ""

    @cached_property
    def _rows_by_name(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row in range(len(self)):
            rows.setdefault(_folded(self.name(row)), []).append(row)
        return rows

    @cached_property
    def _well_known(self) -> dict[str, str]:
        """Names by how they are compared, the largest town's first."""
        order = np.argsort(-self.people, kind="stable")[: int((self.people >= _WELL_KNOWN).sum())]
        names: dict[str, str] = {}
        for row in order.tolist():
            names.setdefault(_folded(self.name(row)), self.name(row))
        return names


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(name.replace(",", " ") for name in names if name))


def _folded(name: str) -> str:
    """Lower case without accents: "Zürich" is "zurich"."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    return " ".join(plain.casefold().split())
