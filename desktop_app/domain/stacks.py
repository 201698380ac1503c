"""Which files of one folder belong together and are shown as one: RAW + JPEG, live photos, bursts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desktop_app.domain.photo import RAW_FORMAT, PhotoId

# Apple's live photos hold 3 seconds, other phones' up to 5; a longer video beside a photo of its name is a film.
_LONGEST_LIVE_SECONDS = 6.0

# Cameras and phones take 3 to 30 pictures a second while the button is held; a person who presses it again takes longer.
_BURST_GAP = timedelta(seconds=1)
_FEWEST_IN_BURST = 3


class StackKind(StrEnum):
    """Why photos belong together."""

    RAW_PAIR = "raw"
    LIVE = "live"
    BURST = "burst"


@dataclass(frozen=True, slots=True)
class Stackable:
    """What tells whether a file belongs to others of its folder."""

    photo_id: PhotoId
    name: str
    file_format: str
    width: int
    height: int
    taken_at: datetime | None = None
    camera: str = ""
    duration_seconds: float | None = None

    @property
    def stem(self) -> str:
        """The name without its extension, as cameras number: upper and lower case are the same."""
        return self.name.rpartition(".")[0].casefold() or self.name.casefold()


@dataclass(frozen=True, slots=True)
class Stack:
    """Photos shown as one: by their leader."""

    kind: StackKind
    leader: PhotoId
    others: tuple[PhotoId, ...]
    """Never empty, never the leader."""


def stacks_of(folder: Iterable[Stackable]) -> list[Stack]:
    """The stacks among the files of one folder. A photo stands behind one other at most; the pictures of a burst, its first one
    too, may each have their own raw file or video behind them.
    """
    files = list(folder)
    pairs = list(_pairs(files))
    followers = {photo for stack in pairs for photo in stack.others}
    bursts = _bursts([file for file in files if file.photo_id not in followers])
    return [*pairs, *(Stack(StackKind.BURST, leader, tuple(rest)) for leader, *rest in bursts)]


def _pairs(files: Sequence[Stackable]) -> Iterator[Stack]:
    """Files of one name: a picture leads its raw file and its short video."""
    by_stem: dict[str, list[Stackable]] = defaultdict(list)
    for file in files:
        by_stem[file.stem].append(file)
    for group in by_stem.values():
        raws = [file for file in group if file.file_format == RAW_FORMAT]
        videos = [file for file in group if file.duration_seconds is not None]
        pictures = [file for file in group if file not in raws and file not in videos]
        live = [file for file in videos if (file.duration_seconds or 0.0) <= _LONGEST_LIVE_SECONDS]
        leaders = pictures or raws
        if len(leaders) != 1 and not (pictures and raws):
            continue
        leader, rest = leaders[0], (raws if pictures else []) + live
        others = tuple(dict.fromkeys(file.photo_id for file in rest if file.photo_id != leader.photo_id))
        if others:
            kind = StackKind.RAW_PAIR if pictures and raws else StackKind.LIVE
            yield Stack(kind, leader.photo_id, others)


def _bursts(files: Sequence[Stackable]) -> Iterator[list[PhotoId]]:
    """Pictures of one camera and size, taken one right after the other: the first leads."""
    timed = [file for file in files if file.taken_at and file.camera and file.duration_seconds is None]
    by_camera: dict[tuple[str, frozenset[int]], list[tuple[datetime, str, PhotoId]]] = defaultdict(list)
    for file in timed:
        assert file.taken_at is not None
        # The camera's own clock orders them, whatever zone was written beside it.
        moment = file.taken_at.replace(tzinfo=None)
        key = (file.camera, frozenset((file.width, file.height)))
        by_camera[key].append((moment, file.name, file.photo_id))
    for shots in by_camera.values():
        shots.sort()
        run: list[tuple[datetime, str, PhotoId]] = []
        for shot in shots:
            if run and shot[0] - run[-1][0] > _BURST_GAP:
                yield from _long_enough(run)
                run = []
            run.append(shot)
        yield from _long_enough(run)


def _long_enough(run: Sequence[tuple[datetime, str, PhotoId]]) -> Iterator[list[PhotoId]]:
    photos = list(dict.fromkeys(photo for _, _, photo in run))
    if len(photos) >= _FEWEST_IN_BURST:
        yield photos
