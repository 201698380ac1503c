"""The dialog that makes a tag or changes one: what it is called, where it stands, and how it is recognised."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.tag import TagDefinition, TagDraft
from desktop_app.ui.controls import label, line, push_button
from desktop_app.ui.layouts import STRETCH, dismiss_button, in_column, in_row
from desktop_app.ui.tagging.colour_row import ColourRow
from desktop_app.ui.tagging.threshold_panel import ThresholdPanel
from desktop_app.ui.theme import Theme

_PROMPT_LINES = 4
_SIZE = (560, 470)

# How far below its edge the first line of the prompts stands.
_FIRST_LINE = 7
_HEIGHT_WITH_THRESHOLD = 760

_PROMPTS = (
    "What photos are compared with, one a line. {} stands for the name, {a} for the name with “a” or “an”. "
    "Left empty, these are the usual ones."
)

# Of a small screen's height, for its own bars and the window's title.
_SPARE = 80


class TagDialog(QDialog):
    """Fills a TagDraft. It stays open, and says why, until the tag can be kept."""

    save_wanted = Signal(object)
    """A TagDraft."""
    parent_wanted = Signal()
    """Ask under which tag this one is to stand."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._draft = TagDraft("")
        self.name = QLineEdit(placeholderText="In your own words: our red canoe")
        self.name.setAccessibleName("Name")
        self.parent_button = push_button("")
        self.parent_button.clicked.connect(lambda _checked: self.parent_wanted.emit())
        self.no_parent = push_button("Take out", role="link")
        self.no_parent.clicked.connect(lambda _checked: self.set_parent(None))
        self.aliases = QLineEdit(placeholderText="Other words for it, with commas between them")
        self.aliases.setAccessibleName("Other words")
        self.colours = ColourRow(theme)
        self.looked_for = QCheckBox("Look for it in all photos")
        self.prompts = QPlainTextEdit(placeholderText="a photo of {a}\na close-up of {a}", tabChangesFocus=True)
        self.prompts.setAccessibleName("Prompts")
        self.sensitive = QCheckBox("Sensitive: its photos can be blurred until asked for")
        self.threshold = ThresholdPanel(theme)
        self.problem = label(role="danger", wrap=True)
        self.save = push_button("Save", role="primary")
        self.save.setDefault(True)
        self.save.clicked.connect(lambda _checked: self.save_wanted.emit(self.draft()))
        self.name.textChanged.connect(lambda _text: self._consider())
        self.looked_for.toggled.connect(self._on_looked_for)
        self._lay_out(theme)
        self.fill(TagDraft(""))
        self.threshold_section.hide()

    def fill(self, draft: TagDraft) -> None:
        """Begin with this."""
        self._draft = draft
        self.name.setText(draft.name)
        self.set_parent(draft.parent)
        self.aliases.setText(", ".join(draft.aliases))
        self.colours.choose(draft.colour)
        self.looked_for.setChecked(draft.looked_for)
        self.prompts.setPlainText("\n".join(draft.templates or ()))
        self.sensitive.setChecked(draft.sensitive)
        self._on_looked_for(draft.looked_for)
        self._consider()
        self.name.setFocus()

    def draft(self) -> TagDraft:
        """What is filled in."""
        own = self.threshold.threshold if self.threshold_section.isVisibleTo(self) else self._draft.threshold
        return replace(
            self._draft,
            name=self.name.text(),
            aliases=tuple(word.strip() for word in self.aliases.text().split(",") if word.strip()),
            colour=self.colours.chosen,
            templates=tuple(text for text in self.prompts.toPlainText().splitlines() if text.strip()) or None,
            looked_for=self.looked_for.isChecked(),
            sensitive=self.sensitive.isChecked(),
            threshold=own,
        )

    def set_parent(self, parent: str | None) -> None:
        """Stand under this tag."""
        self._draft = replace(self._draft, parent=parent)
        self.parent_button.setText(parent or "No other tag")
        self.no_parent.setVisible(parent is not None)

    def show_threshold(self, draft: TagDraft) -> None:
        """Offer the threshold of a tag that there is."""
        self.threshold_section.setVisible(draft.looked_for)
        self.threshold.show_threshold(draft.threshold, 0.5)
        room = self.screen().availableGeometry().height() - _SPARE
        self.resize(self.width(), min(_HEIGHT_WITH_THRESHOLD, room))

    def show_problem(self, problem: UserFacingError) -> None:
        """Say why this cannot be kept."""
        self.problem.setText(f"{problem.sentence} {problem.next_step}".strip())
        self.problem.show()

    def _consider(self) -> None:
        self.save.setEnabled(bool(self.name.text().strip()))
        self.problem.hide()

    def _on_looked_for(self, looked_for: bool) -> None:
        self.prompts.setEnabled(looked_for)

    def _lay_out(self, theme: Theme) -> None:
        self.prompts.setFixedHeight(self.prompts.fontMetrics().lineSpacing() * _PROMPT_LINES + 16)
        self.threshold_section = QWidget()
        parts = (line(), label("HOW SURE THE MODEL MUST BE", role="heading"), self.threshold)
        in_column(*parts, spacing=theme.space_m, margins=(0, theme.space_s, 0, 0), inside=self.threshold_section)
        body = QWidget()
        margins = (theme.space_l, theme.space_l, theme.space_l, theme.space_s)
        in_column(self._form(theme), self.threshold_section, STRETCH, margins=margins, inside=body)
        scroll = QScrollArea(widgetResizable=True)  # for small screens
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(body)
        scroll.setAccessibleName("What the tag is")
        self.problem.setContentsMargins(theme.space_l, 0, theme.space_l, 0)
        margins = (theme.space_l, theme.space_s, theme.space_l, theme.space_l)
        buttons = in_row(STRETCH, dismiss_button(self, "Cancel"), self.save, spacing=theme.space_s, margins=margins)
        in_column((scroll, 1), self.problem, buttons, spacing=0, margins=(0, 0, 0, 0), inside=self)
        self.resize(*_SIZE)

    def _form(self, theme: Theme) -> QGridLayout:
        explained = label(_PROMPTS, role="muted", wrap=True)
        parent = in_row(self.parent_button, self.no_parent, STRETCH, spacing=theme.space_m)
        form = QGridLayout()
        form.setHorizontalSpacing(theme.space_l)
        form.setVerticalSpacing(theme.space_m)
        form.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget | QLayout], ...] = (
            ("Name", self.name),
            ("Under", parent),
            ("Also called", self.aliases),
            ("Colour", self.colours),
            ("", self.looked_for),
            ("Prompts", self.prompts),
            ("", explained),
            ("", self.sensitive),
        )
        for row, (name, field) in enumerate(rows):
            form.addWidget(self._name_of(name, field), row, 0)
            if isinstance(field, QWidget):
                form.addWidget(field, row, 1)
            else:
                form.addLayout(field, row, 1)
        return form

    def _name_of(self, name: str, field: QWidget | QLayout) -> QLabel:
        """The words before a field, in the middle of its only line, or at its first."""
        words = label(name)
        many_lines = field is self.prompts
        words.setAlignment(
            Qt.AlignmentFlag.AlignRight | (Qt.AlignmentFlag.AlignTop if many_lines else Qt.AlignmentFlag.AlignVCenter)
        )
        if many_lines:
            words.setContentsMargins(0, _FIRST_LINE, 0, 0)
        if isinstance(field, QWidget):
            words.setBuddy(field)
        return words


def draft_of(definition: TagDefinition, parent: str | None) -> TagDraft:
    """A draft that changes nothing of a tag."""
    tag = definition.tag
    return TagDraft(
        tag.name,
        parent=parent,
        aliases=definition.aliases,
        templates=definition.templates,
        colour=tag.colour,
        threshold=tag.threshold,
        group=tag.group,
        looked_for=tag.looked_for,
        sensitive=tag.sensitive,
    )
