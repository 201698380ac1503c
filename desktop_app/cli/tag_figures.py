"""keepsight tags evaluate|quality|teach|similar|choose"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.domain.tag_choice import parse_tag_choice
from desktop_app.domain.tag_quality import ChosenTags, ModelQuality, TagEvaluation

EPILOG = """the truth is a table, UTF-8, comma- or tab-separated: a photo's file (relative to the table's folder), then its labels, joined
by commas or semicolons, or one a line. Several tables are measured together; a table says nothing of labels that only others use.
The photos must be in the library. Labels that are tags are asked for as those tags, others by their words.
  calibrated:        what the library would suggest or accept, at its automatic thresholds
  single threshold:  the one cosine similarity for all labels that is best for exactly these photos
  top 3:             the three most similar labels of every photo"""


def evaluate(context: Context) -> None:
    """Measure the library's tags against labelled photos."""
    options = context.options
    with context.open() as library:
        found, photos = library.services.tag_evaluating.evaluate(options.truth, held_out_only=options.held_out)
    context.output.result(_evaluation_json(found, len(photos.missing)), _evaluation_lines(found))
    if photos.missing:
        context.output.note(f"Left out {len(photos.missing)} photos that are not in the library.")


def quality(context: Context) -> None:
    """The machine's tags against the person's own decisions."""
    with context.open() as library:
        qualities = library.services.tag_qualities
        models = [
            qualities.of_active(),
            *([qualities.of_model(context.options.beside)] if context.options.beside else []),
        ]
    context.output.result(
        [_quality_json(each) for each in models], [line for each in models for line in _quality_lines(each)]
    )


def teach(context: Context) -> None:
    """Learn a tag from the photos that it was accepted and rejected for."""
    with context.open() as library:
        if context.options.forget:
            library.services.teaching.forget(context.options.tag)
            context.output.result(
                {"tag": context.options.tag, "taught": False}, [f"“{context.options.tag}” goes by its words again."]
            )
            return
        taught = library.services.teaching.teach(context.options.tag)
    value = {
        "tag": taught.tag.name,
        "taught": True,
        "accepted": taught.accepted,
        "rejected": taught.rejected,
        "precision": _rounded(taught.precision),
        "recall": _rounded(taught.recall),
        "found": taught.found,
        "changed": len(taught.changes.retagged),
    }
    lines = [
        f"Learned “{taught.tag.name}” from {taught.accepted} accepted and {taught.rejected} rejected photos.",
        f"Cross-validated: precision {_percent(taught.precision)}, recall {_percent(taught.recall)}.",
        f"It is suggested or accepted for {taught.found:,} photos now.",
    ]
    context.output.result(value, lines)


def similar(context: Context) -> None:
    """Propose photos for a tag, best first. Nothing is tagged."""
    with context.open() as library:
        services = library.services
        proposals = services.teaching.more_like_these(context.options.tag, limit=context.options.limit)
        paths = [services.browsing.path_of(proposal.photo_id) for proposal in proposals]
    rows = [
        {"path": str(path), "probability": round(proposal.probability, 4)}
        for path, proposal in zip(paths, proposals, strict=True)
        if path is not None
    ]
    context.output.result(rows, [f"{row['probability']:>5.0%}  {row['path']}" for row in rows] or ["No photos."])


def choose(context: Context) -> None:
    """Say how machine tags are chosen, or change it; photos follow at the next indexing run."""
    text = context.options.choice
    with context.open() as library:
        if text:
            try:
                choice = parse_tag_choice(text)
            except ValueError as error:
                raise UserFacingError(f"{error}.") from error
            library.services.tag_choosing.choose(choice)
            library.services.indexing.start([]).result()
        chosen = str(library.services.tag_choosing.choice())
    context.output.result({"choice": chosen}, [f"Tags are chosen: {chosen}."])


def _evaluation_json(found: TagEvaluation, missing: int) -> dict[str, Any]:
    return {
        "model": found.model,
        "photos": found.photos,
        "photos_missing": missing,
        "labels": found.labels,
        "mean_average_precision": _rounded(found.mean_average_precision),
        "calibrated": _rounded_all(found.calibrated),
        "single_threshold": _rounded_all(found.single_threshold),
        "top_3": _rounded_all(found.top_3),
        "expected_calibration_error": _rounded(found.expected_calibration_error),
        "expected_calibration_error_of_suggested": _rounded(found.suggested_calibration_error),
        "reliability": [{name: round(value, 4) for name, value in asdict(each).items()} for each in found.reliability],
    }


def _evaluation_lines(found: TagEvaluation) -> list[str]:
    lines = [
        f"{found.model} on {found.photos:,} photos and {found.labels:,} labels:",
        f"  mean average precision        {found.mean_average_precision:.3f}",
        f"  expected calibration error    {found.expected_calibration_error:.4f}",
        f"    of suggested tags alone     {found.suggested_calibration_error:.3f}",
        "                              precision  recall  micro F1  macro F1",
    ]
    ways = (("calibrated", found.calibrated), ("single threshold", found.single_threshold), ("top 3", found.top_3))
    return lines + [
        f"  {name:<27} {way.precision:>9.3f} {way.recall:>7.3f} {way.micro_f1:>9.3f} {way.macro_f1:>9.3f}"
        for name, way in ways
    ]


def _quality_json(found: ModelQuality) -> dict[str, Any]:
    return {
        "model": found.model,
        "precision": _rounded(found.precision),
        "recall": _rounded(found.recall),
        "expected_calibration_error": _rounded(found.expected_calibration_error),
        "tags": [
            {
                "tag": each.tag.name,
                "accepted": each.accepted,
                "rejected": each.rejected,
                "precision": _rounded(each.precision),
                "recall": _rounded(each.recall),
                "taught": each.taught,
            }
            for each in found.tags
        ],
    }


def _quality_lines(found: ModelQuality) -> list[str]:
    if not found.tags:
        return [f"{found.model}: nothing was accepted or rejected yet."]
    head = (
        f"{found.model}: precision {_percent(found.precision)}, recall {_percent(found.recall)} against your decisions"
    )
    return [head, "accepted rejected precision recall  tag"] + [
        f"{each.accepted:>8} {each.rejected:>8} {_percent(each.precision):>9} {_percent(each.recall):>6}  {each.tag.name}"
        f"{' (taught)' if each.taught else ''}"
        for each in found.tags
    ]


def _rounded_all(way: ChosenTags) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(way).items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0%}"
