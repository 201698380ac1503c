"""keepsight models list|use|add|remove|measure"""

from __future__ import annotations

from typing import Any

from desktop_app.cli.context import Context
from desktop_app.cli.model_download import fetch_with_bar
from desktop_app.services.models import ModelInfo


def list_models(context: Context) -> None:
    """The models to choose from."""
    with context.open() as library:
        infos = library.services.models.catalogue()
    context.output.result([_as_json(info) for info in infos], [line for info in infos for line in _lines(info)])


def use(context: Context) -> None:
    """Choose a model; it serves as soon as the next `index` has had it look at the photos."""
    name = context.options.name
    with context.open() as library:
        services = library.services
        if not _info(services.models.catalogue(), name).installed:
            services.models.entry(name)
            fetch_with_bar(services, name, context)
        at_once = services.models.use(name)
        pending, active = services.browsing.status().pending, services.models.active_name()
        waiting = services.models.switch_progress()
    if waiting is not None:
        left = waiting.total - waiting.done
        line = (
            f"{name} serves once it has looked at {left:,} photos: run `keepsight index`. Until then {active} serves."
        )
    else:
        left = pending
        hint = f" Run `keepsight index` to have it look at {pending:,} photos." if pending else ""
        line = f"{name} serves from now on.{hint}"
    value = {"model": active, "switching_to": None if at_once else name, "pending": left}
    context.output.result(value, [line])


def cancel(context: Context) -> None:
    """Stay with the model that serves."""
    with context.open() as library:
        models = library.services.models
        name = models.pending_name()
        models.cancel_switch()
        active = models.active_name()
    line = f"{active} goes on serving." if name else "No change of models was under way."
    context.output.result({"model": active, "cancelled": name}, [line])


def add(context: Context) -> None:
    """Offer a model from this disk."""
    options = context.options
    with context.open() as library:
        entry = library.services.models.add(options.path, architecture=options.arch, name=options.name)
    context.output.result(
        {"name": entry.name, "architecture": entry.architecture},
        [f"Added. Choose it with: keepsight models use {entry.name}"],
    )


def remove(context: Context) -> None:
    """Remove a model's files and embeddings, or one of the two."""
    options = context.options
    both = options.weights == options.embeddings
    with context.open() as library:
        library.services.models.remove(
            options.name, weights=both or options.weights, embeddings=both or options.embeddings
        )
    context.output.result({"removed": options.name}, [f"{options.name}: removed. Tags and photos are as they were."])


def measure(context: Context) -> None:
    """Measure a model's speed on this machine."""
    name = context.options.name
    with context.open() as library:
        rate = library.services.models.measure(name)
    context.output.result(
        {"model": name, "images_per_second": round(rate, 2)}, [f"{name}: {rate:.1f} images a second."]
    )


def _info(infos: list[ModelInfo], name: str) -> ModelInfo:
    """The model of that name; one that is not there is reported by the service."""
    return next((info for info in infos if info.entry.name == name), infos[0])


def _as_json(info: ModelInfo) -> dict[str, Any]:
    entry, figures = info.entry, info.figures
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
        "pending": info.pending,
        "embedded": info.embedded,
        "partial_mb": round(info.partial_bytes / 1e6),
        "imagenet_top_1": entry.imagenet_top_1,
        "images_per_second": figures.images_per_second,
        "evaluations": [
            {
                "truth": evaluation.truth,
                "photos": evaluation.photos,
                "stated": evaluation.stated,
                **{name: round(value, 4) for name, value in evaluation.figures},
            }
            for evaluation in figures.evaluations
        ],
    }


def _lines(info: ModelInfo) -> list[str]:
    entry, figures = info.entry, info.figures
    mark = "*" if info.active else ">" if info.pending else " "
    facts = [f"{entry.size_mb} MB", _state(info), ", ".join(entry.languages), entry.licence]
    if figures.images_per_second is not None:
        facts.append(f"{figures.images_per_second:.0f} images/s here")
    if entry.imagenet_top_1 is not None:
        facts.append(f"ImageNet {entry.imagenet_top_1:.0%}")
    return [f"{mark} {entry.name:<22} {entry.best_for}", "    " + " · ".join(facts)]


def _state(info: ModelInfo) -> str:
    if info.active:
        return "in use"
    if info.pending:
        return "getting ready"
    if info.installed:
        return "on this machine"
    return f"{info.partial_bytes / 1e6:.0f} MB downloaded" if info.partial_bytes else "to download"
