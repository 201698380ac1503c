"""Why a photo is in the list: what each term of the question says of it, and which text matched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_app.domain.language.sights import sights
from desktop_app.domain.question import Reason, ReasonKind
from desktop_app.ui.controls import label
from desktop_app.ui.grid.model import percent
from desktop_app.ui.hovering import Hovering
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import breakable

_BAR_WIDTH = 56
_STEPS = 1000

# A photo in a folder full of telling words should not push everything else out of sight.
_MOST_TEXTS = 4

_BY_DEGREES = {ReasonKind.MEANING, ReasonKind.PICTURE}


@dataclass(frozen=True, slots=True)
class Why:
    """What is to be said of one photo."""

    reasons: tuple[Reason, ...] = ()
    together: float | None = None
    """Probability of the whole question; None where there is none."""
    place: int = 0
    """In the list, from 1."""
    listed: int = 0


class WhyPanel(QWidget):
    """One line for each term: the term, a bar, and how likely it is true of the photo. Hidden while nothing is asked."""

    sight_wanted = Signal(str)
    """The pointer rests on a term that can be pointed at in the photo; empty when it has gone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.summary = label(wrap=True)
        self._rows = QWidget()
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space_s)
        self._grid.setVerticalSpacing(theme.space_xs)
        self._grid.setColumnStretch(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space_s)
        column.addWidget(label("WHY IT IS HERE", role="heading"))
        column.addWidget(self.summary)
        column.addWidget(self._rows)
        self._shown = Why()
        self._said = ""
        self.hide()

    @property
    def lines(self) -> list[str]:
        """What the panel says, as read aloud."""
        return [line_of(reason) for reason in self._shown.reasons]

    def say(self, text: str) -> None:
        """Say this in place of the summary; empty: the summary again."""
        self._said = text
        self._show_summary()

    def _show_summary(self) -> None:
        self.summary.setText(self._said or _summary(self._shown))
        self.summary.setVisible(bool(self.summary.text()))

    def show_why(self, why: Why) -> None:
        """Show these reasons; nothing without any."""
        if why == self._shown:
            return
        self._shown = why
        self.setVisible(bool(why.reasons))
        self._show_summary()
        while (item := self._grid.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.setParent(None)
                old.deleteLater()
        row = 0
        for reason in why.reasons:
            row = self._add(reason, row)

    def _add(self, reason: Reason, row: int) -> int:
        """Put a reason at this row of the grid; returns the row after it."""
        term = label(_term(reason), wrap=True)
        term.setAccessibleName(line_of(reason))
        self._point_at(reason, term)
        truth = 1.0 - reason.probability if reason.negated else reason.probability
        self._grid.addWidget(term, row, 0)
        if reason.kind in _BY_DEGREES:
            bar = QProgressBar(textVisible=False)
            bar.setRange(0, _STEPS)
            bar.setValue(round(truth * _STEPS))
            bar.setFixedWidth(_BAR_WIDTH)
            self._grid.addWidget(bar, row, 1, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(label(_verdict(reason), role="muted"), row, 2, Qt.AlignmentFlag.AlignRight)
        for offset, text in enumerate(_texts(reason), start=1):
            found = label(breakable(text), role="muted", wrap=True)
            found.setIndent(10)
            self._grid.addWidget(found, row + offset, 0, 1, 3)
        return row + 1 + len(_texts(reason))

    def _point_at(self, reason: Reason, term: QLabel) -> None:
        """Have the pointer, resting on a term of meaning, show where in the photo that is."""
        wanted = sights(reason.term) if reason.kind is ReasonKind.MEANING and not reason.negated else ()
        if len(wanted) == 1:
            term.setProperty("role", "sight")
            term.setToolTip("Rest the pointer here to see where in the photo this is")
            Hovering(term).rests.connect(
                lambda resting, sight=wanted[0]: self.sight_wanted.emit(sight if resting else "")
            )


def line_of(reason: Reason) -> str:
    """One reason in a line: "two dogs: 83 %", "not tag:beach: yes"."""
    found = f" ({'; '.join(reason.found)})" if reason.found else ""
    return f"{_term(reason)}: {_verdict(reason)}{found}"


def _term(reason: Reason) -> str:
    term = "like the example" if reason.kind is ReasonKind.PICTURE and reason.term == "the example" else reason.term
    return f"not {term}" if reason.negated else term


def _verdict(reason: Reason) -> str:
    truth = 1.0 - reason.probability if reason.negated else reason.probability
    if reason.kind in _BY_DEGREES:
        return percent(truth)
    return "yes" if truth > 0.5 else "no"


def _texts(reason: Reason) -> Sequence[str]:
    """The texts that matched, the first few of them."""
    more = len(reason.found) - _MOST_TEXTS
    return reason.found if more <= 0 else (*reason.found[:_MOST_TEXTS], f"and {more} more")


def _summary(why: Why) -> str:
    place = f"Number {why.place:,} of {why.listed:,}" if why.place else ""
    together = f"{percent(why.together)} likely" if why.together is not None else ""
    return ", ".join(part for part in (place, together) if part)
