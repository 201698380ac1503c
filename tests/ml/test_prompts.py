"""Prompt ensembles."""

from __future__ import annotations

import numpy as np

from desktop_app.ml.prompts import LABEL_TEMPLATES, QUERY_TEMPLATES, ensemble_mean, fill_templates, prompts_key


def test_templates_take_the_text_as_it_is() -> None:
    assert fill_templates("a {dog}", ("{}", "photo of {}", "{x} {}")) == ("a {dog}", "photo of a {dog}", "{x} a {dog}")
    assert all("{}" in template for template in (*QUERY_TEMPLATES, *LABEL_TEMPLATES))
    assert fill_templates("100% {}", ("{}",)) == ("100% {}",)


def test_the_mean_of_an_ensemble_is_a_unit_vector() -> None:
    vectors = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    mean = ensemble_mean(vectors)
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, [2**-0.5, 2**-0.5, 0], atol=1e-6)
    assert np.isfinite(ensemble_mean(np.zeros((2, 3), np.float32))).all()


def test_keys_tell_prompt_sets_apart() -> None:
    sets = [("a", "b"), ("b", "a"), ("ab",), ("a",), ("a b",), ("ä",)]
    assert len({prompts_key(prompts) for prompts in sets}) == len(sets)
    assert prompts_key(("a", "b")) == prompts_key(["a", "b"])
