"""The device asked for, or the processor and a word about why."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from desktop_app.ml import devices
from desktop_app.ml.devices import Device, choose_device, inference_threads


class FakeTorch:
    """A machine with a device that fails, or works."""

    def __init__(self, *, cuda: bool = False, mps: bool = False, works: bool = True) -> None:
        self.cuda = SimpleNamespace(is_available=lambda: cuda)
        self.backends = SimpleNamespace(mps=SimpleNamespace(is_available=lambda: mps))
        self._works = works

    def ones(self, count: int, *, device: str):
        if not self._works:
            raise RuntimeError("CUDA error: no kernel image is available for execution on the device\nCompile with…")
        return SimpleNamespace(sum=lambda: SimpleNamespace(item=lambda: float(count)))


def on(machine: FakeTorch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "import_torch", lambda: machine)


def test_the_real_machine_always_has_a_device() -> None:
    assert choose_device("cpu") == Device("cpu")
    assert choose_device("auto").name in {"cpu", "cuda", "mps"}


@pytest.mark.parametrize(
    ("machine", "choice", "name"),
    [
        (FakeTorch(cuda=True, mps=True), "auto", "cuda"),
        (FakeTorch(mps=True), "auto", "mps"),
        (FakeTorch(), "auto", "cpu"),
        (FakeTorch(cuda=True), "cuda", "cuda"),
        (FakeTorch(cuda=True), "cpu", "cpu"),
    ],
)
def test_the_best_device_that_works(
    machine: FakeTorch, choice: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(machine, monkeypatch)
    assert choose_device(choice) == Device(name)
    assert choose_device(choice).half_precision == (name == "cuda")


def test_a_device_that_fails_is_replaced_and_the_person_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    on(FakeTorch(cuda=True, works=False), monkeypatch)
    for choice in ("auto", "cuda"):
        device = choose_device(choice)
        assert device.name == "cpu"
        assert "no kernel image" in device.note
        assert "\n" not in device.note


def test_a_device_that_is_not_there_is_said_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    on(FakeTorch(), monkeypatch)
    assert choose_device("auto").note == ""
    assert "no CUDA device" in choose_device("cuda").note


def test_one_core_is_left_for_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, threads in ((1, 1), (2, 1), (16, 15), (None, 1)):
        monkeypatch.setattr(devices.os, "cpu_count", lambda cores=cores: cores)
        assert inference_threads() == threads
