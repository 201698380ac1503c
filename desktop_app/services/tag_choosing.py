"""How machine tags are chosen: the person's rule for the whole library."""

from __future__ import annotations

from desktop_app.domain.tag_choice import TagChoice, parse_tag_choice
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.zero_shot import TAG_CHOICE
from desktop_app.store.settings import read_setting, write_setting


class TagChoosing:
    """Reads and changes the rule; photos follow with the next indexing run."""

    def __init__(self, store: LibraryStore, models: Models) -> None:
        self._store = store
        self._models = models

    def choice(self) -> TagChoice:
        """The rule in force."""
        text = read_setting(self._store.reader, TAG_CHOICE)
        return TagChoice() if text is None else parse_tag_choice(text)

    def choose(self, choice: TagChoice) -> None:
        """Choose tags by another rule from the next run on."""
        self._store.writer.do(lambda session: write_setting(session, TAG_CHOICE, str(choice)))
        self._models.active().tagger.forget_labels()
