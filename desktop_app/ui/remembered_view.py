"""The view as the person left it: put back at a start, kept at the end."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from desktop_app.ui.browser_page import BrowserPage
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.window_memory import WindowMemory


def restore_view(memory: WindowMemory, window: QMainWindow, page: BrowserPage, state: SearchState) -> None:
    """Show the window as it was."""
    memory.restore_geometry(window, page.columns)
    page.grid.set_cell_size(memory.cell_size)
    page.top_bar.show_size(page.grid.cell_size())
    page.sidebar.tags.close_groups(memory.closed_groups)
    page.question.controls.probabilities.setChecked(memory.shows_probabilities)
    state.set_sensitivity(memory.sensitivity)


def keep_view(memory: WindowMemory, window: QMainWindow, page: BrowserPage, state: SearchState) -> None:
    """Remember what `restore_view` puts back, and write it down."""
    memory.keep_geometry(window, page.columns)
    memory.cell_size = page.grid.cell_size()
    memory.closed_groups = page.sidebar.tags.closed_groups
    memory.shows_probabilities = page.question.controls.probabilities.isChecked()
    memory.sensitivity = state.terms.sensitivity
    memory.write()
