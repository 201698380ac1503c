"""The sentences by which a model is asked for a tag, the person's own tags included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop_app.domain.tag import TagDefinition
from desktop_app.domain.vocabulary import MAX_PROMPTS, Vocabulary, VocabularyTag, with_article

# For words that a person makes up: often a name or a phrase ("our red canoe"), so the bare words weigh as much as those
# with an article before them.
PERSONAL_TEMPLATES = ("a photo of {}", "{}", "a photo of {a}", "a picture of {}")


def fill_template(template: str, name: str) -> str:
    """A template with the name in it: `{a}` with its article, `{}` as it is; a whole sentence stays as it is."""
    return template.replace("{a}", with_article(name)).replace("{}", name)


def filled_prompts(templates: Sequence[str], *, name: str, aliases: Iterable[str] = ()) -> tuple[str, ...]:
    """The name in every template, then each alias in the first that takes a name; at most `MAX_PROMPTS`, all different."""
    sentences = [fill_template(template, name) for template in templates]
    first = next((template for template in templates if "{}" in template or "{a}" in template), "{}")
    sentences += [fill_template(first, alias) for alias in aliases]
    return tuple(dict.fromkeys(sentences))[:MAX_PROMPTS]


def prompts_of(definition: TagDefinition, vocabulary: Vocabulary) -> tuple[str, ...]:
    """1 to `MAX_PROMPTS` sentences: the person's own templates, else the vocabulary's words for it, else its group's."""
    tag = definition.tag
    if definition.templates:
        return filled_prompts(definition.templates, name=tag.name, aliases=definition.aliases)
    known = vocabulary.named(definition.vocabulary_names)
    if known:
        return _vocabulary_prompts(known, definition.aliases)
    templates = vocabulary.group_templates.get(tag.group, PERSONAL_TEMPLATES)
    return filled_prompts(templates, name=tag.name, aliases=definition.aliases)


def _vocabulary_prompts(entries: Sequence[VocabularyTag], aliases: Iterable[str]) -> tuple[str, ...]:
    """The vocabulary's own sentences (of merged tags in turn), then the aliases that a person added."""
    longest = max(len(entry.prompts) for entry in entries)
    sentences = [entry.prompts[n] for n in range(longest) for entry in entries if n < len(entry.prompts)]
    known = {word for entry in entries for word in (entry.name, *entry.synonyms)}
    sentences += [f"a photo of {with_article(alias)}" for alias in aliases if alias.casefold() not in known]
    return tuple(dict.fromkeys(sentences))[:MAX_PROMPTS]
