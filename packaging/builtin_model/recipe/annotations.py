"""What is said of each training picture: its captions or label phrases, and the nouns in them."""

from __future__ import annotations

from dataclasses import dataclass

from recipe.labels import label_phrases
from recipe.pictures import PictureRow
from recipe.statements import clean_caption, clean_statement
from recipe.vocabulary import EVERYDAY_KINDS, nouns_in
from recipe.wordnet import NounDictionary

HUMAN_CAPTIONED = frozenset({"flickr8k_part", "coco_mini"})
CAPTIONED = HUMAN_CAPTIONED | {"visual7w"}


@dataclass(frozen=True, slots=True)
class Annotation:
    """The texts of one picture; `nouns` of a captioned picture also hold what only its questions mention."""

    captioned: bool
    texts: tuple[str, ...]
    nouns: frozenset[str]


def annotate(row: PictureRow, nouns: NounDictionary) -> Annotation:
    """Clean and expand the texts of one row."""
    if row.set_name in CAPTIONED:
        return _annotate_captioned(row, nouns)
    phrases = tuple(phrase for text in row.texts for phrase in label_phrases(row.set_name, text))
    said = set(phrases) | {noun for phrase in phrases for noun in nouns_in(phrase, nouns)}
    for phrase in phrases:
        said |= _everyday_kinds_above(phrase, nouns)
    return Annotation(False, phrases, frozenset(said))


def _annotate_captioned(row: PictureRow, nouns: NounDictionary) -> Annotation:
    clean = clean_caption if row.set_name in HUMAN_CAPTIONED else clean_statement
    texts = tuple(dict.fromkeys(text for text in map(clean, row.texts) if text))
    if row.set_name not in HUMAN_CAPTIONED and len(texts) > 1:
        texts += (", ".join(texts[:3]),)
    said = frozenset(noun for text in row.texts for noun in nouns_in(text, nouns))
    return Annotation(True, texts, said)


def _everyday_kinds_above(phrase: str, nouns: NounDictionary) -> set[str]:
    head = phrase if nouns.senses(phrase) else phrase.rsplit(" ", maxsplit=1)[-1]
    senses = nouns.senses(head)
    if not senses:
        return set()
    words = {word for offset in nouns.ancestors(senses[0]) for word in nouns.synsets[offset].words}
    return words & set(EVERYDAY_KINDS)
