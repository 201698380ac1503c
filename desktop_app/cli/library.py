"""keepsight status, keepsight skipped, keepsight places"""

from __future__ import annotations

from typing import Any

from desktop_app.cli.context import Context
from desktop_app.cli.waiting import result_of
from desktop_app.domain.library import RootInfo


def status(context: Context) -> None:
    """The library in numbers."""
    with context.open() as library:
        now = library.services.browsing.status()
        roots = library.services.browsing.roots()
    value: dict[str, Any] = {
        "photos": now.photos,
        "embedded": now.embedded,
        "pending": now.pending,
        "missing": now.missing,
        "offline": now.offline,
        "skipped": now.skipped,
        "tags": now.tags,
        "model": now.model,
        "library": str(now.library),
    }
    width = max(len(name) for name in value)
    lines = [
        f"{name:<{width}}  {number:,}" if isinstance(number, int) else f"{name:<{width}}  {number}"
        for name, number in value.items()
    ]
    value["roots"] = [_root_as_json(root) for root in roots]
    lines += [_root_line(root) for root in roots]
    if now.switch is not None:
        switch = now.switch
        value["switching_to"] = {"model": switch.model, "embedded": switch.done, "photos": switch.total}
        lines.append(
            f"Changing to {switch.model}: {switch.done:,} of {switch.total:,} photos. `keepsight index` goes on."
        )
    context.output.result(value, lines)


_WATCHED = {"events": "watched", "polling": "looked at every few seconds", "offline": "away at present"}


def _root_as_json(root: RootInfo) -> dict[str, Any]:
    return {"path": str(root.path), "photos": root.photos, "watching": root.watching, "note": root.watch_note}


def _root_line(root: RootInfo) -> str:
    note = f", since {root.watch_note}" if root.watch_note else ""
    return f"{root.path}: {root.photos:,} photos, {_WATCHED.get(root.watching, 'not watched')}{note}"


def skipped(context: Context) -> None:
    """Files in the library's folders that are not in the library, and why; with --retry after another try at some."""
    with context.open() as library:
        if context.options.retry:
            library.services.organising.retry_skipped(context.options.retry)
            result_of(library.services.indexing.start())
        files = library.services.browsing.skipped()
    value = [{"path": str(file.path), "reason": file.reason} for file in files]
    context.output.result(value, [f"{file.path}: {file.reason}" for file in files] or ["Nothing was skipped."])


def places(context: Context) -> None:
    """Where the library's photos were taken, by name, the most photographed place first."""
    with context.open() as library:
        counts = library.services.browsing.places()
    value = [{"place": place, "photos": photos} for place, photos in counts]
    lines = [f"{photos:>7,}  {place}" for place, photos in counts]
    context.output.result(value, lines or ["No photo of this library says where it was taken."])
