"""Keeps the sidebar in step with the library: folders, tags, skipped files, and which model is in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.library import RootInfo
from desktop_app.domain.model import ModelOrigin
from desktop_app.domain.query import And, Filter
from desktop_app.services.services import Services
from desktop_app.ui.refresh import Refresh
from desktop_app.ui.search_state import SearchState, SearchTerms
from desktop_app.ui.sidebar.folders import FolderTreeContent
from desktop_app.ui.sidebar.sidebar import Sidebar
from desktop_app.ui.tasks import Tasks

_LOOK_MS = 5000


@dataclass(frozen=True, slots=True)
class _Folders:
    content: FolderTreeContent
    skipped_photos: int
    missing_photos: int


class LibraryPresenter(QObject):
    """Looks up, off the GUI thread, what the sidebar shows, whenever a change can have changed it."""

    roots_known = Signal()
    """`roots` was looked up."""

    def __init__(
        self, sidebar: Sidebar, state: SearchState, services: Services, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._sidebar = sidebar
        self._state = state
        self._services = services
        self._tasks = tasks
        self._folders = Refresh(tasks, self._show_folders)
        self._tags = Refresh(tasks, sidebar.tags.show_counts)
        self._roots: tuple[RootInfo, ...] | None = None
        self._built_in_model = True
        self._typed: Filter = And(())
        self._counted: Filter | None = None
        state.changed.connect(self._terms_changed)
        # A drive that is pulled out or plugged in changes no row of the library, so nobody tells of it.
        self._looks = Refresh(tasks, self._compare_roots)
        self._look_timer = QTimer(self, interval=_LOOK_MS)
        self._look_timer.timeout.connect(lambda: self._looks.request(services.browsing.roots))
        self._look_timer.start()

    @property
    def roots(self) -> Sequence[RootInfo] | None:
        """The watched folders; None until they were looked up."""
        return self._roots

    @property
    def built_in_model(self) -> bool:
        """Whether the model in use is the one that came with the program."""
        return self._built_in_model

    def stop(self) -> None:
        """Look no more."""
        self._look_timer.stop()

    def refresh_all(self) -> None:
        """Look up everything."""
        self.refresh_folders()
        self.refresh_tags()
        self._refresh_model()

    def refresh(self, changes: LibraryChanges) -> None:
        """Look up what these changes can have changed."""
        files = bool(changes.added or changes.updated or changes.missing)
        if files or changes.roots_changed or changes.skipped_changed:
            self.refresh_folders()
        if files or changes.retagged or changes.tags_changed or changes.roots_changed:
            self.refresh_tags()
        if changes.model_changed:
            self._refresh_model()

    def refresh_folders(self) -> None:
        """Look up folders and skipped files."""
        browsing = self._services.browsing

        def work() -> _Folders:
            roots = tuple(browsing.roots())
            folders = tuple(folder for root in roots for folder in browsing.folders(root.root_id))
            skipped = sum(file.is_photo for file in browsing.skipped())
            status = browsing.status()
            return _Folders(FolderTreeContent(status.photos, roots, folders), skipped, status.missing)

        self._folders.request(work)

    def count_tags_within(self, typed: Filter) -> None:
        """Count from now on within these filters too, which stand in the text of the question."""
        self._typed = typed
        self._terms_changed(self._state.terms)

    def refresh_tags(self) -> None:
        """Look up the counts beside the tags, under the present filter."""
        where = self._counted = self._counting_filter(self._state.terms)
        self._tags.request(lambda: self._services.browsing.tag_counts(where, with_parents=True))

    def _terms_changed(self, terms: SearchTerms) -> None:
        # Words and sliders do not change the counts: they are moved often, and counting a large library takes long.
        if self._counting_filter(terms) != self._counted:
            self.refresh_tags()

    def _counting_filter(self, terms: SearchTerms) -> Filter:
        where = terms.counting_filter()
        return where if self._typed == And(()) else And((where, self._typed))

    def _show_folders(self, found: _Folders) -> None:
        self._roots = found.content.roots
        self._sidebar.folders.show_content(found.content)
        self._sidebar.progress.show_roots(found.content.roots)
        self._sidebar.progress.show_skipped(found.skipped_photos)
        self._sidebar.progress.show_missing(found.missing_photos)
        self.roots_known.emit()

    def _compare_roots(self, roots: list[RootInfo]) -> None:
        if self._roots is not None and tuple(roots) != self._roots:
            self.refresh_folders()

    def _refresh_model(self) -> None:
        def work() -> bool:
            active = (info.entry.origin for info in self._services.models.catalogue() if info.active)
            return next(active, None) is ModelOrigin.BUILT_IN

        def done(built_in: bool) -> None:
            self._built_in_model = built_in

        self._tasks.run(work, done, key="model in use")
