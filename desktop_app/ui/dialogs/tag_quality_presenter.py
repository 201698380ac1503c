"""Fills the tag quality page off the GUI thread, and carries out what is asked for on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from desktop_app.domain.edit import Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag_choice import TagChoice
from desktop_app.domain.tag_quality import Mistake, ModelQuality, TagQuality
from desktop_app.services.services import Services
from desktop_app.services.teaching import Proposal, Taught
from desktop_app.ui.dialogs.photo_strip import StripPhoto
from desktop_app.ui.dialogs.tag_quality import TagQualityDialog
from desktop_app.ui.grid.thumbnail import image_of_jpeg
from desktop_app.ui.tagging.lesson_words import lesson_words
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.wording import percent

# Enough for a look; more can be found again once these are decided about.
_PROPOSALS = 24

_WORKING = "Working out the figures…"
_COMPARING = "The other model looks at the photos you decided about…"

_FIGURES, _PHOTOS = "tag quality figures", "tag quality photos"


@dataclass(frozen=True, slots=True)
class _Page:
    model: ModelQuality
    other: ModelQuality | None
    choice: TagChoice
    models: tuple[tuple[str, str], ...]


class TagQualityPresenter(QObject):
    """Serves one page until it is closed."""

    def __init__(self, services: Services, tasks: Tasks, page: TagQualityDialog) -> None:
        super().__init__(page)
        self._services = services
        self._tasks = tasks
        self._page = page
        self._beside = ""
        details = page.details
        page.choice_wanted.connect(self._choose)
        page.comparison_wanted.connect(self._compare)
        page.tag_shown.connect(self._show_mistakes)
        details.teach_wanted.connect(lambda: self._on_tag(self._teach))
        details.forget_wanted.connect(lambda: self._on_tag(self._forget))
        details.more_wanted.connect(lambda: self._on_tag(self._find_more))
        details.mistakes_wanted.connect(lambda: self._on_tag(self._show_mistakes))
        details.decided.connect(self._decide)
        page.finished.connect(self._leave)
        self.refresh()

    def refresh(self) -> None:
        """Work the figures out anew."""
        services, beside = self._services, self._beside
        if not self._page.message.text():
            self._page.say(_WORKING)

        def work() -> _Page:
            other = services.tag_qualities.of_model(beside) if beside else None
            models = [info for info in services.models.catalogue() if info.installed and not info.active]
            return _Page(
                services.tag_qualities.of_active(),
                other,
                services.tag_choosing.choice(),
                tuple((info.entry.name, info.entry.title) for info in models),
            )

        self._tasks.run(work, self._fill, failed=self._failed, key=_FIGURES)

    def _fill(self, found: _Page) -> None:
        if self._page.message.text() in (_WORKING, _COMPARING):
            self._page.say("")
        self._page.show_choice(found.choice)
        self._page.show_models(found.models)
        self._page.show_quality(found.model, found.other)

    def _failed(self, exception: Exception) -> None:
        self._beside = ""
        self._page.say(str(exception))
        self._tasks.report(exception)

    def _leave(self) -> None:
        self._tasks.forget(_FIGURES)
        self._tasks.forget(_PHOTOS)

    def _on_tag(self, act: Callable[[TagQuality], None]) -> None:
        quality = self._page.tag
        if quality is not None:
            act(quality)

    def _show_mistakes(self, quality: TagQuality) -> None:
        photos = [StripPhoto(mistake.photo_id, _of_mistake(mistake)) for mistake in quality.mistakes]
        self._page.details.show_back(visible=False)
        self._show_photos("Worst mistakes" if photos else "Mistakes", photos)

    def _show_photos(self, heading: str, photos: Sequence[StripPhoto]) -> None:
        browsing = self._services.browsing

        def fetch() -> dict[PhotoId, QImage]:
            found = browsing.thumbnails([photo.photo_id for photo in photos])
            return {photo: image_of_jpeg(jpeg) for photo, jpeg in found.items()}

        self._tasks.run(fetch, lambda images: self._page.show_photos(heading, photos, images), key=_PHOTOS)

    def _find_more(self, quality: TagQuality) -> None:
        name, teaching = quality.tag.name, self._services.teaching

        def show(found: tuple[Proposal, ...]) -> None:
            photos = [StripPhoto(each.photo_id, percent(each.probability)) for each in found]
            self._page.details.show_back(visible=True)
            self._show_photos(f"May be “{name}” too: nothing is tagged until you say so", photos)

        self._tasks.run(lambda: teaching.more_like_these(name, limit=_PROPOSALS), show, key=_PHOTOS)

    def _teach(self, quality: TagQuality) -> None:
        name, teaching = quality.tag.name, self._services.teaching
        self._tasks.run(lambda: teaching.teach(name), self._taught)

    def _taught(self, taught: Taught) -> None:
        self.refresh()
        self._page.say(lesson_words(taught))

    def _forget(self, quality: TagQuality) -> None:
        name, teaching = quality.tag.name, self._services.teaching
        self._tasks.run(lambda: teaching.forget(name), lambda _changes: self.refresh())

    def _decide(self, photos: list[PhotoId], has_it: bool) -> None:
        quality = self._page.tag
        if quality is None or not photos:
            return
        name, tagging = quality.tag.name, self._services.tagging
        decide = tagging.accept if has_it else tagging.reject

        def decided(edited: Edited) -> None:
            self.refresh()
            if edited.edit is not None:
                self._page.say(f"Done: {edited.edit.words_with_count}")

        self._tasks.run(lambda: decide(name, photos), decided)

    def _compare(self, name: str) -> None:
        self._beside = name
        self._page.say(_COMPARING if name else "")
        self.refresh()

    def _choose(self, choice: TagChoice) -> None:
        services = self._services

        def work() -> None:
            services.tag_choosing.choose(choice)
            services.indexing.start([])

        self._tasks.run(work, lambda _none: self.refresh())
        self._page.say("Suggestions follow in the background. What you decided stays.")


def _of_mistake(mistake: Mistake) -> str:
    return f"{percent(mistake.probability)} · {'accepted' if mistake.accepted else 'rejected'}"
