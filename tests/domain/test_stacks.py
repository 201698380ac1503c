from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.stacks import Stack, Stackable, StackKind, stacks_of

NOON = datetime(2024, 5, 1, 12)  # noqa: DTZ001 - cameras know no zone


def file(photo_id: int, name: str, file_format: str = "JPEG", *, after: float | None = None, **more) -> Stackable:
    taken_at = None if after is None else NOON + timedelta(seconds=after)
    return Stackable(
        photo_id, name, file_format, 40, 30, taken_at=taken_at, camera="Camera" if taken_at else "", **more
    )


def test_a_picture_leads_its_raw_file() -> None:
    found = stacks_of([file(1, "IMG_1.CR2", "CAMERA RAW"), file(2, "img_1.jpg"), file(3, "IMG_2.jpg")])
    assert found == [Stack(StackKind.RAW_PAIR, 2, (1,))]


def test_a_photo_leads_its_short_video_but_no_film() -> None:
    live = [file(1, "IMG_1.HEIC", "HEIF"), file(2, "IMG_1.MOV", "QuickTime", duration_seconds=2.9)]
    assert stacks_of(live) == [Stack(StackKind.LIVE, 1, (2,))]
    film = [file(1, "IMG_1.HEIC", "HEIF"), file(2, "IMG_1.MOV", "QuickTime", duration_seconds=60.0)]
    assert stacks_of(film) == []


def test_the_pictures_of_a_burst_keep_their_raw_files() -> None:
    shots = [file(number, f"S{number}.jpg", after=number / 10) for number in range(1, 5)]
    raws = [file(10 + number, f"S{number}.ARW", "CAMERA RAW", after=number / 10) for number in range(1, 5)]
    assert stacks_of([*shots, *raws]) == [
        *(Stack(StackKind.RAW_PAIR, number, (10 + number,)) for number in range(1, 5)),
        Stack(StackKind.BURST, 1, (2, 3, 4)),
    ]


def test_pictures_taken_one_by_one_are_no_burst() -> None:
    assert stacks_of([file(number, f"S{number}.jpg", after=number * 1.5) for number in range(5)]) == []
    assert stacks_of([file(1, "a.jpg", after=0), file(2, "b.jpg", after=0.2)]) == []
    assert stacks_of([file(number, f"S{number}.jpg") for number in range(5)]) == []


@given(
    st.lists(
        st.builds(
            file,
            st.integers(1, 12),
            st.sampled_from(["a.jpg", "a.cr2", "a.mov", "b.jpg", "b.heic", "b.mov", "c.jpg", "d.jpg", "e"]),
            st.sampled_from(["JPEG", "CAMERA RAW", "HEIF", "MP4"]),
            after=st.none() | st.floats(0, 5),
            duration_seconds=st.none() | st.floats(0, 10),
        ),
        unique_by=lambda each: each.photo_id,
    )
)
def test_nobody_stands_behind_two_and_no_pair_is_deeper_than_its_burst(folder: list[Stackable]) -> None:
    stacks = stacks_of(folder)
    behind = [photo for stack in stacks for photo in stack.others]
    assert len(behind) == len(set(behind))
    assert all(stack.others and stack.leader not in stack.others for stack in stacks)
    halves = {photo for stack in stacks if stack.kind is not StackKind.BURST for photo in stack.others}
    assert halves.isdisjoint(stack.leader for stack in stacks)
    assert {stack.leader for stack in stacks if stack.kind is StackKind.BURST}.isdisjoint(behind)
