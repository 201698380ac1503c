"""Which photos pass one leaf of a filter, as sets without an order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.domain.query import And, Filter
from desktop_app.store.filters import where
from desktop_app.store.reader import Reader

Ids = npt.NDArray[np.int64]


def photos_where(reader: Reader, filter_: Filter, *, among: Sequence[int] | None = None) -> Ids:
    """Ids of the photos that pass a filter, in no order; of these alone when some are given. The filter that lets everything
    pass tells which photos are in the library; any other may name contents that are no photo at present.
    """
    if among is not None and not len(among):
        return np.empty(0, np.int64)
    within = "" if among is None else f" AND {{}} IN ({','.join(str(int(photo)) for photo in among)})"
    if filter_ == And(()):
        return reader.numbers(f"SELECT DISTINCT content_id FROM files WHERE 1{within.format('content_id')}")
    clause = where(filter_)
    return reader.numbers(f"SELECT c.id FROM contents c WHERE ({clause.sql}){within.format('c.id')}", clause.values)


def highest_id(reader: Reader) -> int:
    """The highest id that a photo has; 0 in an empty library."""
    return int(reader.value("SELECT MAX(id) FROM contents") or 0)


def library_version(reader: Reader) -> int:
    """A number that changes for this thread whenever another connection, this program's or another's, has written."""
    return int(reader.value("PRAGMA data_version"))
