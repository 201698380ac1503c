"""The tag quality page: how often the machine's tags are right, by the person's own decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QStackedWidget,
    QTableView,
    QToolButton,
    QWidget,
)

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag_choice import Strictness, TagChoice
from desktop_app.domain.tag_quality import ModelQuality, TagQuality
from desktop_app.ui.controls import label, tool_button
from desktop_app.ui.dialogs.photo_strip import StripPhoto
from desktop_app.ui.dialogs.tag_quality_details import TagQualityDetails
from desktop_app.ui.dialogs.tag_quality_table import TagQualityTable
from desktop_app.ui.layouts import dialog_column, dismiss_button, in_row
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, percent

_EMPTY = (
    "Nothing to judge by yet. Accept or reject suggested tags on some photos, or choose Review in the menu of a tag: "
    "then this page shows how often the model is right, tag by tag, and a tag can be taught from your decisions."
)
_CHOICES: tuple[tuple[TagChoice, str, str], ...] = (
    (TagChoice(Strictness.CAUTIOUS), "Cautious", "Suggest what is probably right: about eight in ten"),
    (TagChoice(Strictness.BALANCED), "Balanced", "Each tag's best balance between missing photos and wrong ones"),
    (TagChoice(Strictness.GENEROUS), "Generous", "Miss little; more of it is wrong"),
    (TagChoice(top=5), "Best 5", "The five most probable tags of every photo, whatever their probability"),
)


_SIZE = (1080, 680)


class TagQualityDialog(QDialog):
    """Shows figures; asks by signals for whatever is to be done about them."""

    choice_wanted = Signal(object)
    """A TagChoice."""
    comparison_wanted = Signal(str)
    """A model's name; empty for none."""
    tag_shown = Signal(object)
    """The TagQuality whose photos are to be shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Tag quality")
        self.resize(*_SIZE)
        self._theme = theme
        self._model: ModelQuality | None = None
        self._other: ModelQuality | None = None
        self.summary = label(wrap=True)
        self.summary.setTextFormat(Qt.TextFormat.RichText)
        self.message = label(role="muted", wrap=True)
        self.table = QTableView()
        self.items = TagQualityTable(self)
        self.details = TagQualityDetails(theme)
        self.choices: dict[str, QToolButton] = {}
        self.compare = tool_button("Compare with another model", text="Compare with…", role="labelled")
        self._pages = QStackedWidget()
        self._lay_out()

    @property
    def tag(self) -> TagQuality | None:
        """The tag that is looked at."""
        return self.items.quality(self.table.currentIndex().row())

    def show_choice(self, choice: TagChoice) -> None:
        """Mark how tags are chosen at present."""
        if (button := self.choices.get(str(choice))) is not None:
            button.setChecked(True)
            if self.focusWidget() in self.choices.values():
                button.setFocus()  # not the first of the row, which would look like the chosen one

    def show_models(self, models: Sequence[tuple[str, str]]) -> None:
        """Offer these other models, by name and title, for a comparison."""
        menu = QMenu(self.compare)
        menu.addAction("No other model").triggered.connect(lambda _checked=False: self.comparison_wanted.emit(""))
        for name, title in models:
            action = menu.addAction(title)
            action.triggered.connect(lambda _checked=False, name=name: self.comparison_wanted.emit(name))
        self.compare.setMenu(menu)
        self.compare.setVisible(bool(models))

    def show_quality(self, model: ModelQuality, other: ModelQuality | None = None) -> None:
        """Show a model's figures, beside another's when there is one; the tag that was looked at stays so."""
        former = self.tag.tag.name if self.tag else ""
        self._model, self._other = model, other
        self.items.show_models(model, other)
        self._pages.setCurrentIndex(1 if model.tags else 0)
        self.summary.setText(_summary(model, other, self._theme))
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        if model.tags:
            self.table.selectRow(max(self.items.row_of(former), 0))
            self.table.setFocus()

    def show_photos(self, heading: str, photos: Sequence[StripPhoto], images: Mapping[PhotoId, QImage]) -> None:
        """Show photos of the tag that is looked at."""
        self.details.show_photos(heading, photos, images)

    def say(self, sentence: str) -> None:
        """Show a sentence at the foot."""
        self.message.setText(sentence)

    def _show_tag(self, current: QModelIndex, _former: QModelIndex) -> None:
        quality = self.items.quality(current.row())
        if quality is None:
            return
        others = {} if self._other is None else {each.tag.id: each for each in self._other.tags}
        self.details.show_tag(quality, others.get(quality.tag.id))
        self.tag_shown.emit(quality)

    def _lay_out(self) -> None:
        theme = self._theme
        self._lay_out_table()
        figures = QWidget()
        in_row((self.table, 1), (self.details, 1), spacing=theme.space_l, margins=(0, 0, 0, 0), inside=figures)
        empty = label(_EMPTY, role="muted", wrap=True)
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setContentsMargins(120, 0, 120, 0)
        self._pages.addWidget(empty)
        self._pages.addWidget(figures)
        foot = in_row((self.message, 1), dismiss_button(self))
        dialog_column(self, theme, self._head(), self.summary, (self._pages, 1), foot)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(self._theme.space_xs)
        head.addWidget(label("Suggest tags:"))
        group = QButtonGroup(self)
        for choice, text, hint in _CHOICES:
            button = tool_button(f"Suggest tags: {text}", hint=hint, text=text, role="segment", checkable=True)
            button.clicked.connect(lambda _checked=False, choice=choice: self.choice_wanted.emit(choice))
            group.addButton(button)
            head.addWidget(button)
            self.choices[str(choice)] = button
        head.addStretch(1)
        self.compare.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.compare.hide()
        head.addWidget(self.compare)
        return head

    def _lay_out_table(self) -> None:
        self.table.setModel(self.items)
        self.table.setAccessibleName("Tags with decisions")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.selectionModel().currentRowChanged.connect(self._show_tag)


def _summary(model: ModelQuality, other: ModelQuality | None, theme: Theme) -> str:
    if not model.tags:
        return ""
    decided = sum(each.accepted + each.rejected for each in model.tags)
    first = f"{counted(decided, 'decision')} on {counted(len(model.tags), 'tag')}."
    if other is None:
        return f"{first} {_one(model)}"
    # The dots say which curve is whose.
    return f"{first} {_dot(theme.accent)} {_one(model)} {_dot(theme.muted_text)} {_one(other)}"


def _one(model: ModelQuality) -> str:
    title, found = escape(model.title), percent(model.recall)
    if model.precision is None:
        return f"{title} would give none of these tags."
    return f"{title}: {percent(model.precision)} of its tags right, {found} of yours found."


def _dot(colour: QColor | str) -> str:
    return f'<span style="color: {QColor(colour).name()}">●</span>'
