"""The models a person can choose from. Hub models are named by open_clip's own pretrained registry."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import resource_path
from desktop_app.domain.model import CatalogueEntry, ModelOrigin

BUILT_IN_NAME = "keepsight-mini"

_MIT = "MIT"
_APACHE = "Apache-2.0"
_APPLE_RESEARCH = "Apple ML Research (no commercial use)"
_MANY_LANGUAGES = ("about 100 languages",)

# (name, title, architecture, open_clip pretrained tag, MB on disk, licence, languages, what to choose it for, ImageNet top-1)
# ImageNet figures, as published: open_clip's results; the checkpoint table of the MobileCLIP2 model cards (Faghri et al. 2025);
# SigLIP 2 (Tschannen et al. 2025).
_HUB: tuple[tuple[str, str, str, str, int, str, tuple[str, ...], str, float], ...] = (
    ("vit-b-32-256-datacomp", "ViT-B/32 256 DataComp", "ViT-B-32-256", "datacomp_s34b_b86k", 605, _MIT, ("English",),
     "the best balance of speed and understanding", 0.7281),
    ("mobileclip2-s0", "MobileCLIP2 S0", "MobileCLIP2-S0", "dfndr2b", 300, _APPLE_RESEARCH, ("English",),
     "speed on small machines", 0.715),
    ("mobileclip2-s2", "MobileCLIP2 S2", "MobileCLIP2-S2", "dfndr2b", 398, _APPLE_RESEARCH, ("English",),
     "good understanding at speed", 0.772),
    ("vit-b-32-openai", "ViT-B/32 OpenAI", "ViT-B-32", "openai", 605, _MIT, ("English",),
     "the classic CLIP", 0.6332),
    ("vit-b-32-laion2b", "ViT-B/32 LAION-2B", "ViT-B-32", "laion2b_s34b_b79k", 605, _MIT, ("English",),
     "the classic shape, trained on more pictures", 0.6656),
    ("vit-b-16-openai", "ViT-B/16 OpenAI", "ViT-B-16", "openai", 599, _MIT, ("English",),
     "finer detail than ViT-B/32, about four times slower", 0.6834),
    ("vit-l-14-openai", "ViT-L/14 OpenAI", "ViT-L-14", "openai", 1710, _MIT, ("English",),
     "accuracy, with a GPU", 0.7554),
    ("vit-l-14-datacomp", "ViT-L/14 DataComp-XL", "ViT-L-14", "datacomp_xl_s13b_b90k", 1710, _MIT, ("English",),
     "the highest accuracy, with a GPU", 0.7921),
    ("siglip2-b-16", "SigLIP 2 ViT-B/16", "ViT-B-16-SigLIP2", "webli", 1500, _APACHE, _MANY_LANGUAGES,
     "accuracy in many languages", 0.782),
    ("xlm-roberta-vit-b-32", "ViT-B/32 multilingual", "xlm-roberta-base-ViT-B-32", "laion5b_s13b_b90k", 1460, _MIT,
     _MANY_LANGUAGES, "searching in your own language", 0.6236),
    ("rn50-openai", "ResNet-50 OpenAI", "RN50", "openai", 409, _MIT, ("English",),
     "comparing with the original CLIP paper", 0.5982),
    ("rn101-openai", "ResNet-101 OpenAI", "RN101", "openai", 478, _MIT, ("English",),
     "comparing with the original CLIP paper", 0.6228),
)  # fmt: skip


def built_in_entry() -> CatalogueEntry:
    """The model that ships with Keepsight."""
    folder = resource_path("models", BUILT_IN_NAME)
    return CatalogueEntry(
        name=BUILT_IN_NAME,
        title="Built-in model",
        origin=ModelOrigin.BUILT_IN,
        architecture=f"local-dir:{folder}",
        size_mb=round(sum(file.stat().st_size for file in folder.glob("*.safetensors")) / 1e6),
        licence=_APACHE,
        best_for="a quick start, offline",
    )


def hub_entries() -> tuple[CatalogueEntry, ...]:
    """Models that open_clip can download, best choice first."""
    return tuple(
        CatalogueEntry(name, title, ModelOrigin.HUB, architecture, tag, size_mb, licence, languages, best_for, top_1)
        for name, title, architecture, tag, size_mb, licence, languages, best_for, top_1 in _HUB
    )


def entry_from_file(path: Path, *, architecture: str | None, name: str | None = None) -> CatalogueEntry:
    """A model on this disk: an open_clip folder, or a weights file of a named architecture.

    Raises UserFacingError when the path is neither, or a file comes without its architecture.
    """
    where = path.expanduser().resolve()
    if where.is_dir():
        if not (where / "open_clip_config.json").is_file():
            raise UserFacingError(f"{where} has no open_clip_config.json.", "Choose a folder that open_clip saved.")
        size = sum(file.stat().st_size for file in where.iterdir() if file.is_file())
        architecture, weights = f"local-dir:{where}", ""
    elif where.is_file():
        if not architecture:
            raise UserFacingError(
                "A weights file needs the name of its architecture.", "Add --arch, e.g. --arch ViT-B-32."
            )
        if where.suffix not in {".safetensors", ".pt", ".pth", ".bin"}:
            raise UserFacingError(f"{where.name} is no weights file.", "Choose a .safetensors or .pt file.")
        size, weights = where.stat().st_size, str(where)
    else:
        raise UserFacingError(f"There is no file or folder {where}.")
    return CatalogueEntry(
        name=name or where.stem.lower().replace(" ", "-"),
        title=name or where.stem,
        origin=ModelOrigin.FILE,
        architecture=architecture,
        weights=weights,
        size_mb=round(size / 1e6),
        licence="unknown",
        languages=("unknown",),
        best_for="added by you",
    )


def find_entry(entries: Iterable[CatalogueEntry], name: str) -> CatalogueEntry:
    """The entry of that name. Raises UserFacingError that lists the names there are."""
    known = list(entries)
    for entry in known:
        if entry.name == name:
            return entry
    raise UserFacingError(
        f"There is no model called {name!r}.", "Known: " + ", ".join(entry.name for entry in known) + "."
    )


def entries_to_json(entries: Iterable[CatalogueEntry]) -> str:
    """Entries the person added, as text for the library's settings."""
    return json.dumps([asdict(entry) for entry in entries])


def entries_from_json(text: str) -> tuple[CatalogueEntry, ...]:
    """Inverse of `entries_to_json`."""
    return tuple(
        CatalogueEntry(**{**row, "origin": ModelOrigin(row["origin"]), "languages": tuple(row["languages"])})
        for row in json.loads(text)
    )
