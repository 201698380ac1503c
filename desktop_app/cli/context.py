"""What a headless command is given: its options, its output, and ways to open things, handed in by the entry point."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop_app.cli.output import Output
from desktop_app.services.classifying import Classifier
from desktop_app.services.services import Services


class OpenLibrary(Protocol):
    """An open library: its services, and `with` to close it."""

    @property
    def services(self) -> Services:
        """The services."""
        ...


class Openers(Protocol):
    """How the program's parts are built; the composition root implements it."""

    def library(self, folder: Path, *, device: str) -> AbstractContextManager[OpenLibrary]:
        """Open a library."""
        ...

    def classifier(self, *, model: str, device: str) -> Classifier:
        """Make a classifier."""
        ...

    def window(self, folder: Path, *, folders: list[Path], device: str) -> int:
        """Open the window and return its exit code."""
        ...

    def log(self, folder: Path | None, *, debug: bool) -> None:
        """Start logging, into the library folder when there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """One command's surroundings."""

    options: Namespace
    output: Output
    openers: Openers

    def open(self) -> AbstractContextManager[OpenLibrary]:
        """Open the library that the options name."""
        return self.openers.library(self.options.library, device=getattr(self.options, "device", "auto"))


Command = Callable[[Context], None]
