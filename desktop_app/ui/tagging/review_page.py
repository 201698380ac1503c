"""Review: one photo large, a question, and a key for each answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QToolButton, QWidget

from desktop_app.domain.photo import PhotoSummary
from desktop_app.domain.review import ReviewOutcome, ReviewRound, Verdict
from desktop_app.domain.tag import TagState
from desktop_app.services.services import Services
from desktop_app.ui.icons import themed_icon
from desktop_app.ui.layouts import STRETCH, in_column, in_row, two_lines
from desktop_app.ui.picture_loader import PictureLoader
from desktop_app.ui.tagging.review_end import END_SHEET, ReviewEnd
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme
from desktop_app.ui.viewer.bars import BAR_HEIGHT, Message, chrome_sheet
from desktop_app.ui.viewer.picture_view import WHEEL_FACTOR, PictureView
from desktop_app.ui.viewer.zoom import fit_scale
from desktop_app.ui.wording import number, percent

AHEAD = 3
"""Photos decoded in advance: answers come about as fast as pictures are decoded."""

_SETTLE_MS = 120
_FOOT_HEIGHT = 64
_ICON = QSize(20, 20)

_SHEET = """
QFrame#foot { background: %(window)s; border: none; border-top: 1px solid %(border)s; }
QToolButton[verdict="true"] { background: %(raised)s; border: 1px solid %(border)s; border-radius: 8px; padding: 8px 16px; }
QToolButton[verdict="true"]:hover { border-color: %(muted)s; }
"""

_BUTTONS = (
    (Verdict.REJECT, "close", "No", "← or R"),
    (Verdict.SKIP, "chevron-down", "Skip", "↓ or S"),
    (Verdict.ACCEPT, "check", "Yes", "→ or A"),
)


class ReviewPage(QWidget):
    """Lies over the whole window, dark in both themes. It shows a round and says what the person answers."""

    said = Signal(object)
    """A Verdict about the current photo."""
    take_back = Signal()
    """The answer before was a slip."""
    step_wanted = Signal(object)
    """A NextStep, at the end."""
    closed = Signal()

    def __init__(self, services: Services, tasks: Tasks, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._round = ReviewRound()
        self._tag = ""
        self._loader = PictureLoader(services, tasks, parent=self)
        self._loader.changed.connect(lambda _photo: self._show_picture())
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._look)
        chrome = Theme.dark()
        self.setObjectName("viewer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        names = ("window", "border", "raised", "accent", "on_accent")
        colours = {**{name: getattr(chrome, name) for name in names}, "muted": chrome.muted_text}
        self.setStyleSheet(chrome_sheet(chrome) + _SHEET % colours + END_SHEET % colours)
        self.question, self.facts, self.score = _words("title"), _words("muted"), _words("muted")
        self.picture = PictureView(theme.backdrop)
        self.buttons = {verdict: self._answer(chrome, verdict, icon, *words) for verdict, icon, *words in _BUTTONS}
        self.back_button = self._button(chrome, "back", "Back", "Esc", self.closed.emit)
        self.undo_button = self._button(chrome, "undo", "Take back", "Backspace", self.take_back.emit)
        self.end = ReviewEnd(chrome)
        self.end.chosen.connect(self.step_wanted)
        self.message = Message(chrome, self)
        self._lay_out(chrome)

    def show_round(self, tag: str, round_: ReviewRound) -> None:
        """Ask about the current photo of this round."""
        before = self._round.current
        self._tag, self._round = tag, round_
        current = round_.current
        if current is None or before is None or current.photo_id != before.photo_id:
            self.picture.show_nothing()
        self._say()
        for button in self.buttons.values():
            button.setVisible(current is not None)
        self.undo_button.setEnabled(bool(round_.verdicts))
        self._look()
        self._show_picture()

    def show_outcome(self, outcome: ReviewOutcome) -> None:
        """At the end: how the tag stands, and what could be done next."""
        self.end.show_outcome(self._round, outcome)
        self._say_name()

    def set_theme(self, theme: Theme) -> None:
        """Only the ground comes from the theme."""
        self.picture.set_ground(theme.backdrop)

    def _say(self) -> None:
        round_, current = self._round, self._round.current
        done = [
            f"{number(round_.count(verdict))} {word}"
            for verdict, word in ((Verdict.ACCEPT, "yes"), (Verdict.REJECT, "no"), (Verdict.SKIP, "skipped"))
        ]
        self.score.setText("  ·  ".join(done) if round_.verdicts else "")
        self.facts.setVisible(current is not None)
        self.end.setVisible(current is None)
        if current is None:
            self.question.setText(f"“{self._tag}”")
            self.end.begin(self._tag, round_)
        else:
            place = f"{number(len(round_.verdicts) + 1)} of {number(len(round_.items))}"
            held = "suggested" if current.state is TagState.SUGGESTED else "tagged"
            self.question.setText(f"Is this “{self._tag}”?")
            self.facts.setText(f"{place}  ·  {held}, {percent(current.probability)} sure")
        self._say_name()

    def _say_name(self) -> None:
        end = (self.end.title, self.score, self.end.quality, self.end.lesson, self.end.hint)
        parts = (self.question, self.facts) if self._round.current else end
        self.setAccessibleName(" ".join(part.text() for part in parts if part.text()))

    def _look(self) -> None:
        current = self._round.current
        if current is not None and self.isVisible():
            self._loader.look_at(current.photo_id, self._round.coming(AHEAD), self._view_side, whole=False)

    def _view_side(self, summary: PhotoSummary) -> int:
        ratio = self.picture.devicePixelRatioF()
        view = (self.picture.width() * ratio, self.picture.height() * ratio)
        scale = min(fit_scale((summary.width, summary.height), view, ratio), 1.0)
        return max(round(max(summary.width, summary.height) * scale), 1)

    def _show_picture(self) -> None:
        current = self._round.current
        if current is None:
            self.message.say(None)
            return
        photo = current.photo_id
        summary, problem = self._loader.summary(photo), self._loader.problem(photo)
        if summary is not None and self.picture.zoom is None:
            self.picture.show_photo(QSize(summary.width, summary.height))
        unseen = problem is not None and not self._loader.sharp(photo)
        self.picture.set_pictures(self._loader.pictures(photo), dimmed=unseen)
        self.message.say(problem if unseen else None)
        self.message.place(QSize(self.width(), self.height() - _FOOT_HEIGHT), BAR_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settle.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._loader.rest()

    def event(self, event: QEvent) -> bool:
        """Undo belongs to the answers here, not to the window's menu."""
        undoing = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo)
        if undoing and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Undo):
            self.take_back.emit()
            return
        plain = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        action = None if plain or event.isAutoRepeat() else self._key_actions().get(Qt.Key(event.key()))
        if action is None:
            event.ignore()
        else:
            action()

    def _key_actions(self) -> dict[Qt.Key, Callable[[], object]]:
        key = Qt.Key
        verdicts = {
            Verdict.ACCEPT: (key.Key_A, key.Key_Y, key.Key_Right),
            Verdict.REJECT: (key.Key_R, key.Key_N, key.Key_Left),
            Verdict.SKIP: (key.Key_S, key.Key_Space, key.Key_Down),
        }
        answers = {each: self.buttons[verdict].click for verdict, keys in verdicts.items() for each in keys}
        return {
            **answers,
            key.Key_Backspace: self.take_back.emit,
            key.Key_U: self.take_back.emit,
            key.Key_Up: self.take_back.emit,
            key.Key_Escape: self.closed.emit,
            **({} if self._round.current else self._step_keys()),
            key.Key_Plus: lambda: self.picture.zoom_by(WHEEL_FACTOR),
            key.Key_Minus: lambda: self.picture.zoom_by(1 / WHEEL_FACTOR),
            key.Key_0: self.picture.zoom_to_fit,
        }

    def _step_keys(self) -> dict[Qt.Key, Callable[[], object]]:
        """Enter takes the first step, digits any; nothing is taken before the steps are known."""
        key = Qt.Key
        steps = [self.end.buttons[step].click for step in self.end.steps]
        numbered = dict(zip((key.Key_1, key.Key_2, key.Key_3), steps, strict=False))
        first = {each: steps[0] for each in (key.Key_Return, key.Key_Enter) if steps}
        return {**numbered, **first}

    def _answer(self, chrome: Theme, verdict: Verdict, icon: str, name: str, keys: str) -> QToolButton:
        button = self._button(chrome, icon, name, keys, lambda: self.said.emit(verdict))
        button.setProperty("verdict", True)
        button.setText(f" {name}   {keys}")
        return button

    def _button(self, chrome: Theme, icon: str, name: str, keys: str, act: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(themed_icon(icon, chrome.text))
        button.setIconSize(_ICON)
        button.setText(f" {name}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({keys})")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda _checked: act())
        return button

    def _lay_out(self, chrome: Theme) -> None:
        middle = QGridLayout()
        middle.addWidget(self.picture, 0, 0)
        middle.addWidget(self.end, 0, 0, Qt.AlignmentFlag.AlignCenter)
        bar, foot = self._bar(chrome), self._foot(chrome)
        in_column(bar, (middle, 1), foot, spacing=0, margins=(0, 0, 0, 0), inside=self)

    def _bar(self, chrome: Theme) -> QFrame:
        bar = QFrame()
        bar.setObjectName("bar")
        bar.setFixedHeight(BAR_HEIGHT)
        parts = (self.back_button, (two_lines(self.question, self.facts), 1), self.score)
        in_row(*parts, spacing=chrome.space_s, margins=(chrome.space_m, 0, chrome.space_l, 0), inside=bar)
        return bar

    def _foot(self, chrome: Theme) -> QFrame:
        foot = QFrame()
        foot.setObjectName("foot")
        foot.setFixedHeight(_FOOT_HEIGHT)
        balance = self.undo_button.sizeHint().width()  # so that the answers stand in the middle
        answers = self.buttons.values()
        margins = (chrome.space_m, 0, chrome.space_m, 0)
        in_row(
            self.undo_button, STRETCH, *answers, STRETCH, balance, spacing=chrome.space_m, margins=margins, inside=foot
        )
        return foot


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
