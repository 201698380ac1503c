"""Tell one set of weights from another under the same name: after an update of Keepsight, or of a person's own model."""

from __future__ import annotations

import hashlib
from pathlib import Path

from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.ml.download import downloaded_folder

_WEIGHTS = (".safetensors", ".bin", ".pt", ".pth")

# Three samples of so many bytes: trained weights differ everywhere, and a 2 GB file must not be read to be recognised.
_SAMPLE = 1 << 16


def weights_fingerprint(entry: CatalogueEntry, models_folder: Path) -> str:
    """A short text that changes with the weights; empty while they are not on this machine. Takes milliseconds."""
    digest = hashlib.blake2b(digest_size=16)
    try:
        files = _files(entry, models_folder)
        for file in files:
            size = file.stat().st_size
            digest.update(f"{file.name}:{size}".encode())
            with file.open("rb") as stream:
                for start in (0, size // 2, max(0, size - _SAMPLE)):
                    stream.seek(start)
                    digest.update(stream.read(_SAMPLE))
    except OSError:
        return ""
    return digest.hexdigest() if files else ""


def _files(entry: CatalogueEntry, models_folder: Path) -> list[Path]:
    if entry.origin is ModelOrigin.HUB:
        folder = downloaded_folder(entry, models_folder)
    elif entry.weights:
        return [Path(entry.weights)]
    else:
        folder = Path(entry.architecture.removeprefix("local-dir:"))
    return sorted(file for file in folder.iterdir() if file.suffix in _WEIGHTS) if folder is not None else []
