"""Fit how a model's similarities become probabilities, for searches and for tags, and write it into the model's folder.

    python packaging/fit_search.py resources/models/keepsight-mini ../shared/photos

Run it whenever the model's weights change: nothing else is fitted to them by hand. Each library fits the rest to its own
photos by itself. The photos' folder holds sets (folders with photos and labels.tsv: file, then
labels separated by commas). Half of the labels, chosen by their names alone, are never looked at: benchmarks judge on them.
"""

from __future__ import annotations

import argparse
import json
import random
import string
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from desktop_app.base.paths import resource_path
from desktop_app.domain.model import CatalogueEntry, ModelOrigin
from desktop_app.domain.tag_truth import is_held_out
from desktop_app.domain.vocabulary import Vocabulary, parse_vocabulary
from desktop_app.imaging.decode import decode_pixels
from desktop_app.ml.calibration import Background, background_of
from desktop_app.ml.devices import Device
from desktop_app.ml.embedder import Embedder, load_embedder
from desktop_app.ml.match_fitting import LabelledQuery, fit_matching, fit_presence
from desktop_app.ml.presence import Words, common_words, commonness, familiarity
from desktop_app.ml.prompts import LABEL_TEMPLATES, QUERY_TEMPLATES, ensemble_mean, fill_templates
from desktop_app.ml.tag_calibration_fitting import fit_tag_calibration

Vectors = npt.NDArray[np.float32]

# Things that are nowhere in the photos teach where a list must not begin; so many of each kind.
ABSENT_CLASSES = 200
# Sizes of the small libraries that are cut out of the photos.
PART_SIZES = (25,) * 6 + (50,) * 3 + (100,) * 2
NONSENSE = 120
# Some tens of megabytes of memory for a small text tower.
SENTENCES_AT_ONCE = 256
# An absent thing says "no" of every photo: without this they would outweigh the labels.
ABSENT_WEIGHT = 0.02
_SYLLABLE = (
    ("b", "bl", "d", "dr", "f", "fl", "g", "gr", "j", "k", "kl", "m", "n", "p", "qu", "r", "s", "sk", "sn", "t", "tr", "v", "w", "z"),
    ("a", "e", "i", "o", "u", "oo", "ee"),
    ("", "", "b", "ck", "ft", "g", "l", "m", "n", "p", "rk", "s", "t", "x", "zz"),
)  # fmt: skip
"""Beginnings, middles and ends of syllables."""
# A vocabulary has tags that are nowhere in a library. There are as many absent classes as labels, but tags that occur are
# what a person sees: the absent ones only keep the tails honest.
TAG_ABSENT_WEIGHT = 0.15


def is_for_fitting(label: str) -> bool:
    """Half of all labels, by a checksum of the name."""
    return not is_held_out(label)


def read_labels(folder: Path) -> dict[Path, frozenset[str]]:
    """The labels of every photo of the sets below a folder."""
    labels: dict[Path, frozenset[str]] = {}
    for table in sorted(folder.glob("*/labels.tsv")):
        for line in table.read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition("\t")
            labels[table.parent / name] = frozenset(part.strip() for part in text.split(",") if part.strip())
    return labels


def known_truth(photos: list[Path], labels: dict[Path, frozenset[str]], label: str) -> npt.NDArray[np.bool_]:
    """Of which photos it is known whether they show a thing: those of the sets that use the label."""
    sets = {photo.parent for photo in photos if label in labels[photo]}
    return np.array([photo.parent in sets for photo in photos])


