"""Rows and columns, written as the list of what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.controls import push_button
from desktop_app.ui.theme import Theme

Made = TypeVar("Made", bound=QBoxLayout)

STRETCH: Final = "stretch"
"""All the room that is left."""

Part: TypeAlias = QWidget | QLayout | str | int | tuple[QWidget | QLayout, int]
"""A widget, a layout, either with its stretch factor, `STRETCH`, or a gap in pixels."""

Margins: TypeAlias = tuple[int, int, int, int]


def in_row(
    *parts: Part, spacing: int | None = None, margins: Margins | None = None, inside: QWidget | None = None
) -> QHBoxLayout:
    """These beside each other, from left to right; of `inside`, if given. Unset spacing and margins are the style's."""
    made = QHBoxLayout() if inside is None else QHBoxLayout(inside)
    return _filled(made, parts, spacing, margins)


def in_column(
    *parts: Part, spacing: int | None = None, margins: Margins | None = None, inside: QWidget | None = None
) -> QVBoxLayout:
    """These below each other; see `in_row`."""
    made = QVBoxLayout() if inside is None else QVBoxLayout(inside)
    return _filled(made, parts, spacing, margins)


def two_lines(name: QWidget, facts: QWidget) -> QVBoxLayout:
    """A name with facts below it, in the middle of a bar's height."""
    return in_column(STRETCH, name, facts, STRETCH, spacing=0)


def dialog_column(dialog: QDialog, theme: Theme, *parts: Part, spacing: int | None = None) -> QVBoxLayout:
    """The content of a dialog with the margins of all dialogs."""
    return in_column(
        *parts, spacing=theme.space_m if spacing is None else spacing, margins=(theme.space_l,) * 4, inside=dialog
    )


def say_alone(words: QLabel, *, alone: bool) -> None:
    """Put words in the middle of a dialog that has nothing else to show, or above what it shows."""
    words.setAlignment(Qt.AlignmentFlag.AlignCenter if alone else Qt.AlignmentFlag.AlignLeft)
    # The policy it has, not a new one: that a label which wraps needs a height for its width is part of it.
    policy = words.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Expanding if alone else QSizePolicy.Policy.Preferred)
    words.setSizePolicy(policy)


def dismiss_button(dialog: QDialog, text: str = "Close") -> QPushButton:
    """A button that closes a dialog: "Close" leaves things as they are now, "Cancel" as they were."""
    button = push_button(text)
    button.clicked.connect(dialog.accept if text == "Close" else dialog.reject)
    return button


def _filled(made: Made, parts: Sequence[Part], spacing: int | None, margins: Margins | None) -> Made:
    if margins is not None:
        made.setContentsMargins(*margins)
    if spacing is not None:
        made.setSpacing(spacing)
    for part in parts:
        _add(made, part)
    return made


def _add(layout: QBoxLayout, part: Part) -> None:
    thing, stretch = part if isinstance(part, tuple) else (part, 0)
    if isinstance(thing, QWidget):
        layout.addWidget(thing, stretch)
    elif isinstance(thing, QLayout):
        layout.addLayout(thing, stretch)
    elif isinstance(thing, int):
        layout.addSpacing(thing)
    else:
        layout.addStretch(1)
