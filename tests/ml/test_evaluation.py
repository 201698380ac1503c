"""The measures, against hand-worked cases and laws that hold for every input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from desktop_app.ml import evaluation

FINITE = st.floats(-1, 1, allow_nan=False, width=32)


def test_average_precision_of_a_hand_worked_ranking() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    relevant = np.array([True, False, True, False, True])
    assert evaluation.average_precision(scores, relevant) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)


def test_equal_scores_earn_no_credit() -> None:
    relevant = np.array([True, False, False, False])
    assert evaluation.average_precision(np.zeros(4), relevant) == pytest.approx(0.25)
    assert evaluation.r_precision(np.zeros(4), relevant) == 0
    assert evaluation.top_k_accuracy(np.zeros((3, 10)), np.array([0, 1, 2]), k=9) == 0


def test_mean_average_precision_leaves_out_labels_that_never_occur() -> None:
    similarities = np.array([[0.9, 0.1], [0.1, 0.9]])
    present = np.array([[True, False], [False, False]])
    assert evaluation.mean_average_precision(similarities, present) == 1


def test_measures_refuse_a_truth_without_anything_relevant() -> None:
    nothing = np.zeros(3, dtype=bool)
    with pytest.raises(ValueError, match="relevant"):
        evaluation.average_precision(np.zeros(3), nothing)
    with pytest.raises(ValueError, match="relevant"):
        evaluation.r_precision(np.zeros(3), nothing)
    with pytest.raises(ValueError, match="label"):
        evaluation.mean_average_precision(np.zeros((3, 2)), np.zeros((3, 2), dtype=bool))
    with pytest.raises(ValueError, match="at least one image"):
        evaluation.top_k_accuracy(np.zeros((0, 2)), np.zeros(0, dtype=int), k=1)


def test_top_k_counts_the_true_class_among_the_best() -> None:
    similarities = np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1]])
    true_classes = np.array([0, 1])
    assert evaluation.top_k_accuracy(similarities, true_classes, k=1) == 0.5
    assert evaluation.top_k_accuracy(similarities, true_classes, k=2) == 1


def test_r_precision_looks_at_as_many_results_as_are_relevant() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    assert evaluation.r_precision(scores, np.array([True, False, True, False])) == 0.5


def test_retrieval_in_both_directions() -> None:
    similarities = np.array([[0.9, 0.8, 0.1, 0.95], [0.2, 0.3, 0.7, 0.1]])
    owners = np.array([0, 0, 1, 1])
    assert evaluation.text_to_image_recall(similarities, owners, k=1) == 0.75
    assert evaluation.image_to_text_recall(similarities, owners, k=1) == 0.5
    figures = evaluation.retrieval_recalls(similarities, owners)
    assert figures["text_to_image_r10"] == figures["image_to_text_r5"] == 1


def test_prompt_ensemble_is_normalised_and_ignores_each_prompts_length() -> None:
    embeddings = np.array([[[2.0, 0.0]], [[0.0, 0.5]]])
    assert evaluation.mean_text_embeddings(embeddings) == pytest.approx(np.array([[0.5**0.5, 0.5**0.5]]))


@given(arrays(np.float32, (6, 5), elements=FINITE), arrays(np.int64, 6, elements=st.integers(0, 4)))
def test_accuracy_never_falls_with_k_and_is_complete_at_the_end(similarities: np.ndarray, truth: np.ndarray) -> None:
    accuracies = [evaluation.top_k_accuracy(similarities, truth, k=k) for k in range(1, 6)]
    assert accuracies == sorted(accuracies)
    assert accuracies[-1] == 1


@given(arrays(np.float32, 8, elements=FINITE, unique=True), arrays(np.bool_, 8))
def test_perfect_scores_are_one_and_order_is_all_that_counts(scores: np.ndarray, relevant: np.ndarray) -> None:
    relevant[0] = True
    assert evaluation.average_precision(relevant.astype(float), relevant) == 1
    assert evaluation.r_precision(relevant.astype(float), relevant) == 1
    measured = evaluation.average_precision(scores, relevant)
    assert measured == pytest.approx(evaluation.average_precision(np.argsort(np.argsort(scores)) * 3.0, relevant))
    assert 0 < measured <= 1
