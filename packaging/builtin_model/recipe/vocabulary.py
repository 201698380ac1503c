"""The words the pictures are described with: ImageNet's names, everyday hypernyms, and the nouns of the captions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recipe.wordnet import TANGIBLE_FILES, NounDictionary, Synset

EVERYDAY_KINDS = (
    "dog", "cat", "bird", "fish", "shark", "snake", "lizard", "turtle", "frog", "spider", "insect", "butterfly", "beetle",
    "crab", "monkey", "ape", "bear", "wolf", "fox", "rabbit", "mouse", "pig", "sheep", "goat", "cattle", "horse", "camel",
    "elephant", "whale", "duck", "chicken", "parrot", "eagle", "owl", "animal", "mammal", "reptile", "vehicle", "car",
    "truck", "bus", "train", "boat", "ship", "airplane", "bicycle", "motorcycle", "furniture", "chair", "table", "bed",
    "sofa", "lamp", "clock", "computer", "telephone", "camera", "television", "kitchen appliance", "pan", "bottle", "cup",
    "glass", "bowl", "plate", "knife", "spoon", "tool", "weapon", "gun", "musical instrument", "guitar", "drum", "toy",
    "ball", "book", "clothing", "dress", "coat", "trousers", "shirt", "hat", "shoe", "bag", "jewelry", "food", "fruit",
    "vegetable", "bread", "cake", "dessert", "drink", "mushroom", "flower", "plant", "tree", "building", "house", "church",
    "bridge", "tower", "shop", "fence", "wall", "roof", "mountain", "beach", "lake", "person", "dining table", "potted plant",
)  # fmt: skip
"""Words people search with that are broader than ImageNet's classes; each collects the classes below it in WordNet."""

KIND_BY_NAME = {
    "cup": ("cup", "coffee mug", "teapot"), "plate": ("plate",), "trousers": ("jean", "suit"), "tree": (), "wall": ("stone wall",),
    "cake": (), "beach": ("seashore", "sandbar"), "lake": ("lakeside",), "book": ("comic book", "bookshop", "library"),
    "chicken": ("cock", "hen"), "plant": ("pot", "greenhouse"), "dining table": ("dining table",), "potted plant": ("pot",),
    "toy": ("teddy", "swing"), "flower": ("daisy", "yellow lady's slipper", "vase"),
}  # fmt: skip
"""Kinds that WordNet's hypernyms do not gather as a person would, with the classes that show them."""

TOPS_FILE = 3
MINIMUM_PICTURES_PER_NOUN = 6
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?")
_LATIN = re.compile(r"[A-Z][a-z]+ [a-z]+$")
"""Scientific names ("Tinca tinca") among WordNet's lemmas, which nobody searches for; some like "Boston bull" go with them."""
_UNSEEN_IN_PICTURES = frozenset(
    "photo picture image photograph day time way lot front back top side part middle something someone thing right left "
    "background bottom end place scene view color number group couple bunch set piece kind one two three four he in it a no "
    "so at be do by as off out up down over case line use age self life air light shot type year area are there while now "
    "can get or wa have see go same other this that who what where when why how all each some and the any will would is was "
    "has been being not its his her their they them she him you we us my your our for from with into".split()
)


@dataclass(frozen=True, slots=True)
class ImageNetClass:
    """One of the 1,000 classes: its WordNet offset and every name it goes by (commonest first)."""

    offset: int
    names: tuple[str, ...]


def imagenet_classes() -> list[ImageNetClass]:
    """The 1,000 classes in the order of the backbone's classifier (sorted WordNet ids), from timm's and open_clip's lists."""
    from open_clip.zero_shot_metadata import IMAGENET_CLASSNAMES
    from timm.data.imagenet_info import ImageNetInfo

    info = ImageNetInfo("imagenet-1k")
    classes = []
    for wordnet_id, curated in zip(info.label_names(), IMAGENET_CLASSNAMES, strict=True):
        lemmas = [name.strip() for name in info.label_name_to_description(wordnet_id, detailed=False).split(",")]
        names = [lemmas[0], *(name for name in lemmas[1:] if not _LATIN.match(name)), curated]
        classes.append(ImageNetClass(int(wordnet_id[1:]), tuple(dict.fromkeys(names))))
    return classes


def everyday_membership(nouns: NounDictionary, classes: list[ImageNetClass]) -> NDArray[np.bool_]:
    """Bool [kinds, 1000]: which classes lie below each of EVERYDAY_KINDS in WordNet."""
    ancestors = [nouns.ancestors(nouns.synsets[entry.offset]) for entry in classes]
    members = np.zeros((len(EVERYDAY_KINDS), len(classes)), dtype=bool)
    for row, kind in enumerate(EVERYDAY_KINDS):
        if kind in KIND_BY_NAME:
            members[row] = [entry.names[0] in KIND_BY_NAME[kind] for entry in classes]
            continue
        for meaning in _meanings(nouns, kind):
            members[row] = [meaning.offset in above for above in ancestors]
            if members[row].any():
                break
    return members


def _meanings(nouns: NounDictionary, kind: str) -> list[Synset]:
    """The meanings of a kind that can be seen; WordNet files the broadest ("animal", "person") under its tops."""
    return [synset for synset in nouns.senses(kind) if synset.lexicographer_file in TANGIBLE_FILES | {TOPS_FILE}]


def nouns_in(text: str, nouns: NounDictionary) -> set[str]:
    """Singular forms of a text's nouns of one or two words whose commonest meaning can be seen."""
    words = _WORD.findall(text.lower())
    found = set()
    skip = -1
    for place, word in enumerate(words):
        if place + 1 < len(words):
            pair = nouns.singular(f"{word}_{words[place + 1]}")
            if pair is not None and _visible(nouns, pair):
                found.add(pair.replace("_", " "))
                skip = place + 1
                continue
        if place != skip and word not in _UNSEEN_IN_PICTURES and len(word) > 1:
            singular = nouns.singular(word)
            if singular is not None and singular not in _UNSEEN_IN_PICTURES and _visible(nouns, singular):
                found.add(singular)
    return found


def _visible(nouns: NounDictionary, word: str) -> bool:
    senses = nouns.senses(word)
    return bool(senses) and senses[0].lexicographer_file in TANGIBLE_FILES


def frequent_nouns(noun_sets: Iterable[AbstractSet[str]]) -> list[str]:
    """Nouns said of at least MINIMUM_PICTURES_PER_NOUN pictures, in alphabetical order."""
    counts = Counter(noun for noun_set in noun_sets for noun in noun_set)
    return sorted(noun for noun, count in counts.items() if count >= MINIMUM_PICTURES_PER_NOUN)
