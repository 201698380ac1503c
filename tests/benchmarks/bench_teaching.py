"""What teaching adds to zero-shot tags: printed here, held by tests/services/test_teaching.py.

    python tests/benchmarks/bench_teaching.py [PHOTOS] [--library DIR] [--draws N]

PHOTOS (default: ../shared/photos) holds sets with labels.tsv; --library keeps the indexed library for the next time. Each
label that enough photos have is taught from 5 of them, drawn at random, and 5 wrong ones, drawn from those that would be
proposed first: people reject what is proposed to them. Both ways are judged by their average precision on all other photos
of sets that use the label.

A change counts when it is larger than noise: two standard errors, of the examples' draw and of the photos judged on
together. A label with six photos has one left to judge on after each draw.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

CHECKOUT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(CHECKOUT))

from desktop_app.compose import Library, open_library  # noqa: E402
from desktop_app.domain.tag import Tag, TagDefinition, TagId  # noqa: E402
from desktop_app.domain.tag_truth import parse_tag_truth  # noqa: E402
from desktop_app.ml.calibration import background_of  # noqa: E402
from desktop_app.ml.learned_tag import MOST_BYSTANDERS, Examples, learn  # noqa: E402
from desktop_app.store.embeddings import embeddings_of  # noqa: E402
from desktop_app.store.tags import tag_definition  # noqa: E402

Vectors = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EACH = 5
DRAWS = 20

# Taught from five, at least one is left to find.
FEWEST = EACH + 1

# Wrong photos among which rejected ones are drawn: the screen or two that a person looks through.
PROPOSED = 40


@dataclass(frozen=True)
class Labelled:
    """Photos of the library with known labels."""

    vectors: Vectors
    labels: tuple[frozenset[str], ...]
    sets: tuple[str, ...]

    def known(self, label: str) -> Bools:
        """Photos of sets that use the label at all."""
        using = {each for each, found in zip(self.sets, self.labels, strict=True) if label in found}
        return np.array([each in using for each in self.sets])


def read_photos(library: Library, folder: Path) -> Labelled:
    """The labelled photos below a folder that are in the library."""
    ids, labels, sets = [], [], []
    for table in sorted(folder.glob("*/labels.tsv")):
        for row in parse_tag_truth(table.read_text(encoding="utf-8")).rows:
            photo = library.services.browsing.photo_at(table.parent / row.file)
            if photo is not None:
                ids.append(photo)
                labels.append(frozenset(row.texts))
                sets.append(table.parent.name)
    model = library.services.models.active()
    found, vectors = embeddings_of(library._store.reader, model.model_id, ids)
    place = {int(photo): row for row, photo in enumerate(found.tolist())}
    kept = [row for row, photo in enumerate(ids) if int(photo) in place]
    rows = [place[int(ids[row])] for row in kept]
    return Labelled(vectors[rows], tuple(labels[row] for row in kept), tuple(sets[row] for row in kept))


def zero_shot_odds(library: Library, label: str, vectors: Vectors) -> Vectors:
    """What a label's words alone say of photos."""
    tagger = library.services.models.active().tagger
    tag = library.services.browsing.tag_named(label)
    definition = None if tag is None else tag_definition(library._store.reader, tag.id)
    definition = definition or TagDefinition(Tag(TagId(0), label, "My tags"))
    vector = tagger.vector_of(tagger.prompts_of(definition))
    photos = background_of(vectors, tagger.labels().bank)
    return tagger.odds_of(vector, definition.tag, vectors @ vector, photos)


@dataclass(frozen=True)
class TaughtLabel:
    """What teaching did for one label, over all draws."""

    name: str
    words: Floats
    """Precision at each photo that has the label [draws, photos]; NaN where it was taught from."""
    taught: Floats

    @property
    def before(self) -> float:
        """Average precision by the words alone."""
        return float(np.nanmean(self.words, axis=1).mean())

    @property
    def lift(self) -> float:
        """What teaching adds to it."""
        return float(np.nanmean(self._change, axis=1).mean())

    @property
    def noise(self) -> float:
        """Two standard errors of `lift`."""
        by_draw = np.nanmean(self._change, axis=1)
        judged = ~np.isnan(self._change).all(axis=0)
        by_photo = np.nanmean(self._change[:, judged], axis=0)
        return 2.0 * float(np.sqrt(sum(each.var(ddof=1) / len(each) for each in (by_draw, by_photo))))

    @property
    def _change(self) -> Floats:
        return self.taught - self.words


