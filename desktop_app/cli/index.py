"""keepsight index FOLDER…"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, TypeVar

from tqdm import tqdm

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.cli.waiting import result_of
from desktop_app.domain.photo import SkippedFile
from desktop_app.domain.progress import IndexPhase, IndexProgress, IndexReport
from desktop_app.services.services import Services

T = TypeVar("T")


def index(context: Context) -> None:
    """Bring folders up to date, all of the library's when none is named; with --watch stay and follow them."""
    options = context.options
    with context.open() as library:
        services = library.services
        if options.retry_skipped:
            services.organising.retry_skipped()
        roots = [services.organising.add_folder(folder) for folder in options.folders] or services.browsing.roots()
        if not roots:
            options.usage_error("the library has no folder yet: name one")
        next_model = services.models.pending_name()
        if options.watch:
            # Before the scan, so that nothing which changes in between goes unnoticed.
            services.watching.start()
        report = _run(services, services.indexing.start([root.root_id for root in roots]), context)
        if next_model is not None:
            report = _finish_switch(services, next_model, report, context)
        folders = [root.path for root in roots]
        skipped = [file for file in services.browsing.skipped() if any(file.path.is_relative_to(f) for f in folders)]
        context.output.result(_as_json(report, skipped), _as_lines(report, skipped))
        for note in report.notes:
            context.output.note(f"Note: {note}")
        _back_up_if_due(services, context)
        if options.watch:
            services.backing_up.start()
            _watch(context)


def _finish_switch(services: Services, name: str, report: IndexReport, context: Context) -> IndexReport:
    """The library is up to date; now the model that was chosen looks at its photos, and serves."""
    context.output.note(f"Changing to {name}…")
    # The switch goes on by itself after a run: it may be over already, and this then finds nothing to do.
    _run(services, services.indexing.finish_switch(), context)
    if services.models.active_name() != name:
        return report
    context.output.note(f"{name} serves from now on.")
    return replace(report, model=name)


def _run(services: Services, answer: Future[T], context: Context) -> T:
    with _ProgressBar(services, shown=sys.stderr.isatty() and not context.output.as_json):
        try:
            return result_of(answer)
        except KeyboardInterrupt:
            context.output.note("Stopping; what is done stays done. Run it again to carry on.")
            services.indexing.cancel()
            result_of(answer)
            raise


class _ProgressBar:
    """A bar with rate and ETA on the terminal."""

    def __init__(self, services: Services, *, shown: bool) -> None:
        self._bar: Any = tqdm(unit="photo", disable=not shown, dynamic_ncols=True, leave=False)
        self._lock = threading.Lock()
        self._unsubscribe = services.indexing.subscribe(self._show)

    def __enter__(self) -> _ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._unsubscribe()
        with self._lock:
            self._bar.close()

    def _show(self, progress: IndexProgress) -> None:
        with self._lock:
            if progress.phase is IndexPhase.PREPARING:
                self._bar.set_description("loading the model")
            elif progress.phase in {IndexPhase.INDEXING, IndexPhase.SWITCHING}:
                self._bar.set_description(progress.phase.value)
            if progress.phase is not IndexPhase.IDLE:
                self._bar.total = progress.to_do or None
                self._bar.n = progress.done
                self._bar.refresh()


def _back_up_if_due(services: Services, context: Context) -> None:
    try:
        services.backing_up.back_up_if_due()
    except UserFacingError as error:
        # The photos are in the library, which is what was asked for: no reason to fail, nor to watch no more.
        context.output.note(f"Note: {error}")


def _watch(context: Context) -> None:
    """Follow the folders until Ctrl-C."""
    context.output.note("Watching for changes. Ctrl-C ends it.")
    try:
        while True:
            threading.Event().wait(3600)
    except KeyboardInterrupt:
        context.output.note("Stopped watching.")


def _as_json(report: IndexReport, skipped: list[SkippedFile]) -> dict[str, Any]:
    return {
        "added": report.added,
        "modified": report.modified,
        "moved": report.moved,
        "reused": report.reused,
        "missing": report.missing,
        "embedded": report.embedded,
        "skipped": [{"path": str(file.path), "reason": file.reason} for file in skipped],
        "seconds": round(report.seconds, 3),
        "photos_per_second": round(report.photos_per_second, 2),
        "model": report.model,
        "device": report.device,
    }


def _as_lines(report: IndexReport, skipped: list[SkippedFile]) -> list[str]:
    counts = {
        "new": report.added,
        "changed": report.modified,
        "moved": report.moved,
        "already known": report.reused,
        "gone": report.missing,
        "skipped": len(skipped),
    }
    lines = [", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "No photos found."]
    if report.embedded:
        lines.append(
            f"{report.embedded:,} photos understood in {report.seconds:.1f} s "
            f"({report.photos_per_second:.1f} a second, {report.model} on {report.device})."
        )
    if any(file.is_photo for file in skipped):
        lines.append("`keepsight skipped` lists what was skipped, and why.")
    return lines
