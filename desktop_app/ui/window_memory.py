"""What the window remembers from one start to the next, in a small text file inside the library folder."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow, QSplitter

from desktop_app.base.private_files import make_private
from desktop_app.domain.cutoff import DEFAULT_SENSITIVITY
from desktop_app.ui.theme import ThemeChoice

DEFAULT_CELL_SIZE = 176


class WindowMemory:
    """Typed access to the file; a missing or damaged value reads as its default."""

    def __init__(self, file: Path) -> None:
        with contextlib.suppress(OSError):  # where nothing can be written, nothing is remembered
            make_private(file)
        self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    def restore_geometry(self, window: QMainWindow, splitter: QSplitter) -> None:
        """Put the window where it was; the first time, leave it as it is."""
        for key, restore in (("geometry", window.restoreGeometry), ("columns", splitter.restoreState)):
            state = self._settings.value(f"window/{key}")
            if isinstance(state, QByteArray):
                restore(state)

    def keep_geometry(self, window: QMainWindow, splitter: QSplitter) -> None:
        """Remember where the window is."""
        self._settings.setValue("window/geometry", window.saveGeometry())
        self._settings.setValue("window/columns", splitter.saveState())

    @property
    def theme(self) -> ThemeChoice:
        """The chosen theme."""
        value = str(self._settings.value("view/theme", ThemeChoice.SYSTEM.value))
        return ThemeChoice(value) if value in list(ThemeChoice) else ThemeChoice.SYSTEM

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._settings.setValue("view/theme", choice.value)

    @property
    def cell_size(self) -> int:
        """Side of a grid cell, device-independent pixels."""
        value = str(self._settings.value("view/cell_size", DEFAULT_CELL_SIZE))
        return int(value) if value.isdigit() else DEFAULT_CELL_SIZE

    @cell_size.setter
    def cell_size(self, side: int) -> None:
        self._settings.setValue("view/cell_size", side)

    @property
    def sensitivity(self) -> float:
        """Where lists end, 0 to 1."""
        try:
            value = float(str(self._settings.value("search/sensitivity", DEFAULT_SENSITIVITY)))
        except ValueError:
            return DEFAULT_SENSITIVITY
        return value if 0.0 <= value <= 1.0 else DEFAULT_SENSITIVITY

    @sensitivity.setter
    def sensitivity(self, sensitivity: float) -> None:
        self._settings.setValue("search/sensitivity", f"{sensitivity:.2f}")

    @property
    def shows_probabilities(self) -> bool:
        """Whether photos say how likely they match."""
        return str(self._settings.value("view/probabilities", "no")) == "yes"

    @shows_probabilities.setter
    def shows_probabilities(self, shown: bool) -> None:
        self._settings.setValue("view/probabilities", "yes" if shown else "no")

    @property
    def closed_groups(self) -> set[str]:
        """Tag groups that the person has closed."""
        value = self._settings.value("sidebar/closed_groups", [])
        return {str(each) for each in value} if isinstance(value, list) else {str(value)} if value else set()

    @closed_groups.setter
    def closed_groups(self, groups: set[str]) -> None:
        self._settings.setValue("sidebar/closed_groups", sorted(groups))

    def write(self) -> None:
        """Write the file now."""
        self._settings.sync()
