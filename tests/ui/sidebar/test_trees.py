"""The trees of folders and of tags: what they show, and that they stay put while numbers change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.library import FolderCount, RootInfo
from desktop_app.domain.photo import RootId
from desktop_app.domain.query import InFolder
from desktop_app.domain.tag import Tag, TagCount, TagId
from desktop_app.ui.search_state import SearchTerms
from desktop_app.ui.sidebar.count_tree import Role, shown_count
from desktop_app.ui.sidebar.folders import FolderTree, FolderTreeContent
from desktop_app.ui.sidebar.tags import OWN_GROUP, TagTree
from desktop_app.ui.theme import Theme
from tests.fixtures.windows import click_row

DOG, CAT = Tag(TagId(1), "dog", "Animals"), Tag(TagId(2), "cat", "Animals")
BREAD, MINE = Tag(TagId(3), "bread", "Food"), Tag(TagId(4), "zoo visit", OWN_GROUP)
COUNTS = [TagCount(DOG, 12), TagCount(BREAD, 3), TagCount(CAT, 6), TagCount(MINE, 1)]


@pytest.fixture
def tags(qtbot: QtBot) -> TagTree:
    tree = TagTree(Theme.light())
    qtbot.addWidget(tree)
    tree.resize(220, 400)
    tree.show_counts(COUNTS)
    tree.show()
    return tree


@pytest.fixture
def folders(qtbot: QtBot) -> FolderTree:
    tree = FolderTree(Theme.light())
    qtbot.addWidget(tree)
    tree.resize(220, 400)
    tree.show()
    return tree


def names(tree: TagTree | FolderTree) -> list[str]:
    """Rows that can be seen, indented by two spaces a level."""
    seen, index = [], tree.model().index(0, 0)
    while index.isValid():
        depth, parent = 0, index.parent()
        while parent.isValid():
            depth, parent = depth + 1, parent.parent()
        seen.append("  " * depth + str(index.data()))
        index = tree.indexBelow(index)
    return seen


def content(*counts: tuple[str, int], watching: str = "events") -> FolderTreeContent:
    root = RootInfo(RootId(1), Path("/photos/Pictures"), 20, watching)
    return FolderTreeContent(20, (root,), tuple(FolderCount(RootId(1), name, photos) for name, photos in counts))


def test_tags_stand_in_groups_the_persons_own_first(tags: TagTree) -> None:
    assert names(tags) == [OWN_GROUP, "  zoo visit", "Animals", "  cat", "  dog", "Food", "  bread"]


def test_new_numbers_leave_the_rows_alone(qtbot: QtBot, tags: TagTree) -> None:
    click_row(qtbot, tags, tags.model().index(1, 0))
    assert names(tags) == [OWN_GROUP, "  zoo visit", "Animals", "Food", "  bread"]
    before = tags.tag_index("bread")
    tags.show_counts([TagCount(row.tag, row.count + 1) for row in COUNTS])
    assert tags.tag_index("bread") == before
    assert before.data(Role.COUNT) == 4
    tags.show_counts([*COUNTS, TagCount(Tag(TagId(9), "tea", "Food"), 1)])
    assert "Animals" in tags.closed_groups
    assert names(tags) == [OWN_GROUP, "  zoo visit", "Animals", "Food", "  bread", "  tea"]


def test_clicks_tick_and_alt_clicks_exclude(qtbot: QtBot, tags: TagTree) -> None:
    with qtbot.waitSignal(tags.toggled) as toggled:
        click_row(qtbot, tags, tags.tag_index("dog"))
    assert toggled.args == [DOG]
    with qtbot.waitSignal(tags.excluded) as excluded:
        click_row(qtbot, tags, tags.tag_index("dog"), alt=True)
    assert excluded.args == [DOG]
    tags.show_terms(SearchTerms(ticked=(CAT,), excluded=(DOG,)))
    states = [tags.tag_index(name).data(Qt.ItemDataRole.CheckStateRole) for name in ("cat", "dog", "bread")]
    wanted = (Qt.CheckState.Checked, Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked)
    assert states == [state.value for state in wanted]
    with qtbot.waitSignal(tags.cleared) as cleared:
        click_row(qtbot, tags, tags.tag_index("dog"), alt=True)
    assert cleared.args == [DOG]


def test_the_keyboard_ticks_too(qtbot: QtBot, tags: TagTree) -> None:
    tags.setCurrentIndex(tags.tag_index("cat"))
    with qtbot.waitSignal(tags.toggled) as toggled:
        qtbot.keyClick(tags, Qt.Key.Key_Space)
    assert toggled.args == [CAT]


def test_ticked_tags_stay_in_sight(tags: TagTree) -> None:
    tags.show_terms(SearchTerms(ticked=(BREAD,)))
    tags.show_counts([TagCount(DOG, 1)])
    assert names(tags) == ["Animals", "  dog", "Food", "  bread"]
    assert tags.tag_index("bread").data(Role.COUNT) == 0


def test_a_branch_without_photos_of_its_own_shows_no_zero_beside_those_below(tags: TagTree) -> None:
    animal = Tag(TagId(8), "animal", "Animals")
    tags.show_counts([TagCount(animal, 0), TagCount(replace(CAT, parent_id=animal.id), 1_200), TagCount(BREAD, 0)])
    assert [shown_count(tags.tag_index(name)) for name in ("animal", "cat", "bread")] == ["", "1,200", "0"]


def test_names_are_filtered_and_closed_groups_come_back(qtbot: QtBot, tags: TagTree) -> None:
    tags.close_groups({"Food"})
    tags.filter_names("RE")
    assert names(tags) == ["Food", "  bread"]
    tags.filter_names("")
    assert names(tags) == [OWN_GROUP, "  zoo visit", "Animals", "  cat", "  dog", "Food"]


def test_folders_nest_and_gaps_are_bridged(folders: FolderTree) -> None:
    folders.show_content(content(("2024", 12), ("2024/Rome", 5), ("scans/old/box 1", 3)))
    assert names(folders) == ["All photos", "Pictures", "  2024", "  scans/old/box 1"]
    folders.expandAll()
    assert "    Rome" in names(folders)
    assert folders.folder_index("Rome").data(Role.VALUE) == InFolder(RootId(1), "2024/Rome")


def test_a_click_chooses_and_the_choice_survives_a_rebuild(qtbot: QtBot, folders: FolderTree) -> None:
    folders.show_content(content(("2024", 12)))
    with qtbot.waitSignal(folders.chosen) as chosen:
        click_row(qtbot, folders, folders.folder_index("2024"))
    folder = InFolder(RootId(1), "2024")
    assert chosen.args == [folder, "2024"]
    folders.show_chosen(folder)
    folders.show_content(content(("2023", 1), ("2024", 13)))
    assert folders.currentIndex().data() == "2024"
    assert folders.folder_index("2024").data(Role.COUNT) == 13
    folders.show_chosen(None)
    assert folders.currentIndex().data() == "All photos"


def test_a_folder_that_is_away_looks_so(folders: FolderTree) -> None:
    folders.show_content(content(watching="offline"))
    assert folders.folder_index("Pictures").data(Role.FAINT)
    folders.show_content(content())
    assert not folders.folder_index("Pictures").data(Role.FAINT)


def test_a_tree_without_rows_says_why(tags: TagTree) -> None:
    assert tags.said == ""
    tags.filter_names("zzz")
    assert "name" in tags.said
    tags.filter_names("")
    tags.show_counts([])
    assert tags.said == "No photo here has a tag."
