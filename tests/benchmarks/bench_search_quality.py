"""How good the lists are that searches give: printed, never asserted.

    python tests/benchmarks/bench_search_quality.py [PHOTOS] [--library DIR] [--details]

PHOTOS (default: ../shared/photos) holds sets with labels.tsv. Each label is asked for as a question, by meaning alone: the
files are named after what they show, so what is written counts for nothing here. Photos of a set that does not use a label
are left out of that label's figures: nobody said whether they show it. The fixed threshold is the best one for the half of
the labels that the program's own calibration was fitted on; both are judged on the other half.
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
sys.path[:0] = [str(CHECKOUT), str(CHECKOUT / "packaging")]

from desktop_app.compose import open_library  # noqa: E402
from desktop_app.domain.question import EndedBy, Question  # noqa: E402
from desktop_app.ml.evaluation import average_precision  # noqa: E402
from desktop_app.services.services import Services  # noqa: E402
from fit_search import is_for_fitting, known_truth, read_labels  # noqa: E402
from tests.benchmarks.search_queries import ABSENT, NONSENSE, PRESENT  # noqa: E402

THRESHOLDS = np.linspace(0.05, 0.95, 181)


@dataclass(frozen=True)
class Asked:
    """One label: what is true, what was scored, what was listed; arrays over the photos whose truth is known."""

    label: str
    present: npt.NDArray[np.bool_]
    cosine: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int64]
    listed: npt.NDArray[np.bool_]


def ask_all(services: Services, folder: Path) -> list[Asked]:
    """Ask for each label."""
    labels = read_labels(folder)
    photos = sorted(labels)
    found_ids = [services.browsing.photo_at(photo) for photo in photos]
    photos = [photo for photo, photo_id in zip(photos, found_ids, strict=True) if photo_id is not None]
    ids = [photo_id for photo_id in found_ids if photo_id is not None]
    place = {int(photo_id): row for row, photo_id in enumerate(ids)}
    asked = []
    for label in sorted({label for found in labels.values() for label in found}):
        everything = services.asking.ask(Question(label, words_weight=0.0, everything=True)).result
        ended = services.asking.ask(Question(label, words_weight=0.0)).result
        cosine, rank, listed = np.zeros(len(ids), np.float32), np.full(len(ids), 10**6), np.zeros(len(ids), bool)
        for position, photo_id in enumerate(everything.photo_ids.tolist()):
            if photo_id in place:
                cosine[place[photo_id]], rank[place[photo_id]] = everything.scores[position], position
        listed[[place[photo_id] for photo_id in ended.photo_ids.tolist() if photo_id in place]] = True
        known = known_truth(photos, labels, label)
        present = np.array([label in labels[photo] for photo in photos])
        asked.append(Asked(label, present[known], cosine[known], rank[known], listed[known]))
    return asked


def scores_of(present: npt.NDArray[np.bool_], listed: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Precision, recall and F1 of one list; an empty one has none of them."""
    hits = int((present & listed).sum())
    if not hits:
        return 0.0, 0.0, 0.0
    precision, recall = hits / int(listed.sum()), hits / int(present.sum())
    return precision, recall, 2 * precision * recall / (precision + recall)


def mean_scores(asked: list[Asked], threshold: float | None) -> tuple[float, float, float]:
    """Means over labels, of lists cut at a cosine, or as they ended."""
    rows = [scores_of(one.present, one.listed if threshold is None else one.cosine >= threshold) for one in asked]
    precision, recall, f1 = np.mean(rows, axis=0)
    return float(precision), float(recall), float(f1)


def pooled_f1(asked: list[Asked], threshold: float | None) -> float:
    """F1 over all photos of all labels together: common things count more."""
    present = np.concatenate([one.present for one in asked])
    listed = np.concatenate([one.listed if threshold is None else one.cosine >= threshold for one in asked])
    return scores_of(present, listed)[2]


def print_labels(asked: list[Asked]) -> None:
    """Both ways of ending a list, on labels kept out of any fitting."""
    fitting = [one for one in asked if is_for_fitting(one.label)]
    judging = [one for one in asked if not is_for_fitting(one.label)]
    mean_ap = np.mean([average_precision(-one.rank, one.present) for one in asked])
    by_cosine = np.mean([average_precision(one.cosine, one.present) for one in asked])
    print(f"{len(asked)} labels: mean average precision {mean_ap:.3f} (by bare cosine {by_cosine:.3f})")
    threshold = max(THRESHOLDS, key=lambda value: mean_scores(fitting, value)[2])
    common = [one for one in judging if one.present.sum() >= 3]
    print(f"On the {len(judging)} labels kept out of fitting:      precision  recall     F1")
    fixed, ours = mean_scores(judging, threshold), mean_scores(judging, None)
    for name, row in ((f"best fixed cosine, {threshold:.3f}", fixed), ("the list as it ends", ours)):
        print(f"  {name:<41}  {row[0]:>9.3f}  {row[1]:>6.3f}  {row[2]:>5.3f}")
    print(f"  ours / fixed: {ours[2] / fixed[2]:.2f} (mean of labels)", end="")
    pooled_threshold = max(THRESHOLDS, key=lambda value: pooled_f1(fitting, value))
    pooled = pooled_f1(judging, pooled_threshold), pooled_f1(judging, None)
    print(f"; {pooled[1] / pooled[0]:.2f} (all photos pooled: {pooled[0]:.3f} and {pooled[1]:.3f})")
    print(
        f"  of them {len(common)} with 3 photos or more: {mean_scores(common, threshold)[2]:.3f} fixed, {mean_scores(common, None)[2]:.3f} ours"
    )
    best_possible = np.mean([best_f1(one) for one in judging])
    print(f"  highest F1 that any cut of this ranking could reach: {best_possible:.3f}")


def best_f1(one: Asked) -> float:
    """The F1 of the best cut of a label's ranking, chosen by somebody who knows the answer."""
    hits = np.cumsum(one.present[np.argsort(one.rank)])
    return float((2 * hits / (np.arange(1, len(hits) + 1) + one.present.sum())).max())


def print_absent(services: Services, *, details: bool) -> None:
    """Of what is not there, how often nothing is listed; of what is, how often something is."""
    for name, texts, wanted in (("nonsense", NONSENSE, True), ("absent", ABSENT, True), ("present", PRESENT, False)):
        answers = {text: services.asking.ask(Question(text, words_weight=0.0)) for text in texts}
        nothing = {text for text, answer in answers.items() if answer.ended_by is EndedBy.NOTHING_MATCHES}
        right = len(nothing) if wanted else len(texts) - len(nothing)
        print(f"{name:<9} {right} of {len(texts)} {'say that nothing here matches' if wanted else 'list something'}")
        wrong = sorted(set(texts) - nothing if wanted else nothing)
        if details and wrong:
            print(f"          wrong: {', '.join(wrong)}")


def main() -> None:
    """Index the photos and ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, nargs="?", default=CHECKOUT.parent / "shared" / "photos")
    parser.add_argument("--library", type=Path, help="where to keep the library, to run again faster")
    parser.add_argument("--details", action="store_true", help="name what went wrong")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        services = stack.enter_context(open_library(folder, device="cpu")).services
        services.organising.add_folder(options.photos.resolve())
        services.indexing.start().result()
        print_labels(ask_all(services, options.photos.resolve()))
        print_absent(services, details=options.details)


if __name__ == "__main__":
    main()
