"""keepsight models download NAME"""

from __future__ import annotations

import sys
import threading
from typing import Any

from tqdm import tqdm

from desktop_app.cli.context import Context
from desktop_app.cli.waiting import result_of
from desktop_app.domain.progress import DownloadProgress, DownloadState
from desktop_app.services.services import Services


def download(context: Context) -> None:
    """Fetch a model, going on from where an earlier try stopped."""
    name = context.options.name
    with context.open() as library:
        if context.options.discard:
            library.services.downloads.cancel(name)
            context.output.result({"model": name, "installed": False}, [f"{name}: the unfinished download is deleted."])
            return
        fetch_with_bar(library.services, name, context)
    context.output.result(
        {"model": name, "installed": True}, [f"{name} is here. Choose it with: keepsight models use {name}"]
    )


def fetch_with_bar(services: Services, name: str, context: Context) -> None:
    """Download a model with a progress bar on the terminal. Ctrl-C pauses it: the next try goes on from there."""
    entry = services.models.entry(name)
    context.output.note(f"Downloading {entry.title} ({entry.size_mb} MB, licence: {entry.licence})…")
    with _Bar(services, name, shown=sys.stderr.isatty() and not context.output.as_json):
        answer = services.downloads.start(name)
        try:
            result_of(answer)
        except KeyboardInterrupt:
            context.output.note("Paused. The same command goes on from here.")
            services.downloads.pause(name)
            raise


class _Bar:
    """Bytes, rate and time left."""

    def __init__(self, services: Services, name: str, *, shown: bool) -> None:
        self._bar: Any = tqdm(unit="B", unit_scale=True, disable=not shown, dynamic_ncols=True, leave=False)
        self._name = name
        self._lock = threading.Lock()
        self._unsubscribe = services.downloads.subscribe(self._show)

    def __enter__(self) -> None:
        """Show it."""

    def __exit__(self, *_: object) -> None:
        """Take it away."""
        self._unsubscribe()
        with self._lock:
            self._bar.close()

    def _show(self, progress: DownloadProgress) -> None:
        if progress.model != self._name:
            return
        with self._lock:
            if progress.state is DownloadState.CHECKING:
                self._bar.set_description("checking")
            self._bar.total = progress.total_bytes
            self._bar.n = progress.done_bytes
            self._bar.refresh()
