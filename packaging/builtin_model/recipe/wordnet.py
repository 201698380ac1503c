"""Reads Princeton WordNet 3.0's noun files (Debian package `wordnet-base`): words, synonyms, glosses, hypernyms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WORDNET_FOLDER = Path("/usr/share/wordnet")
"""Where Debian's `wordnet-base` puts the dictionary files."""

TANGIBLE_FILES = frozenset({4, 5, 6, 8, 11, 13, 14, 15, 17, 18, 19, 20, 23, 27, 28})
"""WordNet's lexicographer files (lexnames(5WN)) of what a camera can see: acts, animals, artifacts, bodies, events,
food, groups, locations, natural objects, persons, phenomena, plants, quantities, substances, times."""


@dataclass(frozen=True, slots=True)
class Synset:
    """One meaning: its synonyms (commonest first), its definition and the offsets of its hypernyms."""

    offset: int
    lexicographer_file: int
    words: tuple[str, ...]
    gloss: str
    hypernyms: tuple[int, ...]


class NounDictionary:
    """All noun synsets, by offset and by word."""

    def __init__(self, folder: Path = WORDNET_FOLDER) -> None:
        self.synsets = {synset.offset: synset for synset in _read_synsets(folder / "data.noun")}
        self._senses, self._tagged = _read_senses(folder / "index.noun")
        self._irregular = _read_irregular_plurals(folder / "noun.exc")
        self._narrower: dict[int, list[Synset]] = {}
        for synset in self.synsets.values():
            for broader in synset.hypernyms:
                self._narrower.setdefault(broader, []).append(synset)

    def senses(self, word: str) -> list[Synset]:
        """The meanings of a noun, commonest first; empty when it is not in the dictionary."""
        return [self.synsets[offset] for offset in self._senses.get(word.lower().replace(" ", "_"), ())]

    def singular(self, word: str) -> str | None:
        """The dictionary form of a noun in singular or plural (Morphy's detachment rules), or None if unknown."""
        candidates = [self._irregular.get(word, ""), word]
        for ending, replacement in (("ies", "y"), ("ves", "f"), ("men", "man"), ("es", ""), ("s", "")):
            if word.endswith(ending) and len(word) > len(ending) + 1:
                candidates.append(word[: -len(ending)] + replacement)
        return next((candidate for candidate in candidates if candidate in self._senses), None)

    def is_common(self, word: str) -> bool:
        """Whether the noun occurs in WordNet's sense-tagged texts: everyday words do, Latin names do not."""
        return word.lower().replace(" ", "_") in self._tagged

    def narrower(self, synset: Synset) -> list[Synset]:
        """The meanings right below a meaning."""
        return self._narrower.get(synset.offset, [])

    def ancestors(self, synset: Synset) -> set[int]:
        """Offsets of every hypernym of a meaning, itself included."""
        found: set[int] = set()
        waiting = [synset.offset]
        while waiting:
            offset = waiting.pop()
            if offset not in found:
                found.add(offset)
                waiting.extend(self.synsets[offset].hypernyms)
        return found


def _read_synsets(path: Path) -> list[Synset]:
    with path.open(encoding="latin-1") as lines:
        return [_parse_synset(line) for line in lines if not line.startswith(" ")]


def _parse_synset(line: str) -> Synset:
    """Parse one line of data.noun, as wndb(5WN) describes it."""
    fields_text, _, gloss = line.partition("|")
    fields = fields_text.split()
    word_count = int(fields[3], 16)
    words = tuple(fields[4 + 2 * index].replace("_", " ") for index in range(word_count))
    pointers = fields[4 + 2 * word_count + 1 :]
    hypernyms = tuple(
        int(pointers[index + 1]) for index in range(0, len(pointers) - 3, 4) if pointers[index] in ("@", "@i")
    )
    definition = gloss.split(';  "')[0].split('; "')[0].strip()
    return Synset(int(fields[0]), int(fields[1]), words, definition, hypernyms)


def _read_senses(path: Path) -> tuple[dict[str, tuple[int, ...]], set[str]]:
    senses = {}
    tagged = set()
    with path.open(encoding="latin-1") as lines:
        for line in lines:
            if line.startswith(" "):
                continue
            fields = line.split()
            sense_count = int(fields[2])
            senses[fields[0]] = tuple(int(offset) for offset in fields[-sense_count:])
            if int(fields[-sense_count - 1]) > 0:
                tagged.add(fields[0])
    return senses, tagged


def _read_irregular_plurals(path: Path) -> dict[str, str]:
    with path.open(encoding="latin-1") as lines:
        pairs = (line.split() for line in lines)
        return {fields[0]: fields[1] for fields in pairs if len(fields) >= 2}
