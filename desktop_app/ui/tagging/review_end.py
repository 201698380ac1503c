"""The end of a review: what was said, how good the tag is now, and what could be done next."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QWidget

from desktop_app.domain.review import ENOUGH_TO_TEACH, ReviewOutcome, ReviewRound, Verdict
from desktop_app.domain.tag_quality import TagQuality
from desktop_app.ui.controls import label
from desktop_app.ui.layouts import in_column, in_row
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import counted, number, percent

_WIDTH = 480

END_SHEET = """
QFrame#end { background: %(window)s; border: 1px solid %(border)s; border-radius: 10px; }
QFrame#end QLabel { background: transparent; border: none; }
QLabel#figure { font-size: 20pt; font-weight: 600; }
QToolButton[step="true"] { background: %(raised)s; border: 1px solid %(border)s; border-radius: 8px; padding: 9px 12px; }
QToolButton[step="true"]:hover { border-color: %(muted)s; }
QToolButton[step="true"][first="true"] { background: %(accent)s; border-color: %(accent)s; color: %(on_accent)s; }
"""
"""To be filled with a theme's colours."""

_COUNTED = ((Verdict.ACCEPT, "accepted"), (Verdict.REJECT, "rejected"), (Verdict.SKIP, "skipped"))


class NextStep(StrEnum):
    """What can be done after a round."""

    GO_ON = "go on"
    """With the photos of this tag that still wait: those skipped, and those found since."""
    TEACH = "teach"
    FOLLOWING = "following"
    """With another tag."""


class ReviewEnd(QFrame):
    """Says what was done at once; the tag's quality and the steps come when they are known."""

    chosen = Signal(object)
    """A NextStep."""

    def __init__(self, chrome: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("end")
        self.setFixedWidth(_WIDTH)
        self.title = label(role="title", wrap=True)
        self.figures = {verdict: QLabel() for verdict, _ in _COUNTED}
        self.quality = label(wrap=True)
        self.lesson = label(role="muted", wrap=True)
        self.hint = label(role="muted", wrap=True)
        self.buttons = {step: self._button(step) for step in NextStep}
        self._lay_out(chrome)
        self.begin("", ReviewRound())

    @property
    def steps(self) -> list[NextStep]:
        """What can be done now, the first thing first."""
        return [step for step, button in self.buttons.items() if button.isVisibleTo(self)]

    def begin(self, tag: str, round_: ReviewRound) -> None:
        """Say what was done; what comes of it is not known yet."""
        done = bool(round_.items)
        self.title.setText(f"“{tag}”: all {counted(len(round_.items), 'photo')} gone through" if done else f"“{tag}”")
        for verdict, figure in self.figures.items():
            figure.setText(number(round_.count(verdict)))
        self.counts.setVisible(done)
        self.quality.setText(
            "" if done else "No photo has this tag by a machine's word alone: there is nothing to say."
        )
        self.lesson.setText("")
        for button in self.buttons.values():
            button.hide()
        self._say_keys(can_take_back=done)

    def show_outcome(self, round_: ReviewRound, outcome: ReviewOutcome) -> None:
        """Say how the tag stands, and offer what can be done."""
        quality = outcome.quality
        if round_.items:
            _show_words(self.quality, _quality_words(quality))
            _show_words(self.lesson, self.lesson.text() or _lesson_hint(quality))
        skipped = round_.count(Verdict.SKIP)
        waiting = "skipped" if outcome.waiting == skipped else "waiting"
        following = outcome.following
        self._offer(NextStep.GO_ON, f"Go on with the {number(outcome.waiting)} {waiting}" if outcome.waiting else "")
        self._offer(NextStep.TEACH, "Teach this tag" if outcome.can_teach else "")
        next_tag = following and f"Next: “{following.tag.name}”, {counted(following.suggestions, 'suggestion')}"
        self._offer(NextStep.FOLLOWING, next_tag or "")
        self._number_steps()
        self._say_keys(can_take_back=bool(round_.verdicts))

    def say_lesson(self, words: str) -> None:
        """Say what was learned."""
        _show_words(self.lesson, words)

    def _offer(self, step: NextStep, words: str) -> None:
        button = self.buttons[step]
        button.setText(words)
        button.setVisible(bool(words))

    def _number_steps(self) -> None:
        for place, step in enumerate(self.steps, start=1):
            button = self.buttons[step]
            button.setAccessibleName(button.text())
            button.setText(f"{place}   {button.text()}")
            button.setProperty("first", place == 1)
            button.style().unpolish(button)
            button.style().polish(button)

    def _say_keys(self, *, can_take_back: bool) -> None:
        first = ["Enter: the first"] if self.steps else []
        back = ["Backspace: take back"] if can_take_back else []
        self.hint.setText("  ·  ".join([*first, *back, "Esc: leave"]))

    def _button(self, step: NextStep) -> QToolButton:
        button = QToolButton()
        button.setProperty("step", True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setMinimumWidth(_WIDTH - 48)
        button.clicked.connect(lambda _checked: self.chosen.emit(step))
        return button

    def _lay_out(self, chrome: Theme) -> None:
        self.counts = QWidget()
        columns = []
        for verdict, word in _COUNTED:
            self.figures[verdict].setObjectName("figure")
            columns.append((in_column(self.figures[verdict], label(word, role="muted"), spacing=0), 1))
        in_row(*columns, margins=(0, 0, 0, 0), inside=self.counts)
        steps = in_column(*self.buttons.values(), spacing=chrome.space_s)
        parts = (self.title, self.counts, self.quality, self.lesson, chrome.space_xs, steps, self.hint)
        in_column(*parts, spacing=chrome.space_m, margins=(24, 20, 24, 20), inside=self)


def _show_words(where: QLabel, words: str) -> None:
    where.setText(words)
    where.setVisible(bool(words))


def _quality_words(quality: TagQuality) -> str:
    decided = counted(quality.accepted + quality.rejected, "decision")
    if quality.precision is None and quality.recall is None:
        return f"{decided} of yours so far: too few to say how good this tag is."
    return (
        f"Tag quality by {decided} of yours: {percent(quality.precision)} of what the model gives is right, "
        f"{percent(quality.recall)} of what you accepted is found."
    )


def _lesson_hint(quality: TagQuality) -> str:
    if quality.taught:
        return "It was taught: what you said just now is learned from by itself."
    if min(quality.accepted, quality.rejected) >= ENOUGH_TO_TEACH:
        return ""
    return (
        f"It can be taught from {ENOUGH_TO_TEACH} accepted and {ENOUGH_TO_TEACH} rejected photos on: "
        f"there are {number(quality.accepted)} and {number(quality.rejected)}."
    )
