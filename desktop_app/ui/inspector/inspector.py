"""The inspector: what is known about the selected photo, or about several at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.domain.photo import PhotoDetails, PhotoLocation
from desktop_app.domain.tag import TagUse
from desktop_app.ui.application import larger
from desktop_app.ui.column_scroll import ColumnScroll
from desktop_app.ui.controls import label, tool_button
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.inspector.album_chips import AlbumChips
from desktop_app.ui.inspector.curation import CurationEditor
from desktop_app.ui.inspector.photo_words import facts, presence_mark, presence_note
from desktop_app.ui.inspector.preview import Preview
from desktop_app.ui.inspector.tag_editor import TagEditor, chips_of_many, chips_of_one
from desktop_app.ui.inspector.why import WhyPanel
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import breakable, counted, from_home


class Inspector(QWidget):
    """Shows what it is given; asks for everything else by signals."""

    show_file_wanted = Signal(Path)
    find_similar_wanted = Signal()
    open_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._details: PhotoDetails | None = None
        self.preview = Preview(theme)
        self.preview.activated.connect(self.open_wanted)
        self.name = label(role="title", wrap=True)
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note = label(role="muted", wrap=True)
        self.similar = tool_button("Find similar photos", text="Find similar", role="labelled")
        self.similar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.similar.clicked.connect(self.find_similar_wanted)
        self.show_file = tool_button("Show in the file manager", text="Show file", role="labelled")
        self.show_file.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.show_file.clicked.connect(self._show_first_file)
        self.why = WhyPanel(theme)
        self.curation = CurationEditor(theme)
        self.albums = AlbumChips(theme)
        self.tags = TagEditor(theme)
        self._facts = QWidget()
        self._facts_grid = QGridLayout(self._facts)
        self._files = QWidget()
        self._files_column = QVBoxLayout(self._files)
        self.hint = label("Select a photo to see its details.", role="muted", wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self.set_theme(theme)
        self.show_nothing()

    def show_nothing(self) -> None:
        """No photo is selected."""
        self._details = None
        self._scroll.hide()
        self.hint.show()
        self.preview.show_images([])

    def show_photo(self, details: PhotoDetails) -> None:
        """One photo is selected."""
        other = self._details is None or self._details.id != details.id
        self._details = details
        self.name.setText(breakable(details.path.name))
        self.note.setText(presence_note(details.locations))
        self.note.setVisible(bool(self.note.text()))
        self.tags.show_chips(chips_of_one(details.tags))
        self._show_facts(facts(details))
        self._show_files(details.locations)
        self._show_single(single=True)
        if other:
            self._scroll.verticalScrollBar().setValue(0)

    def show_selection(self, uses: Sequence[TagUse], selected: int) -> None:
        """Several photos are selected, which have these tags."""
        self._details = None
        self.name.setText(f"{counted(selected, 'photo')} selected")
        self.note.hide()
        self.tags.show_chips(chips_of_many(uses, selected))
        self._show_single(single=False)

    def show_images(self, images: Sequence[QImage]) -> None:
        """Paint the preview."""
        self.preview.show_images(images)

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme's colours."""
        self._theme = theme
        self.similar.setIcon(themed_icon("similar", theme.text))
        self.show_file.setIcon(themed_icon("folder", theme.text))
        self.preview.set_theme(theme)
        self.curation.set_theme(theme)
        self.albums.set_theme(theme)
        self.tags.set_theme(theme)

    def _show_single(self, *, single: bool) -> None:
        for part in (self._facts, self._files, self.show_file):
            part.setVisible(single)
        self._scroll.show()
        self.hint.hide()

    def _show_facts(self, rows: Sequence[tuple[str, str]]) -> None:
        _empty(self._facts_grid)
        for row, (name, value) in enumerate(rows):
            text = label(value, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            text.setAccessibleName(f"{name}: {value}")
            self._facts_grid.addWidget(label(name, role="muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._facts_grid.addWidget(text, row, 1)

    def _show_files(self, locations: Sequence[PhotoLocation]) -> None:
        _empty(self._files_column)
        self._files_column.addWidget(label("FILE" if len(locations) == 1 else "FILES", role="heading"))
        for location in locations:
            text = breakable(from_home(location.path)) + presence_mark(location)
            path = label(text, role="muted", wrap=True)
            path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            path.setToolTip(str(location.path))
            self._files_column.addWidget(path)

    def _show_first_file(self) -> None:
        if self._details is not None:
            self.show_file_wanted.emit(self._details.path)

    def _lay_out(self) -> None:
        self.name.setFont(larger(self.font(), 1.15))
        self._lay_out_facts()
        self._body = QWidget()
        self._fill_column()
        self._scroll = ColumnScroll(self._body)
        self._scroll.setAccessibleName("Details of the selected photos")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.hint.setContentsMargins(self._theme.space_l * 2, 0, self._theme.space_l * 2, 0)
        outer.addWidget(self.hint)
        outer.addWidget(self._scroll)
        self.setMinimumWidth(240)

    def _lay_out_facts(self) -> None:
        theme = self._theme
        self._facts_grid.setContentsMargins(0, 0, 0, 0)
        self._facts_grid.setHorizontalSpacing(theme.space_m)
        self._facts_grid.setVerticalSpacing(6)
        self._facts_grid.setColumnStretch(1, 1)
        self._files_column.setContentsMargins(0, 0, 0, 0)
        self._files_column.setSpacing(theme.space_xs)

    def _fill_column(self) -> None:
        theme = self._theme
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space_s)
        buttons.addWidget(self.similar)
        buttons.addWidget(self.show_file)
        buttons.addStretch(1)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(theme.space_l, theme.space_l, theme.space_l, theme.space_l)
        column.setSpacing(theme.space_m)
        column.addWidget(self.preview)
        column.addWidget(self.name)
        column.addLayout(buttons)
        column.addWidget(self.note)
        column.addWidget(self.why)
        column.addWidget(self.curation)
        column.addWidget(self._facts)
        column.addWidget(self.tags)
        column.addWidget(self.albums)
        column.addWidget(self._files)
        column.addStretch(1)


def _empty(layout: QGridLayout | QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.setParent(None)
            old.deleteLater()