def precision_at_each(scores: Vectors, present: Bools) -> Floats:
    """Precision down to each photo that has the label, in the photos' order; their mean is the average precision."""
    order = np.lexsort((present, -scores))
    precision = np.cumsum(present[order]) / np.arange(1, len(order) + 1)
    found = np.empty(len(order))
    found[order] = precision
    return found[present]


def draw(vectors: Vectors, odds: Vectors, present: Bools, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Precision at each photo that has the label, by the words, and taught; NaN at those that were taught from."""
    yes = generator.permutation(np.flatnonzero(present))[:EACH]
    wrong = np.flatnonzero(~present)
    no = generator.permutation(wrong[np.argsort(-odds[wrong], kind="stable")][:PROPOSED])[:EACH]
    rest = np.setdiff1d(np.arange(len(present)), np.concatenate([yes, no]))
    groups = (yes, no, generator.permutation(rest)[:MOST_BYSTANDERS])
    tag = learn(Examples(*(vectors[each] for each in groups), *(odds[each] for each in groups))).tag
    judged = np.isin(np.flatnonzero(present), rest)
    found = []
    for scores in (odds[rest], tag.log_odds(vectors[rest], odds[rest])):
        precision = np.full(len(judged), np.nan)
        precision[judged] = precision_at_each(scores, present[rest])
        found.append(precision)
    return found[0], found[1]


def teach_labels(library: Library, folder: Path, *, draws: int) -> list[TaughtLabel]:
    """Every label that enough photos have, taught so many times."""
    photos = read_photos(library, folder)
    found: list[TaughtLabel] = []
    for label in sorted({label for labels in photos.labels for label in labels}):
        known = photos.known(label)
        present = np.array([label in labels for labels in photos.labels])[known]
        if present.sum() < FEWEST or (~present).sum() < FEWEST:
            continue
        vectors = photos.vectors[known]
        odds = zero_shot_odds(library, label, vectors)
        generator = np.random.default_rng(len(found))
        words, taught = zip(*(draw(vectors, odds, present, generator) for _ in range(draws)), strict=True)
        found.append(TaughtLabel(label, np.stack(words), np.stack(taught)))
    return found


def print_teaching(found: list[TaughtLabel], *, draws: int) -> None:
    """What teaching adds, as the mean over labels, and label by label."""
    lowest = min(found, key=lambda each: each.lift)
    print(f"\nTeaching from {EACH} + {EACH} photos: {len(found)} labels, {draws} draws each")
    print(f"  average precision by the words alone   {np.mean([each.before for each in found]):.3f}")
    print(f"  average precision taught               {np.mean([each.before + each.lift for each in found]):.3f}")
    print(f"  labels that gain                       {sum(each.lift > 0 for each in found)}")
    print(f"  higher by more than noise              {sum(each.lift > each.noise for each in found)}")
    print(f"  lower by more than noise               {sum(each.lift < -each.noise for each in found)}")
    print(f"  least gain                             {lowest.lift:+.3f}, noise {lowest.noise:.3f} ({lowest.name})")
    for each in found:
        print(
            f"    {each.name:16s} {each.words.shape[1]:3d} photos  {each.before:.3f} {each.lift:+.3f}  noise {each.noise:.3f}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What teaching adds to tags.")
    parser.add_argument("photos", type=Path, nargs="?", default=CHECKOUT.parent / "shared" / "photos")
    parser.add_argument("--library", type=Path, help="an indexed library, or where to make one")
    parser.add_argument("--draws", type=int, default=DRAWS)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        library = stack.enter_context(open_library(folder))
        root = library.services.organising.add_folder(options.photos)
        library.services.indexing.start([root.root_id]).result()
        print_teaching(teach_labels(library, options.photos, draws=options.draws), draws=options.draws)


if __name__ == "__main__":
    main()
