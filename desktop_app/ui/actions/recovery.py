"""Missing photos in the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.recovery import ProbablySame
from desktop_app.ui.dialogs.missing import MissingContent, MissingDialog
from desktop_app.ui.dialogs.over_window import OverWindow
from desktop_app.ui.grid.thumbnail import image_of_jpeg

_MISSING = "missing photos"


class RecoveryActions(OverWindow):
    """Opens the list of missing photos and carries out what is decided there."""

    _dialog: MissingDialog | None = None

    def show_missing(self) -> MissingDialog:
        """List the missing photos."""
        dialog = self._dialog = MissingDialog(self._themes.current, self._window)
        recovering = self._services.recovering
        dialog.join_wanted.connect(
            lambda pair: self._decide(lambda: recovering.join(pair.missing.photo_id, pair.found_id))
        )
        dialog.apart_wanted.connect(
            lambda pair: self._decide(lambda: recovering.tell_apart(pair.missing.photo_id, pair.found_id))
        )
        dialog.forget_wanted.connect(lambda ids: self._decide(lambda: self._services.organising.forget_missing(ids)))
        dialog.look_again_wanted.connect(self._look_again)
        dialog.finished.connect(lambda _result: self._closed())
        self.refresh()
        self._open(dialog)
        return dialog

    def refresh(self) -> None:
        """Look up anew what the open list shows."""
        if self._dialog is not None:
            self._tasks.run(self._content, self._show, key=_MISSING)

    def _content(self) -> MissingContent:
        recovering, browsing = self._services.recovering, self._services.browsing
        pairs = tuple(recovering.probably_same())
        jpegs = browsing.thumbnails(_photos_of(pairs))
        images = {photo: image_of_jpeg(jpeg) for photo, jpeg in jpegs.items()}
        return MissingContent(tuple(recovering.missing()), pairs, images)

    def _show(self, content: MissingContent) -> None:
        if self._dialog is not None:
            self._dialog.show_content(content)

    def _decide(self, work: Callable[[], LibraryChanges]) -> None:
        self._tasks.run(work, lambda _changes: self.refresh())

    def _look_again(self) -> None:
        # The window hears of what is found, and refreshes this list with everything else.
        self._tasks.run(self._services.indexing.start, lambda _run: None)

    def _closed(self) -> None:
        self._dialog = None
        self._tasks.forget(_MISSING)


def _photos_of(pairs: Sequence[ProbablySame]) -> list[PhotoId]:
    return [photo for pair in pairs for photo in (pair.missing.photo_id, pair.found_id)]
