"""What teaching adds to zero-shot tags, and how long one tag takes over a large library: printed, never asserted.

    python tests/benchmarks/bench_tags.py [PHOTOS] [--library DIR] [--draws N]

PHOTOS (default: ../shared/photos) holds sets with labels.tsv; --library keeps the indexed library for the next time. Each
label that enough photos have is taught from 5 of them, drawn at random, and 5 wrong ones, drawn from those that would be
proposed first: people reject what is proposed to them. Both ways are judged by their average precision on all other photos
of sets that use the label.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
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
from desktop_app.ml.evaluation import average_precision  # noqa: E402
from desktop_app.ml.learned_tag import MOST_BYSTANDERS, Examples, learn  # noqa: E402
from desktop_app.services.services import Services  # noqa: E402
from desktop_app.services.tag_scoring import TagScoring  # noqa: E402
from desktop_app.store.embeddings import embeddings_of  # noqa: E402
from desktop_app.store.tags import tag_definition  # noqa: E402
from tests.benchmarks.bench_search import PHOTOS, fill  # noqa: E402
from tests.benchmarks.table import Line, median_ms, print_table  # noqa: E402

Vectors = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

EACH = 5
DRAWS = 20

# Taught from five, at least one is left to find.
FEWEST = EACH + 1

# Wrong photos among which rejected ones are drawn: the screen or two that a person looks through.
PROPOSED = 40

ROUNDS = 9


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


def draw(vectors: Vectors, odds: Vectors, present: Bools, generator: np.random.Generator) -> tuple[float, float]:
    """Average precision on the photos that were not taught from: by the words, and taught."""
    yes = generator.permutation(np.flatnonzero(present))[:EACH]
    wrong = np.flatnonzero(~present)
    no = generator.permutation(wrong[np.argsort(-odds[wrong], kind="stable")][:PROPOSED])[:EACH]
    rest = np.setdiff1d(np.arange(len(present)), np.concatenate([yes, no]))
    others = generator.permutation(rest)[:MOST_BYSTANDERS]
    groups = (yes, no, others)
    tag = learn(Examples(*(vectors[each] for each in groups), *(odds[each] for each in groups))).tag
    taught = tag.log_odds(vectors[rest], odds[rest])
    return average_precision(odds[rest], present[rest]), average_precision(taught, present[rest])


def measure_teaching(library: Library, folder: Path, *, draws: int) -> None:
    """Print what teaching adds, as the mean over labels."""
    photos = read_photos(library, folder)
    lifts, before, after = [], [], []
    for label in sorted({label for found in photos.labels for label in found}):
        known = photos.known(label)
        present = np.array([label in found for found in photos.labels])[known]
        if present.sum() < FEWEST or (~present).sum() < FEWEST:
            continue
        vectors = photos.vectors[known]
        odds = zero_shot_odds(library, label, vectors)
        generator = np.random.default_rng(len(lifts))
        pairs = np.array([draw(vectors, odds, present, generator) for _ in range(draws)])
        before.append(pairs[:, 0].mean())
        after.append(pairs[:, 1].mean())
        lifts.append((after[-1] - before[-1], label))
    lowest = min(lifts)
    print(f"\nTeaching from {EACH} + {EACH} photos: {len(lifts)} labels, {draws} draws each")
    print(f"  average precision by the words alone   {np.mean(before):.3f}")
    print(f"  average precision taught               {np.mean(after):.3f}")
    print(f"  labels that gain                       {sum(lift > 0 for lift, _ in lifts)}")
    print(f"  least gain                             {lowest[0]:+.3f} ({lowest[1]})")


def measure_speed() -> list[Line]:
    """One label over a library of synthetic embeddings."""
    with tempfile.TemporaryDirectory() as name, open_library(Path(name)) as library:
        services: Services = library.services
        model = services.models.active()
        labels = model.tagger.labels()
        fill(library, PHOTOS, labels.vectors.shape[1])
        services.searching._listed = None  # the rows came in by a way that publishes nothing
        scoring = TagScoring(services.models, services.searching)
        definition = TagDefinition(Tag(TagId(0), "our red canoe on the lake", "My tags", looked_for=True))
        began = time.perf_counter()
        scoring.probabilities(definition)
        first = 1000 * (time.perf_counter() - began)
        return [
            Line("first time (reads all vectors)", "ms", first),
            Line(
                "probability of each photo", "ms", median_ms(lambda: scoring.probabilities(definition), rounds=ROUNDS)
            ),
            Line("what would be suggested", "ms", median_ms(lambda: scoring.scores(definition), rounds=ROUNDS)),
        ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What teaching adds to tags, and how fast one tag is scored.")
    parser.add_argument("photos", type=Path, nargs="?", default=CHECKOUT.parent / "shared" / "photos")
    parser.add_argument("--library", type=Path, help="an indexed library, or where to make one")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--no-speed", action="store_true", help="only what teaching adds")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        library = stack.enter_context(open_library(folder))
        root = library.services.organising.add_folder(options.photos)
        library.services.indexing.start([root.root_id]).result()
        measure_teaching(library, options.photos, draws=options.draws)
    if not options.no_speed:
        print_table(f"One tag over {PHOTOS:,} photos with synthetic embeddings", measure_speed())


if __name__ == "__main__":
    main()
