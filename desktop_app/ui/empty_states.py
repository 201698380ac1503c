"""What stands where photos would be while there are none: why, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.ui.application import larger
from desktop_app.ui.controls import label, push_button
from desktop_app.ui.icons import icon_pixmap
from desktop_app.ui.search_state import Match, SearchTerms
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import nearest_words, number

BUILT_IN_MODEL_LINE = "Built-in model: quick and offline. For the best results choose a larger model."


class NextStep(Enum):
    """What the person can do from an empty page."""

    ADD_FOLDER = auto()
    CLEAR_FILTERS = auto()
    CLEAR_SEARCH = auto()
    SHOW_NEAREST = auto()
    SHOW_EVERYTHING = auto()
    CHOOSE_MODEL = auto()
    LOOK_AGAIN = auto()
    ANY_TAG = auto()


@dataclass(frozen=True, slots=True)
class EmptyPage:
    """One empty page. The first step is the one to take most likely."""

    icon: str
    title: str
    body: str
    steps: tuple[tuple[NextStep, str], ...] = ()


_NO_FOLDERS = EmptyPage(
    "photos",
    "Find any photo by describing it",
    "Choose a folder of photos, or drop one here. Keepsight reads the photos where they are and never changes them. "
    "Nothing leaves this computer.",
    ((NextStep.ADD_FOLDER, "Add a folder of photos"),),
)
_FILLING = EmptyPage(
    "photos",
    "Looking through your folders",
    "Photos appear here as soon as they have been read. You can search while the rest is being read.",
)
_NO_PHOTOS = EmptyPage(
    "folder",
    "No photos here yet",
    "Photos that you put into your folders appear by themselves.",
    ((NextStep.ADD_FOLDER, "Add another folder"), (NextStep.LOOK_AGAIN, "Look again")),
)


def empty_page(
    terms: SearchTerms, *, folders: int, indexing: bool, built_in_model: bool, nearest: int = 0, total: int = 0
) -> EmptyPage:
    """The page for a search that found nothing. `nearest` photos of `total` can be offered instead."""
    if not folders:
        return _NO_FOLDERS
    if nearest:
        return _nothing_near_enough(terms, nearest=nearest, total=total, built_in_model=built_in_model)
    if terms.is_filtered:
        return _nothing_passes(terms)
    if indexing:
        return _FILLING
    if terms.asks:
        return _nothing_at_all(terms)
    return _NO_PHOTOS


def _sought(terms: SearchTerms) -> str:
    return f"“{terms.text.strip()}”" if terms.text.strip() else "this picture"


def _nothing_passes(terms: SearchTerms) -> EmptyPage:
    what = f"for {_sought(terms)} " if terms.text.strip() else ""
    steps = [(NextStep.CLEAR_FILTERS, "Clear the filters")]
    if len(terms.ticked) > 1 and terms.match is Match.ALL:
        tags = "either tag" if len(terms.ticked) == 2 else "any of the tags"
        steps.insert(0, (NextStep.ANY_TAG, f"Photos with {tags}"))
    return EmptyPage(
        "tag" if terms.ticked or terms.excluded else "folder",
        "Nothing here matches",
        f"No photo {what}passes the filters shown above. Take one away to see more.",
        tuple(steps),
    )


def _nothing_at_all(terms: SearchTerms) -> EmptyPage:
    return EmptyPage(
        "search",
        f"Nothing here matches {_sought(terms)}",
        "No photo passes what is asked for above. Take a part of it away to see more.",
        ((NextStep.CLEAR_SEARCH, "Show all photos"),),
    )


def _nothing_near_enough(terms: SearchTerms, *, nearest: int, total: int, built_in_model: bool) -> EmptyPage:
    """Photos were weighed, and none came near enough."""
    # Who types in another language is told by a hint where the language is sure; a single word leaves that open.
    words = "other English words" if built_in_model else "other words"
    body = f"Try {words} for what can be seen, or look at the nearest photos."
    steps = [(NextStep.SHOW_NEAREST, f"Show {nearest_words(nearest).lower()}")]
    if total > nearest:
        steps.append((NextStep.SHOW_EVERYTHING, f"Show all {number(total)}, best first"))
    steps.append((NextStep.CLEAR_SEARCH, "Clear the search"))
    if built_in_model:
        body = f"{body}\n\n{BUILT_IN_MODEL_LINE}"
        steps.append((NextStep.CHOOSE_MODEL, "Choose a model"))
    return EmptyPage("search", f"Nothing here matches {_sought(terms)}", body, tuple(steps))


class EmptyState(QWidget):
    """Shows one EmptyPage in the middle of the window."""

    step_wanted = Signal(object)
    """The NextStep that was clicked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.page = _NO_FOLDERS
        self.setProperty("role", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.title = label(wrap=True)
        self.title.setFont(larger(self.font(), 1.7))
        self.body = label(role="muted", wrap=True)
        self.body.setFont(larger(self.font(), 1.1))
        for text in (self.title, self.body):
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            text.setMaximumWidth(520)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(theme.space_s)
        self._lay_out()
        self.show_page(self.page)

    def show_page(self, page: EmptyPage) -> None:
        """Show this page."""
        self.page = page
        self.title.setText(page.title)
        self.body.setText(page.body)
        self._draw_icon()
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for position, (step, text) in enumerate(page.steps):
            button = push_button(text, role="" if position else "primary")
            button.clicked.connect(lambda _checked=False, step=step: self.step_wanted.emit(step))
            self._buttons.addWidget(button)
        self._arrange_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange_buttons()

    def set_theme(self, theme: Theme) -> None:
        """Tint the icon anew."""
        self._theme = theme
        self._draw_icon()

    def _arrange_buttons(self) -> None:
        """Side by side, or one below the other where that is too wide."""
        items = [self._buttons.itemAt(place) for place in range(self._buttons.count())]
        wanted = sum(item.sizeHint().width() + self._buttons.spacing() for item in items if item)
        narrow = wanted > self.width() - 2 * self._theme.space_l
        self._buttons.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def _draw_icon(self) -> None:
        colour = self._theme.accent if self.page is _NO_FOLDERS else self._theme.muted_text
        self._icon.setPixmap(icon_pixmap(self.page.icon, colour, 72, self.devicePixelRatioF()))

    def _lay_out(self) -> None:
        theme = self._theme
        column = QVBoxLayout()
        column.setSpacing(theme.space_m)
        centred = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(2)
        column.addWidget(self._icon, 0, centred)
        for text in (self.title, self.body):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(text, 8)
            row.addStretch(1)
            column.addLayout(row)
        column.addSpacing(theme.space_s)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addLayout(self._buttons)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(3)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(theme.space_l, theme.space_l, theme.space_l, theme.space_l)
        outer.addLayout(column)
