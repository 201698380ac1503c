"""The built-in model on real photos with labels: what a person searches for is what they get."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from desktop_app.__main__ import main
from tests.fixtures.libraries import Indexed

# What the labels leave out, judged by looking at every photo that has food, tableware or a dog's relative in its label: dishes
# served on a table, and a team of sledge dogs seen from the front.
LAID_TABLES_WITHOUT_THE_LABEL = {
    "000000000092.jpg",
    "000000000194.jpg",
    "000000000332.jpg",
    "000000000584.jpg",
    "n07584110_consomme.jpg",
    "n07880968_burrito.jpg",
}
DOGS_WITHOUT_THE_LABEL = {"n03218198_dogsled.jpg"}


@pytest.fixture
def no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run in this process here: they leave its logging alone."""
    monkeypatch.setattr("desktop_app.compose.Composition.log", lambda *_, **__: None)


def labels_of(folder: Path) -> dict[str, set[str]]:
    """Labels by file name, from both labelled sets."""
    labels: dict[str, set[str]] = {}
    for name in ("everyday", "things"):
        with (folder / name / "labels.tsv").open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream, delimiter="\t"):
                labels[row[0]] = {label.strip() for cell in row[1:] for label in cell.split(",")}
    return labels


def found(library: Path, words: str, capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    """Names of the first ten results."""
    capsys.readouterr()
    assert main(["search", words, "--library", str(library), "--limit", "10", "--json", *more]) == 0
    return [Path(row["path"]).name for row in json.loads(capsys.readouterr().out)["results"]]


@pytest.mark.parametrize(
    ("words", "label", "also"),
    [
        ("a dog", "dog", DOGS_WITHOUT_THE_LABEL),
        ("a bird", "bird", set()),
    ],
)
def test_nine_of_ten_show_the_animal(
    labelled_library: Indexed,
    words: str,
    label: str,
    also: set[str],
    capsys: pytest.CaptureFixture[str],
    no_log: None,
) -> None:
    labels = labels_of(labelled_library.photos)
    names = found(labelled_library.library, words, capsys)
    shown = [name for name in names if label in labels[name] or name in also]
    assert len(shown) >= 9, {name: labels[name] for name in names}
    # The surest are fewer, and the best of the same list.
    listed = found(labelled_library.library, words, capsys, "--sensitivity", "0.5")
    assert listed == names[: len(listed)]
    assert sum(name in shown for name in listed) >= max(4, len(listed) - 1)


def test_seven_of_ten_show_a_laid_table(
    labelled_library: Indexed, capsys: pytest.CaptureFixture[str], no_log: None
) -> None:
    labels = labels_of(labelled_library.photos)
    names = found(labelled_library.library, "people eating at a table", capsys)
    shown = [name for name in names if "dining table" in labels[name] or name in LAID_TABLES_WITHOUT_THE_LABEL]
    assert len(shown) >= 7, {name: labels[name] for name in names}


@pytest.mark.parametrize("words", ["a person", "people"])
def test_who_asks_for_people_finds_people(
    labelled_library: Indexed, words: str, capsys: pytest.CaptureFixture[str], no_log: None
) -> None:
    """By its words alone "a person" finds two photos, and nobody on either."""
    labels = labels_of(labelled_library.photos)
    names = found(labelled_library.library, words, capsys)
    shows_people = ["person" in labels.get(name, ()) for name in names]
    assert all(shows_people[:4]), names
    assert sum(shows_people) >= 5, names


def test_every_photo_is_accounted_for_and_a_second_run_embeds_nothing(
    labelled_library: Indexed, capsys: pytest.CaptureFixture[str], no_log: None
) -> None:
    files = sum(path.is_file() for path in labelled_library.photos.rglob("*"))
    capsys.readouterr()
    assert main(["index", str(labelled_library.photos), "--library", str(labelled_library.library), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["embedded"] == report["added"] == 0
    assert report["reused"] + len(report["skipped"]) == files
    # Nothing but the lists of labels and the text about them was skipped.
    assert {Path(item["path"]).suffix for item in report["skipped"]} <= {".tsv", ".txt", ".md"}
