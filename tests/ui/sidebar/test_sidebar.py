"""The sidebar: how its lists share the room."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop_app.domain.album import Album, AlbumId
from desktop_app.ui.search_state import SearchState
from desktop_app.ui.sidebar.sidebar import Sidebar
from desktop_app.ui.theme import Theme


def test_albums_get_the_height_of_their_rows_and_leave_the_rest_to_the_tags(qtbot: QtBot) -> None:
    sidebar = Sidebar(SearchState(), Theme.light())
    qtbot.addWidget(sidebar)
    sidebar.resize(244, 800)
    sidebar.show()
    tree = sidebar.albums
    assert "Drop photos here" in tree.said
    sidebar.show_albums([Album(AlbumId(number), f"Album {number}", 1) for number in range(3)])
    last = tree.visualRect(tree.album_index("Album 2"))
    assert last.bottom() < tree.viewport().height()
    room_below = tree.viewport().rect().bottomLeft()
    assert not tree.indexAt(room_below).isValid(), "photos dropped below the rows make a new album"
    sidebar.show_albums([Album(AlbumId(number), f"Album {number}", 1) for number in range(30)])
    assert sidebar.tags.height() > tree.height()
    sidebar.show_albums([])
    assert tree.height() < last.bottom()