@dataclass(frozen=True, slots=True)
class LabelledPhotos:
    """Photos, what they show, and what the model makes of them."""

    photos: list[Path]
    labels: dict[Path, frozenset[str]]
    classes: list[str]
    """Names of things, most of which are on no photo."""
    vectors: Vectors
    """[N, D]."""
    bank: Vectors
    """Of the background captions, [B, D]."""
    background: Background

    @classmethod
    def seen_by(cls, embedder: Embedder, folder: Path) -> LabelledPhotos:
        """Embed the photos of a folder's sets."""
        labels = read_labels(folder)
        photos = sorted(labels)
        vectors = np.concatenate([
            embedder.embed_images(np.stack([decode_pixels(photo, embedder.spec) for photo in photos[start : start + 16]]))
            for start in range(0, len(photos), 16)
        ])  # fmt: skip
        bank = embedder.embed_texts(background_captions())
        return cls(photos, labels, _classes(folder), vectors, bank, background_of(vectors, bank))

    def present(self) -> list[str]:
        """The labels to fit to."""
        return sorted(label for label in self._used() if is_for_fitting(label))

    def absent(self) -> list[str]:
        """The classes to fit to that no label names."""
        used = self._used()
        return sorted(name for name in self.classes if name not in used and is_for_fitting(name))

    def showing(self, label: str) -> npt.NDArray[np.bool_]:
        """Which photos have a label."""
        return np.array([label in self.labels[photo] for photo in self.photos])

    def known(self, label: str) -> npt.NDArray[np.bool_]:
        """Of which photos it is known whether they show it."""
        return known_truth(self.photos, self.labels, label)

    def _used(self) -> set[str]:
        return {label for found in self.labels.values() for label in found}


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked, as people type it: half with an article, half without."""

    present: list[str]
    absent: list[str]
    """Classes that no label names; they may yet be seen somewhere, or nearly (another terrier)."""
    sure: list[str]
    """Nonsense, and things that are certainly on no photo."""

    @classmethod
    def about(cls, seen: LabelledPhotos) -> Questions:
        """Questions for labelled photos, the same at every run."""
        generator = random.Random(4)
        absent = generator.sample(seen.absent(), ABSENT_CLASSES)
        sure = [_nonsense(generator) for _ in range(NONSENSE)]
        return cls(seen.present(), absent, sure + read_lines(Path(__file__).with_name("absent_things.txt")))

    def texts(self) -> list[str]:
        """All of them, in this order."""
        asked = [label if position % 2 else f"a {label}" for position, label in enumerate(self.present)]
        return [
            *asked,
            *(f"a {name}" if position % 2 else name for position, name in enumerate(self.absent)),
            *self.sure,
        ]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("photos", type=Path)
    options = parser.parse_args()
    entry = CatalogueEntry("fitted", "Fitted", ModelOrigin.FILE, f"local-dir:{options.model.resolve()}")
    embedder = load_embedder(entry, device=Device("cpu"))
    seen = LabelledPhotos.seen_by(embedder, options.photos)
    found = {**_search_facts(embedder, seen), "tags": _tag_facts(embedder, seen)}
    facts_file = options.model / "keepsight.json"
    facts = json.loads(facts_file.read_text(encoding="utf-8")) | found
    facts_file.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    for name, fitted in found.items():
        print(f"{name}: {json.dumps(fitted)}")


def _search_facts(embedder: Embedder, seen: LabelledPhotos) -> dict[str, dict[str, float]]:
    """Where lists end, and whether anything matches at all."""
    questions = Questions.about(seen)
    texts = questions.texts()
    embedded = embed_queries(embedder, texts)
    queries = _queries(seen, questions, seen.vectors @ embedded.T)
    libraries = _libraries(len(seen.photos))
    matching = fit_matching(queries, seen.background, libraries=libraries)
    known = (_ensembles(embedder, [tag.prompts for tag in _vocabulary().tags]), seen.bank)
    common = common_words(background_captions())
    words = [
        Words(familiarity(vector, known), commonness(text, common))
        for text, vector in zip(texts, embedded, strict=True)
    ]
    presence = fit_presence(queries, seen.background, words=words, libraries=libraries)
    return {"matching": asdict(matching), "presence": asdict(presence)}


def _queries(seen: LabelledPhotos, questions: Questions, similarities: Vectors) -> list[LabelledQuery]:
    """What to fit to, from the similarities [N, Q] of photos to questions."""
    nothing, everywhere = np.zeros(len(seen.photos), bool), np.ones(len(seen.photos), bool)
    columns = iter(similarities.T)
    present = [LabelledQuery(next(columns), seen.showing(label), seen.known(label)) for label in questions.present]
    # What may yet be seen somewhere sets no bar.
    absent = [
        LabelledQuery(next(columns), nothing, everywhere, ABSENT_WEIGHT, sets_bar=False) for _ in questions.absent
    ]
    return present + absent + [LabelledQuery(column, nothing, everywhere, ABSENT_WEIGHT) for column in columns]


def _tag_facts(embedder: Embedder, seen: LabelledPhotos) -> dict[str, float]:
    """The calibration of tags: labels for fitting, and as many classes that are on no photo."""
    present, others = seen.present(), seen.absent()
    absent = random.Random(4).sample(others, min(len(present), len(others)))
    prompts = {tag.name: tag.prompts for tag in _vocabulary().tags}
    texts = [prompts.get(name, fill_templates(name, LABEL_TEMPLATES)) for name in (*present, *absent)]
    similarities = seen.vectors @ _ensembles(embedder, texts).T
    true = np.stack([seen.showing(label) for label in (*present, *absent)], axis=1)
    known = np.stack([seen.known(label) for label in present], axis=1)
    everywhere = np.ones((len(seen.photos), len(absent)), bool)
    weights = np.repeat([1.0, TAG_ABSENT_WEIGHT], [len(present), len(absent)])
    fitted = fit_tag_calibration(
        similarities, seen.background, present=true, known=np.hstack([known, everywhere]), weights=weights
    )
    return asdict(fitted)


def _vocabulary() -> Vocabulary:
    return parse_vocabulary(resource_path("vocabularies", "everyday.json").read_text(encoding="utf-8"))


def background_captions() -> list[str]:
    """The program's fixed bank."""
    return read_lines(resource_path("vocabularies", "background_captions.txt"))


