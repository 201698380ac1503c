"""The sentences from which the text tower learns the teacher's language: captions, names, glosses, made-up captions."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from recipe.annotations import Annotation
from recipe.vocabulary import EVERYDAY_KINDS, ImageNetClass
from recipe.wordnet import TANGIBLE_FILES, NounDictionary, Synset

TEMPLATES = (
    "{}", "a {}", "a photo of a {}", "a photo of the {}", "a picture of a {}", "a picture of the {}", "the {}",
    "a photo of {}", "this is a photo of a {}.", "a close-up photo of a {}", "a photo of a small {}", "a photo of a large {}",
    "a photo of many {}", "an image of a {}", "there is a {} in the picture", "a photo of my {}", "a {} in the background",
    "a blurry photo of a {}", "a good photo of a {}", "a snapshot of a {}", "photos of {}", "one {}", "someone with a {}",
)  # fmt: skip
"""Ways to ask for a thing; the first five carry most of the weight because programs and people use them."""

FREQUENT_TEMPLATES = 6
_COLOURS = ("red", "blue", "green", "yellow", "white", "black", "brown", "orange", "pink", "grey", "purple")
_COUNTS = ("two", "three", "several", "many", "a lot of", "no")
_PLACES = (
    "on the grass", "on a table", "in the street", "on the beach", "in the snow", "in the water", "in a kitchen", "at night",
    "in a park", "in a living room", "on a bed", "in a field", "in the rain", "at sunset", "in a city", "in the forest",
    "in front of a house", "on a road", "in the garden", "in a restaurant", "in an office", "at a party", "by the sea",
)  # fmt: skip
_PEOPLE = (
    "a man", "a woman", "people", "a child", "a boy", "a girl", "two people", "a family", "friends", "a baby", "a group of people",
    "a person", "an old man", "kids", "a couple", "a crowd", "my daughter", "grandmother", "someone",
)  # fmt: skip
_ACTIONS = (
    "holding {}", "next to {}", "looking at {}", "sitting on {}", "eating {}", "playing with {}", "riding {}", "carrying {}",
    "standing by {}", "wearing {}", "using {}", "buying {}", "cooking {}", "throwing {}", "in {}",
)  # fmt: skip
_WORD = re.compile(r"[a-z]+")


def plural(noun: str) -> str:
    """The regular plural of an English noun."""
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def build_corpus(
    annotations: Sequence[Annotation],
    classes: Sequence[ImageNetClass],
    nouns: NounDictionary,
    *,
    seed: int,
    made_up: int,
) -> list[str]:
    """Distinct sentences in a fixed order; `made_up` is how many captions are composed from everyday words."""
    chance = random.Random(seed)
    everyday = _everyday_words(annotations, classes, nouns)
    sentences = [text for annotation in annotations for text in annotation.texts]
    for word in everyday:
        templates = (*TEMPLATES[:FREQUENT_TEMPLATES], chance.choice(TEMPLATES), chance.choice(TEMPLATES))
        sentences += [template.format(word) for template in templates] + [plural(word)]
    for synset in nouns.synsets.values():
        if synset.lexicographer_file in TANGIBLE_FILES:
            sentences += _dictionary_sentences(synset, nouns, chance)
    captions = [text for annotation in annotations if annotation.captioned for text in annotation.texts]
    sentences += [_made_up_caption(everyday, captions, chance) for _ in range(made_up)]
    return sorted(set(sentences))


def _everyday_words(
    annotations: Sequence[Annotation], classes: Sequence[ImageNetClass], nouns: NounDictionary
) -> list[str]:
    words = {noun for annotation in annotations for noun in annotation.nouns}
    words |= {name for entry in classes for name in entry.names} | set(EVERYDAY_KINDS)
    for synset in nouns.synsets.values():
        if synset.lexicographer_file in TANGIBLE_FILES:
            words |= {word for word in synset.words if word.islower() and nouns.is_common(word)}
    return sorted(words)


def _dictionary_sentences(synset: Synset, nouns: NounDictionary, chance: random.Random) -> list[str]:
    known = [word for word in synset.words[:3] if word.islower()]
    if not known:
        return []
    word = chance.choice(known)
    sentences = [*known, chance.choice(TEMPLATES[:FREQUENT_TEMPLATES]).format(word)]
    if any(nouns.is_common(name) for name in known) or chance.random() < 0.4:
        sentences.append(synset.gloss[:160])
    return sentences


def _made_up_caption(words: Sequence[str], captions: Sequence[str], chance: random.Random) -> str:
    first, second = chance.choice(words), chance.choice(words)
    kind = chance.randrange(8)
    if kind == 0:
        return f"{chance.choice(_COUNTS)} {plural(first)} {chance.choice(_PLACES)}"
    if kind == 1:
        return f"a {chance.choice(_COLOURS)} {first}"
    if kind == 2:
        return f"{chance.choice(_PEOPLE)} {chance.choice(_ACTIONS).format(f'a {first}')}"
    if kind == 3:
        return f"a {first} and a {second}"
    if kind == 4:
        return f"a {first} {chance.choice(_PLACES)}"
    if kind == 5:
        return f"{chance.choice(_PEOPLE)} {chance.choice(_ACTIONS).format(plural(first))} {chance.choice(_PLACES)}"
    return _with_a_word_changed(chance.choice(captions), first, chance)


def _with_a_word_changed(caption: str, word: str, chance: random.Random) -> str:
    places = [match.span() for match in _WORD.finditer(caption) if match.end() - match.start() > 3]
    if not places:
        return caption
    start, end = chance.choice(places)
    return f"{caption[:start]}{word}{caption[end:]}"
