"""The main window: puts the parts together and connects them. What each part does is in its own module."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.language.sights import sights
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.progress import IndexPhase, IndexProgress
from desktop_app.services.services import Services
from desktop_app.ui.actions.curation_work import CurationWork
from desktop_app.ui.actions.deleting import DeletingActions
from desktop_app.ui.actions.exports import Exports
from desktop_app.ui.actions.folder_work import FolderWork
from desktop_app.ui.actions.library_care import LibraryCare
from desktop_app.ui.actions.library_health import LibraryHealth
from desktop_app.ui.actions.photos import PhotoActions
from desktop_app.ui.actions.picture_search import PictureSearch
from desktop_app.ui.actions.recovery import RecoveryActions
from desktop_app.ui.actions.saved_searches import SavedSearchActions
from desktop_app.ui.answer_display import AnswerDisplay
from desktop_app.ui.application import dress
from desktop_app.ui.banner import Notice, bug_notice
from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.bug_reports import BugReports
from desktop_app.ui.closing import Closing
from desktop_app.ui.completion_presenter import CompletionPresenter
from desktop_app.ui.dialogs.opening import Dialogs
from desktop_app.ui.empty_states import NextStep
from desktop_app.ui.grid.view import CELL_STEP
from desktop_app.ui.inspector.presenter import InspectorPresenter
from desktop_app.ui.library_feed import LibraryFeed
from desktop_app.ui.library_presenter import LibraryPresenter
from desktop_app.ui.menus import Commands, Menus
from desktop_app.ui.remembered_view import keep_view, restore_view
from desktop_app.ui.search_presenter import SearchPresenter
from desktop_app.ui.search_state import Match, SearchState, Showing
from desktop_app.ui.sidebar.progress_panel import ProgressFeed
from desktop_app.ui.single_window import bring_to_front
from desktop_app.ui.tagging.tag_work import TagWork
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme, ThemeChoice, ThemeSource
from desktop_app.ui.viewer.viewer import PhotoViewer
from desktop_app.ui.window_memory import WindowMemory

# One for a search that waits for the model, one for something slow that was asked for, two for thumbnails and look-ups.
_TASK_THREADS = 4


class MainWindow(QMainWindow):
    """Keepsight's window over an open library.

    `settings_file` is where it remembers its geometry; `theme` is "system" (or what the person chose before), "light"
    or "dark". Closing it ends its own threads, never the services: those belong to whoever opened the library.
    """

    def __init__(self, services: Services, *, settings_file: Path, theme: str = "system") -> None:
        super().__init__()
        self.services = services
        self.memory = WindowMemory(settings_file)
        self.tasks = Tasks(self, threads=_TASK_THREADS)
        self.bugs = BugReports(self)
        self.state = SearchState(self)
        self.themes = ThemeSource(self.memory.theme if theme == ThemeChoice.SYSTEM else ThemeChoice(theme), self)
        self.page = BrowserPage(services, self.tasks, self.state, self.themes.current)
        self.viewer = PhotoViewer(services, self.tasks, self.themes.current)
        self.photo_actions = PhotoActions(services, self.tasks, self.state, known=self.page.grid.known, parent=self)
        self.backup_to_restore: Path | None = None
        self._make_actions(services)
        self._make_presenters(services)
        self._closing = Closing(self, self.tasks, wind_down=self._wind_down, wait=self._say_finishing)
        self._build()
        self._connect_feeds()
        self._connect_search()
        self._connect_photos()
        self._connect_sidebar()
        self._begin()

    def _make_actions(self, services: Services) -> None:
        """What a person can do, beside the actions on single photos."""
        over_window = (services, self.tasks, self.themes, self)
        show_notice = self.page.banner.show_notice
        self.dialogs = Dialogs(*over_window)
        self.recovery = RecoveryActions(*over_window)
        self.folders = FolderWork(*over_window, state=self.state, show_path=self.photo_actions.show_path)
        self.care = LibraryCare(*over_window, show_notice=show_notice)
        self.health = LibraryHealth(*over_window)
        self.pictures = PictureSearch(services, self.tasks, self.state, self.folders.add)
        self.deleting = DeletingActions(services, self.tasks, show_notice, self)
        self.tag_work = TagWork(services, self.tasks, self.state, self.page, self.photo_actions)
        self.menus = Menus(self, self._commands(), self.photo_actions, self.tag_work.history.actions)
        self.exports = Exports(services, self.tasks, show_notice, self)

    def _make_presenters(self, services: Services) -> None:
        """What keeps the parts of the window up to date."""
        self.library_feed = LibraryFeed(services.changes, self)
        self.progress_feed = ProgressFeed(services.indexing, self)
        self.searches = SearchPresenter(self.state, services, self.tasks, self)
        self.library = LibraryPresenter(self.page.sidebar, self.state, services, self.tasks, self)
        self.inspecting = InspectorPresenter(self.page.inspector, services, self.tasks, self)
        self.answers = AnswerDisplay(self.page, self.searches, self.library, state=self.state, services=services)
        self.saved = SavedSearchActions(
            self.page, self.exports, self.library, state=self.state, services=services, tasks=self.tasks
        )
        self.curation = CurationWork(self.photo_actions, self.page, self.tag_work.history, services, self.tasks)
        self.completions = CompletionPresenter(self.page.top_bar.search, services, self.tasks, self)

    # What a person asks for

    def begin_work(self, folders: tuple[Path, ...] = ()) -> None:
        """Watch and bring up to date, with these folders added first. Call it once the window is shown."""
        self.folders.add(folders)
        self.folders.begin()

    def add_folder(self, folder: Path) -> None:
        """Watch a folder from now on."""
        self.folders.add((folder,))

    @Slot(object)
    def come_forward(self, folders: tuple[Path, ...] = ()) -> None:
        """Another start of the program wants this window, and maybe these folders added."""
        bring_to_front(self)
        self.folders.add(folders)

    def view_photo(self, photo_id: PhotoId) -> None:
        """Show a photo of the present result full size."""
        row = self.page.grid.row_of(photo_id)
        self.viewer.set_terms(sights(self.state.terms.text))
        self.viewer.open([photo_id] if row is None else self.page.grid.photo_ids(), row or 0, self.page.grid.moments)
        self._show_over(self.viewer)

    def find_similar(self, photo_id: PhotoId) -> None:
        """Search for photos like this one."""
        self._leave_viewer()
        self.photo_actions.find_similar([photo_id])

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Light, dark, or as the system, from now on."""
        self.themes.choose(choice)
        self.memory.theme = choice
        self.menus.show_theme(choice)

    # Putting together

    def _build(self) -> None:
        self.setWindowTitle("Keepsight")
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self.setMinimumSize(760, 480)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.page)
        self._pages.addWidget(self.viewer)
        self._pages.addWidget(self.tag_work.reviewing.page)
        self.setCentralWidget(self._pages)
        restore_view(self.memory, self, self.page, self.state)
        self.menus.show_theme(self.themes.choice)
        # The menu bar is hidden behind the viewer, and the shortcuts of a hidden menu bar would be dead.
        self.addActions(self.menus.actions)
        self._dress(self.themes.current)

    def _connect_feeds(self) -> None:
        self.bugs.install()
        self.bugs.reported.connect(self._show_bug)
        self.tasks.error.connect(self._show_error)
        self.tasks.bug.connect(self.bugs.report)
        self.themes.changed.connect(self._dress)
        self.library_feed.changed.connect(self._library_changed)
        self.health.restore_wanted.connect(self._make_way_for)
        self.progress_feed.changed.connect(self._progressed)

    def _connect_search(self) -> None:
        bar, page = self.page.top_bar, self.page
        bar.search.picture_given.connect(lambda path: self.pictures.take_files([path], keep_words=True))
        bar.search.pixels_given.connect(lambda image: self.pictures.take_pixels(image, keep_words=True))
        bar.size_changed.connect(page.grid.set_cell_size)
        page.grid.cell_size_changed.connect(bar.show_size)
        self.answers.changed.connect(self.inspecting.show_found)
        page.empty.step_wanted.connect(self._take_step)

    def _connect_photos(self) -> None:
        grid, inspector = self.page.grid, self.page.inspector
        grid.selection_changed.connect(self.photo_actions.select)
        grid.selection_changed.connect(self.inspecting.show_selection)
        grid.activated.connect(self.view_photo)
        grid.context_menu.connect(self.photo_actions.open_menu)
        self.photo_actions.view_wanted.connect(self.view_photo)
        self.photo_actions.delete_wanted.connect(
            lambda photos: self.deleting.ask(photos, as_one=self.state.terms.stack is None)
        )
        for view in (grid, self.viewer):
            view.addAction(self.photo_actions.delete)
        self.inspecting.edited.connect(self.tag_work.history.tell)
        inspector.open_wanted.connect(self.photo_actions.view.trigger)
        inspector.find_similar_wanted.connect(self.photo_actions.similar.trigger)
        inspector.show_file_wanted.connect(self.photo_actions.show_path)
        self.photo_actions.sensitive.serve(self.library_feed, self.viewer, grid, self.inspecting)
        self.viewer.closed.connect(self._leave_viewer)
        self.tag_work.reviewing.opened.connect(lambda: self._show_over(self.tag_work.reviewing.page))
        self.tag_work.reviewing.page.closed.connect(self._leave_viewer)
        self.viewer.current_changed.connect(lambda photo_id: self.photo_actions.select([photo_id]))
        self.viewer.find_similar.connect(self.find_similar)
        self.viewer.play_wanted.connect(self.photo_actions.play.trigger)

    def _connect_sidebar(self) -> None:
        sidebar, indexing = self.page.sidebar, self.services.indexing
        sidebar.add_folder_wanted.connect(self.folders.choose)
        sidebar.folders.menu_wanted.connect(self.folders.open_menu)
        sidebar.progress.pause_wanted.connect(indexing.pause)
        sidebar.progress.resume_wanted.connect(indexing.resume)
        sidebar.progress.cancel_wanted.connect(indexing.cancel)
        sidebar.progress.skipped_wanted.connect(self._show_skipped)
        sidebar.progress.missing_wanted.connect(self.recovery.show_missing)

    def _commands(self) -> Commands:
        return Commands(
            add_folder=self.folders.choose,
            look_again=self.folders.look_again,
            pause_or_resume=self.folders.pause_or_resume,
            show_skipped=self._show_skipped,
            show_missing=self.recovery.show_missing,
            edit_left_out=self.care.edit_left_out,
            back_up=self.care.back_up,
            restore=self.health.show_backups,
            check=self.health.show_check,
            show_models=self.dialogs.show_models,
            show_tag_quality=self.dialogs.show_tag_quality,
            quit=self.close,
            export_shown=lambda: self.exports.export_found(self.answers.found),
            find=self._find,
            save_search=lambda: self.saved.save_current(),  # noqa: PLW0108 - made after the menus
            clear=self.state.clear,
            paste_picture=self.pictures.paste,
            select_all=self.page.grid.select_everything,
            larger=lambda: self._resize_cells(CELL_STEP),
            smaller=lambda: self._resize_cells(-CELL_STEP),
            toggle_sidebar=self.page.toggle_sidebar,
            toggle_inspector=self.page.toggle_inspector,
            choose_theme=self.choose_theme,
            show_shortcuts=lambda: self.dialogs.show_shortcuts(self.menus),
            show_about=self.dialogs.show_about,
        )

    def _begin(self) -> None:
        self.page.sidebar.progress.show_progress(self.services.indexing.progress)
        self.library.refresh_all()
        self.saved.presenter.refresh_all()
        self.searches.search()
        self.page.top_bar.search.setFocus()

    # Answers and changes

    @Slot(object)
    def _dress(self, theme: Theme) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            dress(application, theme)
        for page in (self.page, self.viewer, self.tag_work.reviewing.page):
            page.set_theme(theme)

    def _library_changed(self, changes: LibraryChanges) -> None:
        self.searches.refresh(changes)
        self.library.refresh(changes)
        self.saved.presenter.refresh(changes)
        self.inspecting.refresh(changes)
        self.curation.refresh(changes)
        self.tag_work.refresh(changes)
        self.completions.refresh(changes)
        if changes.model_changed:
            self.dialogs.models.refresh()
            self.viewer.forget_heat()
        if shown := changes.added | changes.updated | changes.missing:
            self.page.grid.refresh_photos(shown)
            self.viewer.refresh_photos(shown)
            self.recovery.refresh()
        if changes.skipped_changed:
            self.dialogs.refresh_skipped()

    def _progressed(self, progress: IndexProgress) -> None:
        self.page.sidebar.progress.show_progress(progress)
        if progress.phase is IndexPhase.IDLE:
            self.library.refresh_folders()

    def _show_error(self, sentence: str, next_step: str) -> None:
        self.page.banner.show_notice(Notice(sentence, next_step))

    def _show_bug(self, summary: str) -> None:
        self.page.banner.show_notice(bug_notice(summary))

    # Actions

    def _take_step(self, step: NextStep) -> None:
        steps = {
            NextStep.ADD_FOLDER: self.folders.choose,
            NextStep.CLEAR_FILTERS: self.state.clear_filters,
            NextStep.CLEAR_SEARCH: self.state.clear,
            NextStep.SHOW_NEAREST: lambda: self.state.set_showing(Showing.NEAREST),
            NextStep.SHOW_EVERYTHING: lambda: self.state.set_showing(Showing.EVERYTHING),
            NextStep.CHOOSE_MODEL: self.dialogs.show_models,
            NextStep.LOOK_AGAIN: self.folders.look_again,
            NextStep.ANY_TAG: lambda: self.state.set_match(Match.ANY),
        }
        steps[step]()

    def _show_skipped(self) -> None:
        self.dialogs.show_skipped(self.photo_actions.show_path)

    def _find(self) -> None:
        self._leave_viewer()
        self.page.top_bar.search.setFocus()
        self.page.top_bar.search.selectAll()

    def _show_over(self, page: QWidget) -> None:
        self._pages.setCurrentWidget(page)
        self.menuBar().hide()
        page.setFocus()

    def _leave_viewer(self) -> None:
        if self._pages.currentWidget() is not self.page:
            self._pages.setCurrentWidget(self.page)
            self.menuBar().show()
            # Where the person left off in the viewer, they go on in the grid.
            self.page.grid.select(self.photo_actions.selected)
            self.page.grid.setFocus()

    def _make_way_for(self, backup: Path) -> None:
        """Close, so that a backup can take the library's place; whoever opened the window reads `backup_to_restore`."""
        self.backup_to_restore = backup
        self.close()

    def _resize_cells(self, by: int) -> None:
        self.page.top_bar.show_size(self.page.grid.cell_size() + by)

    # Pictures and folders from outside

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if self.pictures.take(event.mimeData()):
            event.acceptProposedAction()

    # The end

    def closeEvent(self, event: QCloseEvent) -> None:
        self._closing.answer(event)

    def _say_finishing(self) -> None:
        self.setWindowTitle("Keepsight – finishing…")
        self.page.top_bar.result.setText("Finishing…")

    def _wind_down(self) -> None:
        keep_view(self.memory, self, self.page, self.state)
        for presenter in (self.searches, self.library, self.saved.presenter):
            presenter.stop()
        for part in (self.library_feed, self.progress_feed, self.dialogs, self.health):
            part.close()
        self.bugs.uninstall()
        self.tasks.retire()