def read_lines(file: Path) -> list[str]:
    """The lines of a text that are neither empty nor remarks."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _classes(folder: Path) -> list[str]:
    return [line.strip() for file in sorted(folder.glob("*/classes.txt")) for line in file.read_text().splitlines()]


def _libraries(photos: int) -> list[npt.NDArray[np.int64]]:
    """All photos, and random parts of them: in a small library the best photo stands less high above the others."""
    generator = np.random.default_rng(4)
    parts = [np.sort(generator.choice(photos, size, replace=False)) for size in PART_SIZES if size < photos]
    return [np.arange(photos), *parts]


def _nonsense(generator: random.Random) -> str:
    """One to three words that no language has: letters at random, or as often syllables that can be spoken, which a text
    tower reads as if they were a name.
    """
    spoken = generator.random() < 0.5
    return " ".join(_spoken(generator) if spoken else _letters(generator) for _ in range(generator.randint(1, 3)))


def _letters(generator: random.Random) -> str:
    return "".join(generator.choices(string.ascii_lowercase, k=generator.randint(3, 9)))


def _spoken(generator: random.Random) -> str:
    syllables = ("".join(generator.choice(part) for part in _SYLLABLE) for _ in range(generator.randint(1, 3)))
    return "".join(syllables)


def embed_queries(embedder: Embedder, texts: list[str]) -> Vectors:
    """Unit vectors [n, D] of texts, by the prompt ensemble that searches use."""
    return _ensembles(embedder, [fill_templates(text, QUERY_TEMPLATES) for text in texts])


def _ensembles(embedder: Embedder, prompt_sets: Sequence[Sequence[str]]) -> Vectors:
    """One unit vector [n, D] for each set of prompts."""
    sentences = [sentence for prompts in prompt_sets for sentence in prompts]
    vectors = np.concatenate([
        embedder.embed_texts(sentences[start : start + SENTENCES_AT_ONCE])
        for start in range(0, len(sentences), SENTENCES_AT_ONCE)
    ])  # fmt: skip
    ends = np.cumsum([len(prompts) for prompts in prompt_sets])
    return np.stack([ensemble_mean(part) for part in np.split(vectors, ends[:-1])])


if __name__ == "__main__":
    main()
