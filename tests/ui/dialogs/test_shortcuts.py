"""The page of keyboard shortcuts."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from pytestqt.qtbot import QtBot

from desktop_app.ui.dialogs.shortcuts import even_columns, menu_keys


def test_a_menus_shortcuts_are_told_and_those_of_the_stars_in_one_line(qtbot: QtBot) -> None:
    actions = [QAction(text) for text in ("&Add tag…", "Without keys", "No stars", "★☆", "★★", "&Delete")]
    for action, keys in zip(actions, ("Ctrl+T", "", "Ctrl+0", "Ctrl+1", "Ctrl+2", "Del"), strict=True):
        action.setShortcut(QKeySequence(keys))
    assert menu_keys(actions) == [
        ("Ctrl+T", "Add tag"),
        ("Ctrl+0", "No stars"),
        ("Ctrl+1 … 2", "1 to 5 stars"),
        ("Del", "Delete"),
    ]
    assert menu_keys(actions[:1]) == [("Ctrl+T", "Add tag")]


def test_columns_are_about_the_same_height_and_keep_the_order() -> None:
    groups = [(str(length), [("key", "what")] * length) for length in (2, 3, 9, 2, 2, 1)]
    columns = even_columns(groups, 3)
    assert [[title for title, _ in column] for column in columns] == [["2", "3"], ["9"], ["2", "2", "1"]]
    assert len(even_columns(groups[:2], 3)) == 2
