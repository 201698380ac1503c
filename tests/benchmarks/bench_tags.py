"""Milliseconds for what a person does to tags in a large library: a new label scored, thousands of photos tagged, undone.

python -m tests.benchmarks.bench_tags
"""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path

from desktop_app.compose import open_library
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDraft
from tests.benchmarks.bench_search import fill
from tests.benchmarks.table import Line, median_ms, print_table

PHOTOS = 100_000
TAGGED = 10_000
ROUNDS = 5


def measure(count: int = PHOTOS, tagged: int = TAGGED) -> list[Line]:
    """All figures of this benchmark."""
    with tempfile.TemporaryDirectory() as name, open_library(Path(name)) as library:
        services = library.services
        model = services.models.active()
        began = time.perf_counter()
        labels = model.tagger.labels()
        first = (time.perf_counter() - began) * 1000
        fill(library, count, labels.vectors.shape[1])
        services.searching._listed = None  # the rows came in by a way that publishes nothing
        photos = [PhotoId(number) for number in range(1, count + 1)][:tagged]
        editing, tagging = services.tag_editing, services.tagging
        dog = editing.definition("dog").tag
        editing.preview_threshold(dog.id, 0.5)  # loads the vectors
        numbers = itertools.count()

        def preview() -> object:
            return editing.preview_threshold(dog.id, 0.3 + next(numbers) % 5 / 10)

        def define() -> object:
            return editing.define(TagDraft(f"our canoe number {next(numbers)}"))

        def tag() -> object:
            return tagging.add(f"tag {next(numbers)}", photos)

        return [
            Line(f"the {len(labels.tags):,} tags of the vocabulary embedded, once", "ms", first),
            Line(f"one tag's threshold previewed over {count:,} photos", "ms", median_ms(preview, rounds=ROUNDS)),
            Line(f"one new label embedded, scored for {count:,}, stored", "ms", median_ms(define, rounds=ROUNDS)),
            Line(f"{tagged:,} photos tagged at once", "ms", median_ms(tag, rounds=ROUNDS)),
            Line("taken back", "ms", median_ms(editing.undo, rounds=ROUNDS - 2)),
            Line("done again", "ms", median_ms(editing.redo, rounds=ROUNDS - 2)),
            Line(
                "the tags of that many photos counted",
                "ms",
                median_ms(lambda: services.browsing.tag_uses(photos), rounds=ROUNDS),
            ),
        ]


if __name__ == "__main__":
    print_table(f"Tags in a library of {PHOTOS:,} photos", measure())
