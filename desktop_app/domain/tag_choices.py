"""What a quick-tag field offers for what is typed, and what choosing it would do to the selected photos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.domain.fuzzy import best_matches
from desktop_app.domain.tag import Tag, TagDefinition, TagId, TagUse

MOST_CHOICES = 40


class Share(StrEnum):
    """How many of the selected photos have a tag."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class TagChoice:
    """One row that can be chosen."""

    name: str
    detail: str
    """Where the tag belongs, or which other word was typed for it."""
    share: Share = Share.NONE
    colour: str | None = None
    is_new: bool = False
    """There is no such tag yet: choosing it makes one."""


@dataclass(frozen=True, slots=True)
class TagChoices:
    """All that is needed to answer each letter at once: the library's tags and what the selection has of them."""

    definitions: tuple[TagDefinition, ...] = ()
    recent: tuple[Tag, ...] = ()
    """Tags that the person gave last, the latest first."""
    uses: tuple[TagUse, ...] = ()
    photos: int = 0
    """How many photos are selected."""

    def offered(self, typed: str) -> list[TagChoice]:
        """Rows for what is typed, best first; without letters the tags of the selection and those given last."""
        name = " ".join(typed.split())
        if not name:
            return [self._choice(tag) for tag in self._at_hand()][:MOST_CHOICES]
        by_id = {item.tag.id: item for item in self.definitions}
        found = [by_id[key] for key in best_matches(name, self._words(), limit=MOST_CHOICES)]
        rows = [self._choice(item.tag, self._word_for(name, item)) for item in found]
        known = {word.casefold() for word, _ in self._words()}
        return rows if name.casefold() in known else [*rows, TagChoice(name, "New tag", is_new=True)]

    def share(self, tag_id: TagId) -> Share:
        """How many of the selected photos have a tag by anybody's word that counts."""
        accepted = next((use.accepted for use in self.uses if use.tag.id == tag_id), 0)
        if not accepted:
            return Share.NONE
        return Share.ALL if accepted >= self.photos else Share.SOME

    def _at_hand(self) -> Iterator[Tag]:
        seen: set[TagId] = set()
        for tag in (*(use.tag for use in self.uses if use.accepted), *self.recent, *(use.tag for use in self.uses)):
            if tag.id not in seen:
                seen.add(tag.id)
                yield tag

    def _words(self) -> Iterator[tuple[str, TagId]]:
        # The recent ones first: of equally good matches the one used last is meant.
        recent = {tag.id: place for place, tag in enumerate(self.recent)}
        ordered = sorted(self.definitions, key=lambda item: recent.get(item.tag.id, len(recent)))
        yield from ((item.tag.name, item.tag.id) for item in ordered)
        # After all names: "do" means the tag "dog" before the tag "deer", which is also called "doe".
        yield from ((alias, item.tag.id) for item in ordered for alias in item.aliases)

    def _word_for(self, typed: str, item: TagDefinition) -> str:
        """The other word by which a tag was found, when its name was not what was typed."""
        words = [(word, word) for word in (item.tag.name, *item.aliases)]
        best = best_matches(typed, words, limit=1)
        return best[0] if best and best[0] != item.tag.name else ""

    def _choice(self, tag: Tag, word: str = "") -> TagChoice:
        use = next((use for use in self.uses if use.tag.id == tag.id), None)
        share = self.share(tag.id)
        detail = f"“{word}”" if word else tag.group
        if share is Share.SOME and use is not None:
            detail = f"{use.accepted:,} of {self.photos:,} photos"
        elif share is Share.NONE and use is not None and use.suggested:
            suggested = "suggested" if self.photos == 1 else f"suggested for {use.suggested:,}"
            detail = f"{detail} · {suggested}" if word else suggested
        return TagChoice(tag.name, detail, share, tag.colour)
