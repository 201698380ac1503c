"""A hub model on this machine: the only code in Keepsight that uses the network, and only when the person asks.

A downloaded model becomes an open_clip folder (`open_clip_config.json`, weights, tokenizer files), so that it is loaded
exactly as the built-in one and needs no network ever again. The config is written last: with it the model is complete.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.base.replacing import replace_file
from desktop_app.domain.model import CatalogueEntry
from desktop_app.ml.hub import FileAbsent, RemoteFile, find_file, hub_endpoint
from desktop_app.ml.packages import missing_package
from desktop_app.ml.torch_setup import import_open_clip
from desktop_app.ml.transfer import PART_SUFFIX, TransferWatch, fetch, part_of, plain_disk_errors, require_space

CONFIG_NAME = "open_clip_config.json"

# Of a tokenizer of the `transformers` package; what a repository has of the second line depends on the tokenizer's kind.
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")
_MORE_TOKENIZER_FILES = ("special_tokens_map.json", "config.json")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch: the first of `names` that the repository has."""

    repository: str
    names: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class DownloadWatch:
    """How a download is followed and stopped."""

    stopped: Callable[[], bool]
    """True once the person paused or cancelled; the download then ends with Cancelled."""
    arrived: Callable[[int, int], None]
    """Called with the bytes here and the bytes in all."""
    checking: Callable[[], None]


def downloaded_folder(entry: CatalogueEntry, models_folder: Path) -> Path | None:
    """The open_clip folder of a hub model on this machine, or None while it is not complete. Looks at the disk only."""
    folder = models_folder / entry.name
    return folder if (folder / CONFIG_NAME).is_file() else None


def partial_bytes(entry: CatalogueEntry, models_folder: Path) -> int:
    """How much of an unfinished download is here; 0 when there is none, or when it is complete."""
    folder = models_folder / entry.name
    if downloaded_folder(entry, models_folder) is not None:
        return 0
    with contextlib.suppress(OSError):
        return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    return 0


def discard(entry: CatalogueEntry, models_folder: Path) -> None:
    """Delete a hub model's files, complete or not. The config goes first, so that no half model is ever taken for a whole."""
    folder = models_folder / entry.name
    (folder / CONFIG_NAME).unlink(missing_ok=True)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def download_model(
    entry: CatalogueEntry,
    models_folder: Path,
    watch: DownloadWatch,
    *,
    endpoint: str = "",
    transfer: TransferWatch | None = None,
) -> Path:
    """Fetch a hub model into its folder, going on from what is there; return the folder once all is here and verified.

    Blocks. Raises UserFacingError (offline, disk full, damaged, absent, a package missing), Cancelled when stopped.
    """
    require_packages(entry)
    folder = models_folder / entry.name
    _make(folder)
    files = _look_up(entry, endpoint or hub_endpoint())
    _drop_older_parts(folder, files)
    total = sum(remote.size for remote in files)
    missing = [remote for remote in files if not _is_here(folder, remote)]
    here = total - sum(remote.size for remote in missing)
    watch.arrived(here, total)
    base = transfer or TransferWatch(stopped=watch.stopped, arrived=lambda _: None, checking=watch.checking)
    require_space(folder, needed=sum(_still_to_come(folder, remote) for remote in missing), watch=base)
    for remote in missing:
        _fetch(entry, folder, remote, replace(base, arrived=_counting_on(watch, here, total)))
        here += remote.size
    _write_config(folder, open_clip_config(entry))
    return folder


def _counting_on(watch: DownloadWatch, before: int, total: int) -> Callable[[int], None]:
    """Report one file's bytes as bytes of the whole model."""
    return lambda count: watch.arrived(before + count, total)


def _fetch(entry: CatalogueEntry, folder: Path, remote: RemoteFile, watch: TransferWatch) -> None:
    try:
        fetch(remote, folder / remote.name, watch)
    except FileAbsent as error:
        raise _absent(entry) from error


