"""Changed places of one root, held back until they have settled, and then handed on together."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.domain.indexing import ChangedPlaces
from desktop_app.domain.photo import RootId

# Renames come in pairs and copies in bursts; half a second without news of a file means that it has arrived.
_QUIET_SECONDS = 0.5

# A file that was written to and not closed yet is given longer: a download or a slow card pauses now and then.
_OPEN_QUIET_SECONDS = 2.0

# Beyond this many places one scan of what holds them is cheaper than many small ones.
_PLACES_WORTH_A_SCAN = 64


class ChangedFiles:
    """What changed in one root and was not looked at yet. Not thread-safe: whoever owns it locks."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._suspects: set[str] = set()

    def note(
        self, relative: str, *, now: float, still_open: bool = False, suspect: bool = False, again: bool = True
    ) -> None:
        """Something happened to a file or folder ("" for the whole root). Each news of it starts the wait anew, unless it
        may be the same news as before (not `again`).
        """
        due = now + (_OPEN_QUIET_SECONDS if still_open else _QUIET_SECONDS)
        self._due[relative] = due if again else min(due, self._due.get(relative, due))
        if suspect:
            self._suspects.add(relative)

    def next_due(self) -> float | None:
        """When the first of them will have settled; None when there is nothing to wait for."""
        return min(self._due.values(), default=None)

    def take_settled(self, root_id: RootId, now: float) -> ChangedPlaces | None:
        """Hand out what has settled, once; None when nothing has."""
        settled = {relative for relative, due in self._due.items() if due <= now}
        if not settled:
            return None
        suspects = frozenset(settled & self._suspects)
        self._suspects -= settled
        for relative in settled:
            del self._due[relative]
        return ChangedPlaces(root_id, covering_places(settled), suspects, being_written=frozenset(self._due))


def covering_places(paths: Iterable[str]) -> tuple[str, ...]:
    """The fewest places worth scanning that cover all paths, none inside another, in order."""
    places = _outermost(paths)
    if len(places) > _PLACES_WORTH_A_SCAN:
        places = _outermost(path.rpartition("/")[0] for path in places)
    return tuple(places) if len(places) <= _PLACES_WORTH_A_SCAN else ("",)


def _outermost(paths: Iterable[str]) -> list[str]:
    """Those paths that are not inside another of them."""
    wanted = set(paths)
    if "" in wanted:
        return [""]
    kept = []
    for path in sorted(wanted):
        above = path.rpartition("/")[0]
        while above and above not in wanted:
            above = above.rpartition("/")[0]
        if not above:
            kept.append(path)
    return kept
