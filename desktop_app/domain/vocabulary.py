"""A vocabulary: labels with the sentences that a model is asked about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# Every wording costs text-tower time once per model; beyond eight the averaged embedding hardly moves.
MOST_PROMPTS = 8


@dataclass(frozen=True, slots=True)
class VocabularyTag:
    """One label."""

    name: str
    group: str
    parent: str | None
    synonyms: tuple[str, ...]
    prompts: tuple[str, ...]
    """Whole sentences: name and synonyms through the templates."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A named list of labels; parents are among them."""

    name: str
    tags: tuple[VocabularyTag, ...]


def parse_vocabulary(text: str) -> Vocabulary:
    """Read a vocabulary from JSON. Raises ValueError that names the place on malformed input.

    Shape: {"format": 1, "name": …, "groups": [{"name", "templates"}], "tags": [{"name", "group", "parent"?,
    "synonyms"?, "templates"?}]}. In a template `{}` is the label and `{a}` the label with "a" or "an".
    """
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("format") != 1:
        raise ValueError("not a vocabulary of format 1")
    templates = {group["name"]: tuple(group["templates"]) for group in data["groups"]}
    tags = tuple(_tag(row, templates) for row in data["tags"])
    _check(tags)
    return Vocabulary(str(data["name"]), tags)


def _tag(row: dict[str, Any], templates: dict[str, tuple[str, ...]]) -> VocabularyTag:
    name, group = row["name"], row["group"]
    if group not in templates:
        raise ValueError(f"tag {name!r}: there is no group {group!r}")
    synonyms = tuple(row.get("synonyms", ()))
    chosen = tuple(row.get("templates", ())) or templates[group]
    return VocabularyTag(name, group, row.get("parent"), synonyms, _prompts((name, *synonyms), chosen))


def _prompts(words: tuple[str, ...], templates: tuple[str, ...]) -> tuple[str, ...]:
    """The name in every template, then its synonyms in the first ones, without repeats."""
    sentences = [fill(template, words[0]) for template in templates]
    sentences += [fill(templates[0], synonym) for synonym in words[1:]]
    return tuple(dict.fromkeys(sentences))[:MOST_PROMPTS]


def fill(template: str, label: str) -> str:
    """A template with its label: "a photo of {a}" and "owl" give "a photo of an owl"."""
    article = "an" if label[:1].lower() in "aeiou" else "a"
    return template.replace("{a}", f"{article} {label}").replace("{}", label)


def _check(tags: tuple[VocabularyTag, ...]) -> None:
    seen: set[str] = set()
    for tag in tags:
        for word in (tag.name, *tag.synonyms):
            if word.casefold() in seen:
                raise ValueError(f"tag {tag.name!r}: {word!r} stands twice in the vocabulary")
            seen.add(word.casefold())
    by_name = {tag.name: tag for tag in tags}
    for tag in tags:
        _check_ancestors(tag, by_name)


def _check_ancestors(tag: VocabularyTag, by_name: dict[str, VocabularyTag]) -> None:
    passed = {tag.name}
    current = tag
    while current.parent is not None:
        if current.parent not in by_name:
            raise ValueError(f"tag {current.name!r}: there is no parent {current.parent!r}")
        if current.parent in passed:
            raise ValueError(f"tag {tag.name!r}: its parents go round in a circle")
        passed.add(current.parent)
        current = by_name[current.parent]