def require_packages(entry: CatalogueEntry) -> None:
    """Raise UserFacingError when a Python package that the model needs is not installed: before it is downloaded."""
    text = open_clip_config(entry)["model_cfg"].get("text_cfg", {})
    if text.get("hf_tokenizer_name") and importlib.util.find_spec("transformers") is None:
        raise missing_package(entry.title, "transformers")


def open_clip_config(entry: CatalogueEntry) -> dict[str, Any]:
    """What `open_clip_config.json` has to say of a hub model, from open_clip's own registries."""
    open_clip = import_open_clip()
    model = open_clip.get_model_config(entry.architecture)
    registered = open_clip.get_pretrained_cfg(entry.architecture, entry.weights)
    if not model or not registered:
        raise UserFacingError(f"The installed open_clip does not know {entry.title}.", "Update Keepsight.")
    if registered.get("quick_gelu"):
        model["quick_gelu"] = True
    wanted = ("mean", "std", "interpolation", "resize_mode")
    return {"model_cfg": model, "preprocess_cfg": {key: registered[key] for key in wanted if key in registered}}


def wanted_files(entry: CatalogueEntry) -> tuple[Wanted, ...]:
    """What to fetch for a hub model: its weights, as safetensors where there are such, and its tokenizer."""
    open_clip = import_open_clip()
    registered = open_clip.get_pretrained_cfg(entry.architecture, entry.weights)
    repository, _, name = str(registered["hf_hub"]).rpartition("/")
    wanted = [Wanted(repository, _weights_names(name))]
    tokenizer = open_clip_config(entry)["model_cfg"].get("text_cfg", {}).get("hf_tokenizer_name")
    if tokenizer:
        wanted += [Wanted(tokenizer, (file,)) for file in _TOKENIZER_FILES]
        wanted += [Wanted(tokenizer, (file,), required=False) for file in _MORE_TOKENIZER_FILES]
    return tuple(wanted)


def _weights_names(registered: str) -> tuple[str, ...]:
    """Names under which the weights may lie, the safe format first."""
    from open_clip.constants import HF_SAFE_WEIGHTS_NAME, HF_WEIGHTS_NAME

    if registered in {"", HF_WEIGHTS_NAME}:
        return (HF_SAFE_WEIGHTS_NAME, HF_WEIGHTS_NAME)
    return (str(Path(registered).with_suffix(".safetensors")), registered)


def _look_up(entry: CatalogueEntry, endpoint: str) -> list[RemoteFile]:
    found = []
    for wanted in wanted_files(entry):
        try:
            found.append(find_file(endpoint, wanted.repository, wanted.names))
        except FileAbsent as error:
            if wanted.required:
                raise _absent(entry) from error
    return found


def _absent(entry: CatalogueEntry) -> UserFacingError:
    return UserFacingError(f"The model hub no longer has {entry.title}.", "Choose another model.")


def _is_here(folder: Path, remote: RemoteFile) -> bool:
    """A file stands under its own name only when it was verified; another size means that the hub has a newer one."""
    path = folder / remote.name
    return path.is_file() and path.stat().st_size == remote.size


def _still_to_come(folder: Path, remote: RemoteFile) -> int:
    """Bytes of a file that are not here yet."""
    part = part_of(remote, folder / remote.name)
    return remote.size - (part.stat().st_size if part.is_file() else 0)


def _drop_older_parts(folder: Path, files: list[RemoteFile]) -> None:
    current = {part_of(remote, folder / remote.name) for remote in files}
    for part in folder.glob(f"*{PART_SUFFIX}"):
        if part not in current:
            part.unlink()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserFacingError(
            f"The folder {folder} cannot be made ({os.strerror(error.errno or 0)}).",
            "Check the drive and its permissions.",
        ) from error


def _write_config(folder: Path, config: dict[str, Any]) -> None:
    with plain_disk_errors():
        replace_file(folder / CONFIG_NAME, json.dumps(config, indent=2).encode())
