"""Fetching the weights of a hub model: the only code in Keepsight that uses the network, and only when asked."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.model import CatalogueEntry
from desktop_app.ml.torch_setup import import_open_clip

_log = logging.getLogger(__name__)


def downloaded_weights(entry: CatalogueEntry, models_folder: Path) -> Path | None:
    """The weights file of a hub model on this machine, or None. Looks at the disk only."""
    try:
        note = json.loads(_note(entry, models_folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    path = Path(str(note.get("weights", "")))
    return path if path.is_file() else None


def download_weights(entry: CatalogueEntry, models_folder: Path) -> Path:
    """Fetch a hub model's weights through open_clip's pretrained registry into its own folder below `models_folder`.

    Blocks until done; an interrupted download is taken up again by the next call. Raises UserFacingError when the
    hub cannot be reached or the disk is full.
    """
    open_clip = import_open_clip()
    folder = models_folder / entry.name
    folder.mkdir(parents=True, exist_ok=True)
    registered = open_clip.get_pretrained_cfg(entry.architecture, entry.weights)
    try:
        path = Path(open_clip.download_pretrained(registered, cache_dir=str(folder)))
    except Exception as error:  # the hub client raises its transport's own errors, of many kinds
        _log.exception("Downloading %s failed", entry.name)
        raise UserFacingError(
            f"{entry.title} could not be downloaded.",
            "Check the network connection and the free disk space, then try again.",
        ) from error
    _note(entry, models_folder).write_text(json.dumps({"weights": str(path)}), encoding="utf-8")
    return path


def _note(entry: CatalogueEntry, models_folder: Path) -> Path:
    return models_folder / entry.name / "downloaded.json"
