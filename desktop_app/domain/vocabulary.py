"""The tags that a machine looks for in every photo, and the sentences by which a model is asked for each.

A vocabulary file is JSON, so that people can write their own:

    {"format": 1, "name": "Everyday",
     "template_sets": {"activity": ["a photo of a person {}", "people {}"]},
     "groups": [{"name": "Animals", "templates": ["a photo of {a}", "{a}"]}],
     "tags": [{"name": "dog", "group": "Animals", "parent": "mammal", "synonyms": ["hound"]},
              {"name": "running", "group": "People", "templates": "activity"},
              {"name": "crane", "group": "Animals", "templates": ["a photo of {a}, a bird"]},
              {"name": "snow", "group": "Weather", "article": "none"},
              {"name": "passport", "group": "Documents", "sensitive": true}]}

In a template `{}` is the tag's name and `{a}` the name with its article: "a dog", "an owl", "the sky", "snow". A tag
takes its group's templates unless it names a set or lists its own; a word whose meaning is not clear by itself needs its
own. The first template of each list must hold the name, and takes the synonyms too; others may be whole sentences ("red
and green apples").
A synonym may be an object with an article of its own: {"name": "trees", "article": "none"}. A tag that is "broad": true
has sentences that find more than its name, and who searches by the name is answered by them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop_app.domain.tag import clean_tag_name

FORMAT = 1

MAX_PROMPTS = 8
"""Sentences for one tag. An ensemble gains little beyond a handful, and each costs a pass of the text model."""

Article = Literal["a", "the", "none"]
"""What stands before a name: a or an by its sound, the, or nothing (mass nouns and plurals)."""

_ARTICLES: tuple[Article, ...] = ("a", "the", "none")
_OPTIONAL_FIELDS = {"parent", "synonyms", "templates", "article", "sensitive", "broad"}

# Written vowels that sound as consonants ("a unicycle", "a ukulele"), and the other way round ("an hour").
_TAKES_A = re.compile(r"eu|one\b|ufo|uk|uni(?![nm])|u[st][eiau]")
_TAKES_AN = re.compile(r"hour|honest|heir|honou?r|x-ray|[fhlmnrsx]\b")


@dataclass(frozen=True, slots=True)
class VocabularyTag:
    """One tag to look for."""

    name: str
    """Lower-case English, unique in its vocabulary."""
    group: str
    parent: str | None
    """The name of a wider tag of the same vocabulary, such as "mammal" for "dog"."""
    synonyms: tuple[str, ...]
    """Other words for the same; no other tag has them."""
    prompts: tuple[str, ...]
    """1 to `MAX_PROMPTS` different sentences that are true of a photo with this tag."""
    sensitive: bool = False
    """Photos with it can be blurred until they are asked for."""
    broad: bool = False
    """Its prompts name what it collects ("a man or a woman"), which finds more than its own name: searches ask by them too."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A set of tags, in the order of the file: groups together, wider tags first."""

    name: str
    tags: tuple[VocabularyTag, ...]
    group_templates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Templates of each group, for tags that people add to it."""
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {tag.name: place for place, tag in enumerate(self.tags)})

    def broad_wordings(self) -> dict[str, tuple[str, ...]]:
        """The prompts of the broad tags, by all the ways to ask for one in small letters: "people", "a person", "the person"."""
        return {
            asked: tag.prompts
            for tag in self.tags
            if tag.broad
            for word in (tag.name, *tag.synonyms)
            for asked in (word, with_article(word), with_article(word, "the"))
        }

    def named(self, names: Iterable[str]) -> list[VocabularyTag]:
        """The tags of these names that there are, in the vocabulary's order."""
        return [self.tags[place] for place in sorted(self._places[name] for name in names if name in self._places)]


def parse_vocabulary(text: str) -> Vocabulary:
    """The vocabulary in a file's text. Raises ValueError that says where the text breaks which rule."""
    try:
        document = _object(json.loads(text), "the file", {"format", "name", "groups", "tags"}, {"template_sets"})
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    if document["format"] != FORMAT:
        raise ValueError(f'"format" is {document["format"]!r}; this program reads {FORMAT}')
    sets = {
        name: _templates(templates, f'template set "{name}"')
        for name, templates in _object(document.get("template_sets", {}), '"template_sets"').items()
    }
    groups = _groups(document["groups"])
    entries = [_entry(tag, place, groups, sets) for place, tag in _items(document["tags"], "tags", "tag")]
    _check_words(entries)
    _check_parents(entries)
    return Vocabulary(_text(document["name"], '"name"'), tuple(entry.tag() for entry in entries), groups)


def with_article(name: str, article: Article = "a") -> str:
    """The name as it stands in a sentence: "a dog", "an owl", "a unicycle", "the sky", "snow"."""
    if article == "none":
        return name
    if article == "the":
        return f"the {name}"
    vowel = name[:1] in "aeiou" and not _TAKES_A.match(name)
    return f"an {name}" if vowel or _TAKES_AN.match(name) else f"a {name}"


@dataclass(frozen=True, slots=True)
class _Word:
    name: str
    article: Article

    def within(self, template: str) -> str:
        return template.replace("{a}", with_article(self.name, self.article)).replace("{}", self.name)


