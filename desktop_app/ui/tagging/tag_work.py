"""Everything that the window does with tags beside filtering by them: giving, shaping, reviewing, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.services.services import Services
from desktop_app.ui.actions.photos import PhotoActions
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.tagging.edit_history import EditHistory
from desktop_app.ui.tagging.quick_tag import QuickTagDialog
from desktop_app.ui.tagging.quick_tagging import QuickTagging
from desktop_app.ui.tagging.reviewing import ReviewPresenter
from desktop_app.ui.tagging.tag_dialogs import TagDialogs
from desktop_app.ui.tagging.tag_shaping import TagShaping
from desktop_app.ui.tasks import Tasks


class TagWork(QObject):
    """One method for each thing to do."""

    def __init__(
        self, services: Services, tasks: Tasks, state: SearchState, page: BrowserPage, photos: PhotoActions
    ) -> None:
        window = photos.window
        super().__init__(window)
        self._services = services
        self._tasks = tasks
        self._state = state
        self._page = page
        self.history = EditHistory(services, tasks, page.theme, page)
        photos.tags_wanted.connect(lambda: self.quick_tag(photos.selected))
        self._quick = QuickTagging(services, tasks, self.history, window)
        self.shaping = TagShaping(services, tasks, self.history, page, window)
        self.reviewing = ReviewPresenter(services, tasks, page.theme, window)
        self.dialogs = TagDialogs(services, tasks, self.history, page, window)
        self.shaping.edit_wanted.connect(self.dialogs.change)
        self.shaping.define_wanted.connect(self.dialogs.define)
        page.sidebar.new_tag.clicked.connect(lambda _checked: self.dialogs.define())
        self.shaping.review_wanted.connect(self.reviewing.begin)

    def refresh(self, changes: LibraryChanges) -> None:
        """Follow changes of the library."""
        self.history.refresh(changes)
        if changes.tags_changed:
            self._tasks.run(self._services.browsing.all_tags, self._state.follow_tags, key="tags filtered by")

    def quick_tag(self, photo_ids: Sequence[PhotoId]) -> QuickTagDialog | None:
        """Ask which tags these photos are to have."""
        return self._quick.open(photo_ids, self._page.theme)
