"""Labels of pictures without a library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_classifier
from desktop_app.services.classifying import Classifier, Labelling

pytestmark = pytest.mark.keeps_threads("keepsight-inference")

LABELS = ("cat", "motorcycle", "cup of coffee")


@pytest.fixture(scope="module")
def classifier() -> Iterator[Classifier]:
    """The built-in model, ready to label."""
    classifier = open_classifier(device="cpu")
    yield classifier
    classifier.close()


def test_each_label_has_a_probability_of_its_own(classifier: Classifier, small_photos: Path) -> None:
    [cat, bike] = classifier.classify([small_photos / "photo_01.jpg", small_photos / "photo_04.jpg"], Labelling(LABELS))
    assert cat.labels[0].label == "cat"
    assert bike.labels[0].label == "motorcycle"
    for answer in (cat, bike):
        assert {score.label for score in answer.labels} == set(LABELS)
        assert [s.probability for s in answer.labels] == sorted((s.probability for s in answer.labels), reverse=True)
        assert all(-1 <= score.similarity <= 1 for score in answer.labels)
        assert all(score.present == (score.probability >= 0.5) for score in answer.labels)


def test_a_label_is_judged_alone(classifier: Classifier, small_photos: Path) -> None:
    """Multi-label: what else is asked for changes nothing about a label's probability."""
    photo = small_photos / "photo_01.jpg"
    [many] = classifier.classify([photo], Labelling(LABELS))
    [one] = classifier.classify([photo], Labelling(("cat",)))
    by_label = {score.label: score.probability for score in many.labels}
    assert one.labels[0].probability == pytest.approx(by_label["cat"], abs=1e-3)


@pytest.mark.parametrize(("threshold", "top", "present"), [(0.0, None, 3), (1.0, None, 0), (None, 2, 2), (0.0, 1, 1)])
def test_threshold_and_top_decide_what_is_present(
    classifier: Classifier, small_photos: Path, threshold: float | None, top: int | None, present: int
) -> None:
    labelling = Labelling(LABELS, threshold=threshold, top=top)
    [answer] = classifier.classify([small_photos / "photo_01.jpg"], labelling)
    assert sum(score.present for score in answer.labels) == present
    assert [score.present for score in answer.labels] == [True] * present + [False] * (3 - present)


def test_templates_change_the_question(classifier: Classifier, small_photos: Path) -> None:
    photo = small_photos / "photo_01.jpg"
    [plain] = classifier.classify([photo], Labelling(("cat",)))
    [other] = classifier.classify([photo], Labelling(("cat",), templates=("no {} anywhere",)))
    assert plain.labels[0].similarity != other.labels[0].similarity


def test_unreadable_pictures_are_answered_in_their_place(
    classifier: Classifier, small_photos: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    readable = sorted(small_photos.iterdir())
    paths = [readable[number % 12] for number in range(20)]
    paths[3] = tmp_path / "broken.jpg"
    paths[18] = tmp_path / "nowhere.jpg"
    answers = list(classifier.classify(paths, Labelling(LABELS)))
    assert [answer.path for answer in answers] == paths
    assert [number for number, answer in enumerate(answers) if answer.error] == [3, 18]
    assert all(bool(answer.labels) != bool(answer.error) for answer in answers)
    # The same picture in another batch has the same answer.
    np.testing.assert_allclose(
        [score.probability for score in answers[1].labels],
        [score.probability for score in answers[13].labels],
        atol=1e-4,
    )
    assert list(classifier.classify([], Labelling(LABELS))) == []


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UserFacingError, match="no model called"):
        open_classifier(model="nonsense")
