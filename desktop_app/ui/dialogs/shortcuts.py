"""Every keyboard shortcut of the program on one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from desktop_app.ui.controls import label
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_row
from desktop_app.ui.theme import Theme

Keys = tuple[str, str]
"""Keys, and what they do."""

Group = tuple[str, Sequence[Keys]]
"""A heading and what stands below it."""

# Keys that are not in a menu: where the person is decides what they do.
_PLACES: tuple[Group, ...] = (
    (
        "Among the photos",
        (
            ("Enter, Space", "View the photo full size"),
            ("Arrow keys", "Go to another photo"),
            ("Shift + arrow keys", "Select several photos"),
            ("0 … 5", "Stars"),
        ),
    ),
    ("In the search field", (("↓", "Go to the results"), ("Tab", "Take what is offered"), ("Esc", "Clear the search"))),
    (
        "In the tags",
        (
            ("Space", "Only photos with it"),
            ("Alt + Space or click", "Leave out photos with it"),
            ("F2", "Change it"),
            ("Delete", "Delete it"),
        ),
    ),
    (
        "In the viewer",
        (
            ("← →", "Go to another photo"),
            ("+ −", "Zoom"),
            ("0", "The whole photo"),
            ("1", "Its own size"),
            ("W", "Where the search's words are"),
            ("Shift + W", "The same for its next term"),
            ("Esc", "Back to the photos"),
        ),
    ),
    ("In a review", (("→ or A", "Yes"), ("← or R", "No"), ("↓ or S", "Skip"), ("Backspace", "Take back"))),
)

_COLUMNS = 3
_STAR = "★"


class ShortcutsDialog(QDialog):
    """Every shortcut of the menus, and the keys of the places, under the names of both."""

    def __init__(
        self, menus: Sequence[tuple[str, Iterable[QAction]]], theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        groups = [*((title, menu_keys(actions)) for title, actions in menus), *_PLACES]
        columns = in_row(spacing=theme.space_l * 2)
        # Side by side: one below the other they would be higher than a small screen.
        for part in even_columns([group for group in groups if group[1]], _COLUMNS):
            columns.addLayout(_column(part, theme), 1)
        foot = in_row(STRETCH, dismiss_button(self))
        dialog_column(self, theme, columns, foot, spacing=theme.space_l)


def menu_keys(actions: Iterable[QAction]) -> list[Keys]:
    """Shortcuts of a menu's actions; those of the stars, which differ by a number only, in one line."""
    native = QKeySequence.SequenceFormat.NativeText
    keys = [(action.shortcut().toString(native), _plain(action.text())) for action in actions]
    stars = [text for text, what in keys if _STAR in what]
    told = [(text, what) for text, what in keys if text and _STAR not in what]
    if not stars:
        return told
    place = next((row for row, (_, what) in enumerate(told) if what == "No stars"), len(told) - 1)
    return [*told[: place + 1], (f"{stars[0]} … {stars[-1][-1]}", "1 to 5 stars"), *told[place + 1 :]]


def even_columns(groups: Sequence[Group], count: int) -> list[Sequence[Group]]:
    """The groups in their order, in columns the longest of which is as short as can be."""
    cuts = combinations(range(1, len(groups)), min(count, len(groups)) - 1)
    columns = ([groups[start:end] for start, end in pairwise((0, *cut, len(groups)))] for cut in cuts)
    return min(columns, key=lambda parts: max(map(_height, parts)))


def _height(groups: Sequence[Group]) -> int:
    """In lines; a heading with the gap above it counts as two."""
    return sum(len(keys) + 2 for _, keys in groups)


def _column(groups: Sequence[Group], theme: Theme) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.space_l)
    grid.setVerticalSpacing(6)
    for title, keys in groups:
        heading = label(title.upper(), role="heading")
        heading.setContentsMargins(0, theme.space_m if grid.count() else 0, 0, 0)
        grid.addWidget(heading, grid.rowCount(), 0, 1, 2)
        for text, what in keys:
            row = grid.rowCount()
            grid.addWidget(label(text, role="title"), row, 0)
            grid.addWidget(label(what), row, 1)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    return grid


def _plain(text: str) -> str:
    return text.replace("&", "").rstrip("…")
