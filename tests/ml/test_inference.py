"""The one thread that owns the model: who goes first, what happens when it closes or cannot load."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import cast

import numpy as np
import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.ml.devices import Device
from desktop_app.ml.embedder import Embedder
from desktop_app.ml.inference import Inference

SECONDS = 30
PIXELS = np.zeros((2, 8, 8, 3), np.uint8)


class SlowModel:
    """Stands in for a model that takes its time: it works when the test lets it, and notes the order."""

    device = Device("cpu", "a note")
    spec = "a spec"

    def __init__(self) -> None:
        self.order: list[str] = []
        self.began = threading.Event()
        self.go_on = threading.Event()

    def embed_images(self, pixels: np.ndarray) -> np.ndarray:
        self.began.set()
        assert self.go_on.wait(SECONDS)
        self.order.append("images")
        return np.ones((len(pixels), 2), np.float32)

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        self.order.append(f"text {texts[0]}")
        return np.ones((len(texts), 2), np.float32)


@contextmanager
def serving(model: object) -> Iterator[Inference]:
    inference = Inference(lambda: cast("Embedder", model))
    try:
        yield inference
    finally:
        inference.close()


def test_a_persons_text_goes_ahead_of_waiting_pictures() -> None:
    model = SlowModel()
    with serving(model) as inference:
        running = inference.embed_images(PIXELS)
        assert model.began.wait(SECONDS)
        answers = [inference.embed_images(PIXELS), inference.embed_texts(["vocabulary"], urgent=False)]
        answers.append(inference.embed_texts(["typed"]))
        model.go_on.set()
        for answer in (running, *answers):
            answer.result(SECONDS)
    assert model.order == ["images", "text typed", "images", "text vocabulary"]


def test_nothing_is_loaded_before_the_first_job() -> None:
    loads: list[int] = []
    inference = Inference(lambda: loads.append(1) or cast("Embedder", SlowModel()))  # type: ignore[func-returns-value]
    assert inference.device() == ("", "")
    assert loads == []
    assert inference.spec() == "a spec"
    assert inference.device() == ("cpu", "a note")
    inference.embed_texts(["x"]).result(SECONDS)
    assert loads == [1]
    inference.close()


def test_a_load_that_fails_is_told_and_tried_again() -> None:
    attempts = iter([UserFacingError("not there"), OSError("a bug"), None])

    def load() -> Embedder:
        problem = next(attempts)
        if problem is not None:
            raise problem
        return cast("Embedder", SlowModel())

    inference = Inference(load)
    with pytest.raises(UserFacingError, match="not there"):
        inference.embed_texts(["x"]).result(SECONDS)
    with pytest.raises(OSError, match="a bug"):
        inference.spec()
    assert inference.embed_texts(["x"]).result(SECONDS).shape == (1, 2)
    inference.close()


def test_a_job_that_fails_does_not_stop_the_next() -> None:
    class Failing(SlowModel):
        def embed_images(self, pixels: np.ndarray) -> np.ndarray:
            raise RuntimeError("a bug")

    with serving(Failing()) as inference:
        with pytest.raises(RuntimeError, match="a bug"):
            inference.embed_images(PIXELS).result(SECONDS)
        assert inference.embed_texts(["x"]).result(SECONDS).shape == (1, 2)


def test_closing_finishes_the_running_job_and_tells_those_who_wait() -> None:
    model = SlowModel()
    inference = Inference(lambda: cast("Embedder", model))
    running = inference.embed_images(PIXELS)
    assert model.began.wait(SECONDS)
    waiting, given_up = inference.embed_images(PIXELS), inference.embed_images(PIXELS)
    given_up.cancel()
    closing = threading.Thread(target=inference.close)
    closing.start()
    with pytest.raises(UserFacingError, match="shut down"):
        waiting.result(SECONDS)
    with pytest.raises(CancelledError):
        given_up.result(SECONDS)
    model.go_on.set()
    closing.join(SECONDS)
    assert running.result(SECONDS).shape == (2, 2)
    inference.close()
    for ask in (lambda: inference.embed_images(PIXELS), lambda: inference.embed_texts(["x"]), inference.spec):
        with pytest.raises(UserFacingError, match="shut down"):
            ask()


def test_a_job_that_was_given_up_is_not_done() -> None:
    model = SlowModel()
    with serving(model) as inference:
        running = inference.embed_images(PIXELS)
        assert model.began.wait(SECONDS)
        given_up = inference.embed_texts(["x"])
        assert given_up.cancel()
        model.go_on.set()
        running.result(SECONDS)
    assert model.order == ["images"]
