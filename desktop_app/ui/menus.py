"""The menu bar: every command of the program with its shortcut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from desktop_app.ui.actions.photos import PhotoActions
from desktop_app.ui.theme import ThemeChoice


@dataclass(frozen=True, slots=True)
class Commands:
    """What the menus call."""

    add_folder: Callable[[], object]
    look_again: Callable[[], object]
    pause_or_resume: Callable[[], object]
    show_skipped: Callable[[], object]
    show_missing: Callable[[], object]
    edit_left_out: Callable[[], object]
    back_up: Callable[[], object]
    restore: Callable[[], object]
    check: Callable[[], object]
    show_models: Callable[[], object]
    show_tag_quality: Callable[[], object]
    quit: Callable[[], object]
    find: Callable[[], object]
    clear: Callable[[], object]
    save_search: Callable[[], object]
    export_shown: Callable[[], object]
    paste_picture: Callable[[], object]
    select_all: Callable[[], object]
    larger: Callable[[], object]
    smaller: Callable[[], object]
    toggle_sidebar: Callable[[], object]
    toggle_inspector: Callable[[], object]
    choose_theme: Callable[[ThemeChoice], object]
    show_shortcuts: Callable[[], object]
    show_about: Callable[[], object]


_THEME_NAMES = {
    ThemeChoice.SYSTEM: "As the &system",
    ThemeChoice.LIGHT: "&Light",
    ThemeChoice.DARK: "&Dark",
}


class Menus:
    """Fills the menu bar of a window."""

    def __init__(
        self, window: QMainWindow, commands: Commands, photos: PhotoActions, edits: Sequence[QAction] = ()
    ) -> None:
        self._window = window
        self.themes: dict[ThemeChoice, QAction] = {}
        self._library(commands)
        self._edit(commands, edits)
        photo_menu = self._menu("&Photo")
        photos.fill(photo_menu)
        self._view(commands, photos)
        self._help(commands)

    @property
    def actions(self) -> list[QAction]:
        """Every action of every menu and the menus in it, in order."""
        return [action for _, actions in self.by_menu for action in actions]

    @property
    def by_menu(self) -> list[tuple[str, list[QAction]]]:
        """The title of every menu, and the actions of it and of the menus in it."""
        tops = self._window.menuBar().actions()
        return [(top.text().replace("&", ""), list(_actions_in(top.menu()))) for top in tops]

    def show_theme(self, choice: ThemeChoice) -> None:
        """Mark the chosen theme."""
        self.themes[choice].setChecked(True)

    def _library(self, commands: Commands) -> None:
        menu = self._menu("&Library")
        self._add(menu, "&Add folder…", commands.add_folder, "Ctrl+O")
        self._add(menu, "&Look for new photos", commands.look_again, "F5")
        self._add(menu, "&Pause or resume indexing", commands.pause_or_resume, "Ctrl+P")
        menu.addSeparator()
        self._add(menu, "&Files that could not be read…", commands.show_skipped)
        self._add(menu, "M&issing photos…", commands.show_missing)
        self._add(menu, "Files to lea&ve out…", commands.edit_left_out)
        menu.addSeparator()
        self._add(menu, "&Back up the library", commands.back_up)
        self._add(menu, "&Restore a backup…", commands.restore)
        self._add(menu, "&Check the library…", commands.check)
        menu.addSeparator()
        self._add(menu, "&Models…", commands.show_models, "Ctrl+M")
        self._add(menu, "&Tag quality…", commands.show_tag_quality)
        self._add(menu, "&Export the list shown…", commands.export_shown, "Ctrl+E")
        menu.addSeparator()
        quit_action = self._add(menu, "&Quit", commands.quit, "Ctrl+Q")
        quit_action.setMenuRole(QAction.MenuRole.QuitRole)

    def _edit(self, commands: Commands, edits: Sequence[QAction]) -> None:
        menu = self._menu("&Edit")
        menu.addActions(list(edits))
        menu.addSeparator()
        self._add(menu, "&Search", commands.find, "Ctrl+F")
        self._add(menu, "Sa&ve this search…", commands.save_search, "Ctrl+S")
        self._add(menu, "&Clear search and filters", commands.clear, "Ctrl+Shift+X")
        self._add(menu, "Search by the &copied picture", commands.paste_picture, "Ctrl+V")
        menu.addSeparator()
        # No shortcut of the window's own: Ctrl+A belongs to the field or the grid that has the focus.
        self._add(menu, "Select &all photos", commands.select_all)

    def _view(self, commands: Commands, photos: PhotoActions) -> None:
        menu = self._menu("&View")
        self._add(menu, "&Larger photos", commands.larger, "Ctrl++")
        self._add(menu, "&Smaller photos", commands.smaller, "Ctrl+-")
        menu.addSeparator()
        self._add(menu, "Show or hide the &sidebar", commands.toggle_sidebar, "Ctrl+B")
        self._add(menu, "Show or hide the &inspector", commands.toggle_inspector, "Ctrl+I")
        menu.addSeparator()
        menu.addAction(photos.sensitive.blur)
        menu.addSeparator()
        group = QActionGroup(self._window)
        appearance = menu.addMenu("&Appearance")
        for choice, name in _THEME_NAMES.items():
            action = appearance.addAction(name)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, choice=choice: commands.choose_theme(choice))
            group.addAction(action)
            self.themes[choice] = action

    def _help(self, commands: Commands) -> None:
        menu = self._menu("&Help")
        self._add(menu, "&Keyboard shortcuts", commands.show_shortcuts, "F1")
        about = self._add(menu, "&About Keepsight", commands.show_about)
        about.setMenuRole(QAction.MenuRole.AboutRole)

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _add(self, menu: QMenu, text: str, command: Callable[[], object], keys: str = "") -> QAction:
        action = menu.addAction(text)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: command())
        return action


def _actions_in(menu: object) -> Iterator[QAction]:
    for action in menu.actions() if isinstance(menu, QMenu) else ():
        yield action
        yield from _actions_in(action.menu())
