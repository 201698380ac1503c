"""From a catalogue entry to a loaded model: its device chosen, its weights found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.ml.devices import choose_device
from desktop_app.ml.download import downloaded_folder
from desktop_app.ml.embedder import Embedder, load_embedder


def load_catalogue_model(entry: CatalogueEntry, *, device: str, models_folder: Path) -> Embedder:
    """Load a model on the device asked for ("auto", "cpu", "cuda", "mps"), falling back to the CPU with a note.

    Takes seconds. Raises UserFacingError when the weights are not on this machine or cannot be used.
    """
    if entry.origin is ModelOrigin.HUB:
        folder = downloaded_folder(entry, models_folder)
        if folder is None:
            raise UserFacingError(
                f"{entry.title} is not on this machine.", "Download it, or choose the built-in model."
            )
        entry = replace(entry, architecture=f"local-dir:{folder}", weights="")
    return load_embedder(entry, device=choose_device(device))
