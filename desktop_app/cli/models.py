"""keepsight models list|use|add"""

from __future__ import annotations

from typing import Any

from desktop_app.cli.context import Context
from desktop_app.services.models import ModelInfo


def list_models(context: Context) -> None:
    """The models to choose from."""
    with context.open() as library:
        infos = library.services.models.catalogue()
    context.output.result([_as_json(info) for info in infos], [_line(info) for info in infos])


def use(context: Context) -> None:
    """Choose a model; the next `index` embeds the library with it."""
    name = context.options.name
    with context.open() as library:
        library.services.models.use(name, progress=context.output.note)
        status = library.services.browsing.status()
    hint = f" Run `keepsight index` to have it look at {status.pending:,} photos." if status.pending else ""
    context.output.result({"model": name, "pending": status.pending}, [f"{name} serves from now on.{hint}"])


def add(context: Context) -> None:
    """Offer a model from this disk."""
    options = context.options
    with context.open() as library:
        entry = library.services.models.add(options.path, architecture=options.arch, name=options.name)
    context.output.result(
        {"name": entry.name, "architecture": entry.architecture},
        [f"Added. Choose it with: keepsight models use {entry.name}"],
    )


def _as_json(info: ModelInfo) -> dict[str, Any]:
    entry = info.entry
    return {
        "name": entry.name,
        "title": entry.title,
        "origin": entry.origin.value,
        "architecture": entry.architecture,
        "weights": entry.weights,
        "size_mb": entry.size_mb,
        "licence": entry.licence,
        "languages": list(entry.languages),
        "best_for": entry.best_for,
        "installed": info.installed,
        "active": info.active,
        "embedded": info.embedded,
    }


def _line(info: ModelInfo) -> str:
    entry = info.entry
    mark = "*" if info.active else " "
    state = "here" if info.installed else "to download"
    return (
        f"{mark} {entry.name:<24} {entry.size_mb:>5} MB  {state:<11}  {', '.join(entry.languages)}; "
        f"{entry.licence}; for {entry.best_for}"
    )
