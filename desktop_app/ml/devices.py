"""Which processor runs the model."""

from __future__ import annotations

import os
from dataclasses import dataclass

from desktop_app.ml.torch_setup import import_torch


@dataclass(frozen=True, slots=True)
class Device:
    """A usable torch device, and what a person should know about the choice."""

    name: str
    """"cpu", "cuda" or "mps"."""
    note: str = ""
    """Why the device asked for is not the one used; empty when it is."""

    @property
    def half_precision(self) -> bool:
        """True where float16 is both faster and safe for CLIP's image tower."""
        return self.name == "cuda"


def choose_device(choice: str) -> Device:
    """The device to run on: the one asked for when it works, else the CPU with a note."""
    wanted = [choice] if choice != "auto" else ["cuda", "mps"]
    problems = []
    for name in wanted:
        if name == "cpu":
            return Device("cpu")
        problem = _problem_with(name)
        if problem is None:
            return Device(name)
        if problem:
            problems.append(problem)
    if choice != "auto" and not problems:
        problems.append(f"This machine has no {choice.upper()} device")
    return Device("cpu", f"{problems[0]}: running on the processor." if problems else "")


def _problem_with(name: str) -> str | None:
    """None when the device works; an empty string when there is none; a sentence when there is one that fails."""
    torch = import_torch()
    available = torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()
    if not available:
        return ""
    try:
        # A driver that is too old, or a card torch no longer supports, fails only when it is first used.
        torch.ones(2, device=name).sum().item()
    except RuntimeError as error:
        return f"The {name.upper()} device could not be used ({str(error).splitlines()[0]})"
    return None


def inference_threads() -> int:
    """Torch threads on a CPU: one core is left for the person and for decoding, which runs at the same time."""
    return max(1, (os.cpu_count() or 2) - 1)