@dataclass(frozen=True, slots=True)
class _Entry:
    place: str
    word: _Word
    group: str
    parent: str | None
    synonyms: tuple[_Word, ...]
    templates: tuple[str, ...]
    sensitive: bool
    broad: bool

    def tag(self) -> VocabularyTag:
        names, prompts = tuple(word.name for word in self.synonyms), tuple(self._prompts())
        return VocabularyTag(
            self.word.name, self.group, self.parent, names, prompts, sensitive=self.sensitive, broad=self.broad
        )

    def _prompts(self) -> list[str]:
        """The name in every template, then each synonym in the first, as long as there is room."""
        sentences = [self.word.within(template) for template in self.templates]
        sentences += [word.within(self.templates[0]) for word in self.synonyms]
        return list(dict.fromkeys(sentences))[:MAX_PROMPTS]


def _groups(value: object) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for place, group in _items(value, "groups", "group"):
        fields = _object(group, place, {"name", "templates"})
        name = _text(fields["name"], f'{place}: "name"')
        if name in groups:
            raise ValueError(f'{place}: there is another group "{name}"')
        groups[name] = _templates(fields["templates"], place)
    return groups


def _entry(
    value: object, place: str, groups: Mapping[str, tuple[str, ...]], sets: Mapping[str, tuple[str, ...]]
) -> _Entry:
    fields = _object(value, place, {"name", "group"}, _OPTIONAL_FIELDS)
    word = _word({key: fields[key] for key in ("name", "article") if key in fields}, place)
    place = f'{place} ("{word.name}")'
    group = _text(fields["group"], f'{place}: "group"')
    if group not in groups:
        raise ValueError(f'{place}: there is no group "{group}"')
    own = fields.get("templates", groups[group])
    if isinstance(own, str):
        if own not in sets:
            raise ValueError(f'{place}: there is no template set "{own}"')
        own = sets[own]
    return _Entry(
        place=place,
        word=word,
        group=group,
        parent=_text(fields["parent"], f'{place}: "parent"') if "parent" in fields else None,
        synonyms=tuple(
            _word(synonym, at) for at, synonym in _items(fields.get("synonyms", []), place, "synonym", least=0)
        ),
        templates=_templates(own, place),
        sensitive=_flag(fields.get("sensitive", False), f'{place}: "sensitive"'),
        broad=_flag(fields.get("broad", False), f'{place}: "broad"'),
    )


def _word(value: object, place: str) -> _Word:
    """A name, alone or with its article."""
    fields = {"name": value} if isinstance(value, str) else _object(value, place, {"name"}, {"article"})
    name = _text(fields["name"], f'{place}: "name"')
    if name != name.lower():
        raise ValueError(f'{place}: "{name}" is not lower-case')
    wanted = fields.get("article", "a")
    for article in _ARTICLES:
        if article == wanted:
            return _Word(name, article)
    raise ValueError(f'{place}: "article" is {wanted!r}, not one of {", ".join(_ARTICLES)}')


def _check_words(entries: Sequence[_Entry]) -> None:
    """Every name and synonym means one tag, so that typed words find it."""
    owners: dict[str, _Entry] = {}
    for entry in entries:
        for word in (entry.word, *entry.synonyms):
            if word.name in owners:
                raise ValueError(f'{entry.place}: "{word.name}" is already a word for {owners[word.name].place}')
            owners[word.name] = entry


def _check_parents(entries: Sequence[_Entry]) -> None:
    """Every parent is there, and nothing is its own ancestor."""
    by_name = {entry.word.name: entry for entry in entries}
    for entry in entries:
        above = [entry.word.name]
        parent = entry.parent
        while parent is not None:
            if parent not in by_name:
                raise ValueError(f'{by_name[above[-1]].place}: there is no tag "{parent}" to be its parent')
            if parent in above:
                raise ValueError(f"{entry.place}: its parents go in a circle: {' > '.join([*above, parent])}")
            above.append(parent)
            parent = by_name[parent].parent


def _items(value: object, place: str, each: str, *, least: int = 1) -> Iterator[tuple[str, object]]:
    """The items of a list, each with the words that say where it is, counted from 1."""
    if not isinstance(value, list) or len(value) < least:
        raise ValueError(f"{place}: a list of {each}s is needed")
    return ((f"{place}, {each} {number}", item) for number, item in enumerate(value, 1))


def _object(
    value: object, place: str, needed: set[str] | None = None, optional: set[str] | None = None
) -> dict[str, Any]:
    """A JSON object with all of the needed keys and no unknown ones (any keys when `needed` is None)."""
    if not isinstance(value, dict):  # every fault of a file is a ValueError
        raise ValueError(  # noqa: TRY004
            f"{place}: an object in braces is needed"
        )
    if needed is not None:
        if missing := needed - value.keys():
            raise ValueError(f'{place}: "{min(missing)}" is missing')
        if unknown := value.keys() - needed - (optional or set()):
            raise ValueError(f'{place}: "{min(unknown)}" is not known here')
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{place}: text is needed")
    if value != clean_tag_name(value):
        raise ValueError(f"{place}: {value!r} has white space too many")
    return value


def _flag(value: object, place: str) -> bool:
    if not isinstance(value, bool):  # every fault of a file is a ValueError
        raise ValueError(f"{place}: true or false is needed")  # noqa: TRY004
    return value


def _templates(value: object, place: str) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise ValueError(f"{place}: a list of templates is needed")
    for number, template in enumerate(value):
        if not number and "{a}" not in _text(template, place) and "{}" not in template:
            raise ValueError(f'{place}: the first template, "{template}", has no {{}} or {{a}} for the name')
        _text(template, f"{place}: template")
    return tuple(value)
