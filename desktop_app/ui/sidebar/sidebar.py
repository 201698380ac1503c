"""The sidebar: folders, saved searches, tags, and progress at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QSplitter,
    QToolButton,
    QWidget,
)

from desktop_app.domain.album import Album
from desktop_app.ui.clearable_field import ClearableField
from desktop_app.ui.controls import label, line, tool_button
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.layouts import Part, in_column, in_row
from desktop_app.ui.search_state import Match, SearchState, SearchTerms
from desktop_app.ui.sidebar.albums import AlbumList
from desktop_app.ui.sidebar.count_tree import CountTree
from desktop_app.ui.sidebar.folders import FolderTree
from desktop_app.ui.sidebar.progress_panel import ProgressPanel
from desktop_app.ui.sidebar.saved_searches import CountedSearch, SavedSearchTree
from desktop_app.ui.sidebar.tags import TagTree
from desktop_app.ui.theme import Theme

# What headings stand in from the edge of a section, pixels: as far as rows of the lists do.
_INSET = 4

_HEADING_HEIGHT = 30

# Rows that a list gets by itself where it has them.
_MANY_ROWS = 5

# Of folders, albums, saved searches and tags: rows that stay in the lowest window (one of the tags' is their field),
# heights to begin with, and how a larger window's room is shared.
_FEWEST, _SIZES, _SHARES = (2, 1, 1, 3), (195, 84, 84, 400), (1, 0, 0, 2)


class Sidebar(QWidget):
    """Shows and changes the folder and tags of the SearchState."""

    add_folder_wanted = Signal()

    def __init__(self, state: SearchState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.folders = FolderTree(theme)
        self.albums = AlbumList(theme)
        self.add_album = tool_button("Make an album")
        self.saved = SavedSearchTree(theme)
        self.tags = TagTree(theme)
        self.tag_filter = ClearableField("Find a tag", theme, placeholder="Find a tag")
        self.progress = ProgressPanel(theme)
        self.add_folder = tool_button("Add a folder of photos", hint="Add a folder of photos (Ctrl+O)")
        self.add_folder.clicked.connect(self.add_folder_wanted)
        self.new_tag = tool_button("New tag", hint="Make a tag in your own words")
        self.match_buttons = {
            Match.ALL: tool_button("Photos with all ticked tags", text="All", role="segment", checkable=True),
            Match.ANY: tool_button("Photos with any ticked tag", text="Any", role="segment", checkable=True),
        }
        self._match_group = QButtonGroup(self)
        self._sections = QSplitter(Qt.Orientation.Vertical, childrenCollapsible=False)
        self._lay_out(theme)
        self._connect()
        self.set_theme(theme)
        self._show(state.terms)

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        for button in (self.add_folder, self.add_album, self.new_tag):
            button.setIcon(themed_icon("plus", theme.text))
        for part in (self.folders, self.albums, self.saved, self.tags, self.tag_filter, self.progress):
            part.set_theme(theme)

    def show_albums(self, albums: Sequence[Album]) -> None:
        """Show these albums."""
        self.albums.show_albums(albums)
        # With room below them: photos dropped there make a new album.
        self._fit(self._albums_section, self.albums, len(albums) + 1 if albums else 1)

    def show_saved(self, rows: Sequence[CountedSearch]) -> None:
        """Show these saved searches; without any, the sidebar has no part for them."""
        self.saved.show_searches(rows)
        self._saved_section.setVisible(bool(rows))
        self._fit(self._saved_section, self.saved, len(rows))

    def _fit(self, section: QWidget, tree: CountTree, rows: int) -> None:
        """Give a list the height of its rows, up to a few; a person can give it that of all of them. Tags get the rest."""
        whole = self._chrome + tree.height_of(max(rows, 1))
        if section.isHidden() or section.maximumHeight() == whole:
            return
        section.setMaximumHeight(whole)
        sizes, place = self._sections.sizes(), self._sections.indexOf(section)
        wanted = min(whole, self._chrome + tree.height_of(_MANY_ROWS))
        sizes[-1] += sizes[place] - wanted
        sizes[place] = wanted
        self._sections.setSizes(sizes)

    def _lay_out(self, theme: Theme) -> None:
        # In line with the headings and what stands right of them.
        find = in_row(self.tag_filter, margins=(_INSET, 0, _INSET, 0))
        folders = _section(theme, _heading("FOLDERS", self.add_folder), self.folders)
        tags = _section(theme, _heading("TAGS", *self.match_buttons.values(), self.new_tag), find, self.tags)
        self._albums_section = _section(theme, _heading("ALBUMS", self.add_album), self.albums)
        self._saved_section = _section(theme, _heading("SAVED SEARCHES"), self.saved)
        self._saved_section.hide()
        self._chrome = 2 * theme.space_s + _HEADING_HEIGHT + theme.space_xs
        sections = (folders, self._albums_section, self._saved_section, tags)
        for section, tree, rows in zip(
            sections, (self.folders, self.albums, self.saved, self.tags), _FEWEST, strict=True
        ):
            section.setMinimumHeight(self._chrome + tree.height_of(rows))
            self._sections.addWidget(section)
        self._sections.setSizes(_SIZES)
        for position, share in enumerate(_SHARES):
            self._sections.setStretchFactor(position, share)
        in_column((self._sections, 1), line(), self.progress, spacing=0, margins=(0, 0, 0, 0), inside=self)
        self.setMinimumWidth(200)

    def _connect(self) -> None:
        state = self._state
        for match, button in self.match_buttons.items():
            self._match_group.addButton(button)
            button.clicked.connect(partial(state.set_match, match))
        self.tag_filter.textChanged.connect(self.tags.filter_names)
        self.tags.toggled.connect(state.toggle_tag)
        self.tags.excluded.connect(state.exclude_tag)
        self.tags.cleared.connect(state.clear_tag)
        self.folders.chosen.connect(self._choose_folder)
        state.changed.connect(self._show)

    def _choose_folder(self, folder: object, name: str) -> None:
        self._state.set_folder(folder, name if folder else "")  # type: ignore[arg-type]

    def _show(self, terms: SearchTerms) -> None:
        self.tags.show_terms(terms)
        self.folders.show_chosen(terms.folder)
        self.match_buttons[terms.match].setChecked(True)


def _heading(text: str, *buttons: QToolButton) -> QWidget:
    heading = QWidget()
    in_row((label(text, role="heading"), 1), *buttons, spacing=2, margins=(_INSET, 0, 0, 0), inside=heading)
    heading.setMinimumHeight(_HEADING_HEIGHT)
    return heading


def _section(theme: Theme, *parts: Part) -> QWidget:
    section = QWidget()
    margins = (theme.space_m, theme.space_s, theme.space_s, theme.space_s)
    in_column(*parts, spacing=theme.space_xs, margins=margins, inside=section)
    return section
