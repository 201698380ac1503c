"""Photos whose files are gone, and those that probably turned up again in another form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.recovery import MissingPhoto, ProbablySame
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.dialogs.row_table import RowTable, row_table_view
from desktop_app.ui.layouts import STRETCH, dialog_column, dismiss_button, in_row, say_alone
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, from_home

_HEADINGS = ("File", "Missing since", "Folder")
_WIDTHS = (240, 160)
_THUMBNAIL = QSize(112, 84)

_PAIRS_HEIGHT = 300

# More pairs than anyone looks at in one go; the next ones follow when these are decided.
_MOST_PAIRS = 20


@dataclass(frozen=True, slots=True)
class MissingContent:
    """What the dialog shows, gathered off the GUI thread."""

    photos: tuple[MissingPhoto, ...]
    pairs: tuple[ProbablySame, ...]
    images: dict[PhotoId, QImage]
    """Thumbnails of the photos in the pairs, as far as there are any."""


class MissingDialog(QDialog):
    """Lists missing photos and offers pairs; asks by signals to join pairs, tell them apart, or take photos off the list."""

    join_wanted = Signal(object)
    """A ProbablySame that is one photo."""
    apart_wanted = Signal(object)
    """A ProbablySame that is two."""
    forget_wanted = Signal(object)
    """PhotoIds to take off the list."""
    look_again_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Missing photos")
        self.resize(820, 560)
        self._theme = theme
        self._photos: tuple[MissingPhoto, ...] = ()
        self.summary = label("Looking for missing photos…", wrap=True)
        self._pairs_heading = label("PROBABLY THE SAME, EDITED OR SAVED ANEW", role="heading")
        self._pairs = QScrollArea()
        self._pairs.setWidgetResizable(True)
        self._pairs.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._items: RowTable[MissingPhoto] = RowTable(_HEADINGS, _words, self)
        self.table = row_table_view("Missing photos", self._items, _WIDTHS)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._name_forget())
        self.forget = push_button(
            "Take off the list", hint="Tags are kept for when the same photo comes back into one of your folders"
        )
        self.forget.clicked.connect(self._forget)
        self.look_again = push_button("Look again", hint="Look through all folders now")
        self.look_again.clicked.connect(self.look_again_wanted)
        self._lay_out()
        self.show_content(None)

    def show_content(self, content: MissingContent | None) -> None:
        """Show these; None while they are looked up."""
        self._photos = content.photos if content else ()
        pairs = content.pairs[:_MOST_PAIRS] if content else ()
        if content:
            self.summary.setText(_summary(len(self._photos)))
        self._items.show_rows(self._photos)
        self.table.setVisible(bool(self._photos))
        self.forget.setVisible(bool(self._photos))
        self._name_forget()
        self._pairs_heading.setVisible(bool(pairs))
        self._pairs.setVisible(bool(pairs))
        say_alone(self.summary, alone=not self._photos and not pairs)
        self._show_pairs(pairs, content.images if content else {})

    def _show_pairs(self, pairs: Sequence[ProbablySame], images: dict[PhotoId, QImage]) -> None:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, self._theme.space_s, 0)
        column.setSpacing(self._theme.space_s)
        for pair in pairs:
            column.addWidget(self._card(pair, images))
        self._pairs.setWidget(holder)
        # A few cards take what they need, many scroll: the list below keeps its room.
        self._pairs.setMaximumHeight(min(holder.sizeHint().height(), _PAIRS_HEIGHT))

    def _card(self, pair: ProbablySame, images: dict[PhotoId, QImage]) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        row = QHBoxLayout(card)
        row.setContentsMargins(*(self._theme.space_m,) * 4)
        row.setSpacing(self._theme.space_m)
        row.addWidget(_thumbnail(images.get(pair.missing.photo_id)))
        row.addWidget(_thumbnail(images.get(pair.found_id)))
        row.addLayout(self._card_words(pair), 1)
        same, different = push_button("The same photo"), push_button("Different photos")
        same.setToolTip("The new photo takes over tags, stars and albums of the missing one")
        different.setToolTip("They will not be offered again")
        same.clicked.connect(lambda _checked=False: self.join_wanted.emit(pair))
        different.clicked.connect(lambda _checked=False: self.apart_wanted.emit(pair))
        buttons = QVBoxLayout()
        buttons.addWidget(same)
        buttons.addWidget(different)
        row.addLayout(buttons)
        return card

    @staticmethod
    def _card_words(pair: ProbablySame) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        for text, role, tip in (
            (f"{pair.missing.path.name}  →  {pair.found_path.name}", "title", ""),
            (f"was in {from_home(pair.missing.path.parent)}", "muted", str(pair.missing.path)),
            (f"now in {from_home(pair.found_path.parent)}", "muted", str(pair.found_path)),
            (f"Same camera, same second, {round(min(pair.similarity, 1.0) * 100)} % alike", "muted", ""),
        ):
            line = label(text, role=role, wrap=True)
            line.setToolTip(tip)
            words.addWidget(line)
        words.addStretch(1)
        return words

    def _selected(self) -> list[PhotoId]:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        return [photo.photo_id for row, photo in enumerate(self._photos) if not rows or row in rows]

    def _name_forget(self) -> None:
        chosen = len(self.table.selectionModel().selectedRows())
        self.forget.setText(f"Take {counted(chosen, 'photo')} off the list" if chosen else "Take all off the list")

    def _forget(self) -> None:
        self.forget_wanted.emit(self._selected())

    def _lay_out(self) -> None:
        buttons = in_row(self.forget, self.look_again, STRETCH, dismiss_button(self))
        parts = (self.summary, self._pairs_heading, (self._pairs, 3), (self.table, 2), buttons)
        dialog_column(self, self._theme, *parts)


def _thumbnail(image: QImage | None) -> QLabel:
    shown = QLabel()
    shown.setFixedSize(_THUMBNAIL)
    shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
    if image is not None and not image.isNull():
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        ratio = shown.devicePixelRatioF()
        picture = QPixmap.fromImage(image.scaled(_THUMBNAIL * ratio, keep, smooth))
        picture.setDevicePixelRatio(ratio)
        shown.setPixmap(picture)
    return shown


def _words(photo: MissingPhoto) -> tuple[str, str, str]:
    return photo.path.name, f"{photo.since.astimezone():%Y-%m-%d %H:%M}", from_home(photo.path.parent)


def _summary(photos: int) -> str:
    if not photos:
        return "No photo is missing: every photo has its file. Photos on drives that are away are not counted."
    return (
        f"{counted(photos, 'photo has', 'photos have')} no file any more: deleted, or moved out of your folders. "
        "Nothing is forgotten by itself; what comes back has its tags again."
    )
