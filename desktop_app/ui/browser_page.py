"""The main page: search on top, sidebar left, photos in the middle, inspector right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.query import SearchResult
from desktop_app.services.services import Services
from desktop_app.ui.banner import Banner
from desktop_app.ui.controls import line
from desktop_app.ui.empty_states import EmptyPage, EmptyState
from desktop_app.ui.grid.view import PhotoGridView
from desktop_app.ui.inspector.inspector import Inspector
from desktop_app.ui.problem_line import ProblemLine
from desktop_app.ui.question_row import QuestionRow
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.sidebar.sidebar import Sidebar
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme
from desktop_app.ui.top_bar import TopBar

_SIDEBAR_WIDTH, _INSPECTOR_WIDTH = 244, 320


class _Themed(Protocol):
    def set_theme(self, theme: Theme) -> None: ...


class BrowserPage(QWidget):
    """Lays out the parts; what they say to each other is the main window's business."""

    def __init__(
        self, services: Services, tasks: Tasks, state: SearchState, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.state = state
        self.theme = theme
        self.top_bar = TopBar(theme)
        self.banner = Banner(theme)
        self.problem = ProblemLine(theme)
        self.question = QuestionRow(state, theme)
        self.chips = self.question.chips
        self.sidebar = Sidebar(state, theme)
        self.grid = PhotoGridView(services, tasks, theme)
        self.empty = EmptyState(theme)
        self.inspector = Inspector(theme)
        self.columns = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False, handleWidth=1)
        # Nothing until the first answer: a page that says "no photos" for a blink would be a lie.
        self._blank = QWidget()
        self._blank.setProperty("role", "surface")
        self._blank.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._centre = QStackedWidget()
        self._lay_out()
        self.top_bar.sidebar_button.clicked.connect(self.toggle_sidebar)
        self.top_bar.inspector_button.clicked.connect(self.toggle_inspector)

    def show_photos(self, result: SearchResult, *, keep_place: bool) -> None:
        """Show the photos of a result."""
        self.grid.show_result(result, keep_place=keep_place)
        self._centre.setCurrentWidget(self.grid)

    def show_empty(self, page: EmptyPage, result: SearchResult) -> None:
        """Show why there are no photos."""
        self.grid.show_result(result)
        if page != self.empty.page or self._centre.currentWidget() is not self.empty:
            self.empty.show_page(page)
        self._centre.setCurrentWidget(self.empty)

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        self.theme = theme
        for part in self._themed():
            part.set_theme(theme)

    def toggle_sidebar(self) -> None:
        """Show or hide the left column."""
        self.sidebar.setVisible(self.sidebar.isHidden())

    def toggle_inspector(self) -> None:
        """Show or hide the right column."""
        self.inspector.setVisible(self.inspector.isHidden())

    def _themed(self) -> Sequence[_Themed]:
        return (
            self.top_bar,
            self.banner,
            self.problem,
            self.question,
            self.sidebar,
            self.grid,
            self.empty,
            self.inspector,
        )

    def _lay_out(self) -> None:
        for part in (self._blank, self.grid, self.empty):
            self._centre.addWidget(part)
        middle = QWidget()
        middle_column = QVBoxLayout(middle)
        middle_column.setContentsMargins(0, 0, 0, 0)
        middle_column.setSpacing(0)
        middle_column.addWidget(self._centre, 1)
        self.columns.addWidget(self.sidebar)
        self.columns.addWidget(middle)
        self.columns.addWidget(self.inspector)
        self.columns.setStretchFactor(1, 1)
        self.columns.setSizes([_SIDEBAR_WIDTH, 800, _INSPECTOR_WIDTH])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(self.problem)
        column.addWidget(self.banner)
        column.addWidget(self.question)
        column.addWidget(line())
        column.addWidget(self.columns, 1)
        middle.setMinimumWidth(320)
