"""Leads through a tag's photos and stores what the person says, one answer after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.edit import Edited, EditId
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.review import OpenTag, ReviewItem, ReviewOutcome, ReviewRound, Verdict
from desktop_app.domain.tag import Tag, TagId
from desktop_app.services.services import Services
from desktop_app.services.teaching import Taught
from desktop_app.ui.tagging.lesson_words import lesson_words
from desktop_app.ui.tagging.review_end import NextStep
from desktop_app.ui.tagging.review_page import ReviewPage
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Theme

T = TypeVar("T")


class ReviewPresenter(QObject):
    """Keeps the round, its page and the library in step. Answers are stored in their order, behind the person's pace."""

    opened = Signal()
    """There is something to see on the page."""

    def __init__(self, services: Services, tasks: Tasks, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._tasks = tasks
        self._tag: Tag | None = None
        self._round = ReviewRound()
        self._edits: dict[PhotoId, EditId] = {}
        self._waiting: deque[Callable[[], None]] = deque()
        self._storing = False
        self._reviewed: set[TagId] = set()
        """Tags gone through since the page was opened: they are not offered again."""
        self._following: OpenTag | None = None
        self.page = ReviewPage(services, tasks, theme)
        self.page.said.connect(self._said)
        self.page.take_back.connect(self._take_back)
        self.page.step_wanted.connect(self._take_step)
        self.page.closed.connect(self._reviewed.clear)

    @property
    def round(self) -> ReviewRound:
        """How far the person has come."""
        return self._round

    def begin(self, tag: Tag) -> None:
        """Fetch what waits for the person's word, the most uncertain first, and open the page."""

        def fetched(items: list[ReviewItem]) -> None:
            self._tag = tag
            self._edits.clear()
            self._reviewed.add(tag.id)
            self._go(ReviewRound(tuple(items)))
            self.opened.emit()

        self._tasks.run(lambda: self._services.reviewing.queue(tag.id), fetched, key="review")

    def _said(self, verdict: Verdict) -> None:
        item, tag = self._round.current, self._tag
        if item is None or tag is None:
            return
        if verdict is not Verdict.SKIP:
            tagging = self._services.tagging
            decide = tagging.accept if verdict is Verdict.ACCEPT else tagging.reject
            self._store(lambda: self._decide(decide, tag, item.photo_id))
        self._go(self._round.said(verdict))  # after it: what is said at the end counts the last answer, too

    def _take_back(self) -> None:
        if not self._round.verdicts or self._tag is None:
            return
        verdict, tag = self._round.verdicts[-1], self._tag
        self._go(self._round.taken_back())
        item = self._round.current
        if verdict is not Verdict.SKIP and item is not None:
            photo = item.photo_id
            self._store(lambda: self._forget(tag, photo))

    def _go(self, round_: ReviewRound) -> None:
        self._round = round_
        self.page.show_round(self._tag.name if self._tag else "", round_)
        if round_.current is None and self._tag is not None:
            self._sum_up(self._tag)

    # The end

    def _sum_up(self, tag: Tag) -> None:
        """Say how the tag stands once all that was said is stored."""
        reviewing, reviewed = self._services.reviewing, frozenset(self._reviewed)

        def done(outcome: ReviewOutcome) -> None:
            if self._at_end_of(tag):
                self._following = outcome.following
                self.page.show_outcome(outcome)

        self._store(lambda: self._run(lambda: reviewing.outcome(tag.id, reviewed=reviewed), done))

    def _take_step(self, step: NextStep) -> None:
        tag, following = self._tag, self._following
        if step is NextStep.FOLLOWING and following is not None:
            self.begin(following.tag)
        elif step is NextStep.GO_ON and tag is not None:
            self.begin(tag)
        elif step is NextStep.TEACH and tag is not None:
            self._teach(tag)

    def _teach(self, tag: Tag) -> None:
        def done(taught: Taught) -> None:
            if self._at_end_of(tag):
                self.page.end.say_lesson(lesson_words(taught))
                self._sum_up(tag)

        self._store(lambda: self._run(lambda: self._services.teaching.teach(tag.name), done))

    def _at_end_of(self, tag: Tag) -> bool:
        return self._tag is not None and self._tag.id == tag.id and self._round.current is None

    # Storing: one after the other, so that taking back never overtakes what it takes back

    def _store(self, job: Callable[[], None]) -> None:
        self._waiting.append(job)
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._storing:
            self._storing = True
            self._waiting.popleft()()

    def _stored(self) -> None:
        self._storing = False
        self._next()

    def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        def stored(answer: T) -> None:
            done(answer)
            self._stored()

        def failed(error: Exception) -> None:
            self._tasks.report(error)
            self._stored()

        self._tasks.run(work, stored, failed=failed)

    def _decide(self, decide: Callable[[str, tuple[PhotoId, ...]], Edited], tag: Tag, photo: PhotoId) -> None:
        def done(edited: Edited) -> None:
            if edited.edit is not None:
                self._edits[photo] = edited.edit.id

        self._run(lambda: decide(tag.name, (photo,)), done)

    def _forget(self, tag: Tag, photo: PhotoId) -> None:
        """Undo the answer; where something was edited after it, take the decision back as an edit of its own."""
        editing, edit = self._services.tag_editing, self._edits.pop(photo, None)

        def work() -> Edited:
            last = editing.next_undo()
            if last is not None and last.id == edit:
                return editing.undo()
            return self._services.tagging.forget(tag.name, (photo,))

        self._run(work, lambda _edited: None)
