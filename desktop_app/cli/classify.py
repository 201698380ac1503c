"""The command `keepsight classify PHOTO… --labels "dog,cat,vehicle"`."""

from __future__ import annotations

from typing import Any

from desktop_app.base.errors import UserFacingError
from desktop_app.cli.context import Context
from desktop_app.services.classifying import Classified, Labelling


def classify(context: Context) -> None:
    """Score pictures against labels, without a library."""
    options = context.options
    labelling = Labelling(_labels(context), threshold=options.threshold, top=options.top)
    if options.template:
        labelling = Labelling(labelling.labels, _templates(options.template), options.threshold, options.top)
    classifier = context.openers.classifier(model=options.model, device=options.device)
    try:
        answers = list(classifier.classify(options.photos, labelling))
    finally:
        classifier.close()
    context.output.result([_as_json(answer) for answer in answers], [line for a in answers for line in _lines(a)])


def _labels(context: Context) -> tuple[str, ...]:
    options = context.options
    labels = options.labels.split(",")
    if options.labels_file is not None:
        try:
            labels += options.labels_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UserFacingError(f"The file of labels {options.labels_file} cannot be read.") from error
    cleaned = tuple(dict.fromkeys(label.strip() for label in labels if label.strip()))
    if not cleaned:
        raise UserFacingError("There are no labels to look for.", 'Name some: --labels "dog,cat,vehicle".')
    return cleaned


def _templates(given: list[str]) -> tuple[str, ...]:
    for template in given:
        if "{}" not in template:
            raise UserFacingError(f"The template {template!r} has no {{}} for the label.")
    return tuple(given)


def _as_json(answer: Classified) -> dict[str, Any]:
    if answer.error:
        return {"path": str(answer.path), "error": answer.error}
    return {
        "path": str(answer.path),
        "labels": [
            {
                "label": score.label,
                "similarity": round(score.similarity, 4),
                "probability": round(score.probability, 4),
                "present": score.present,
            }
            for score in answer.labels
        ],
    }


def _lines(answer: Classified) -> list[str]:
    if answer.error:
        return [f"{answer.path}: {answer.error}"]
    present = [f"{score.label} {score.probability:.0%}" for score in answer.labels if score.present]
    return [f"{answer.path}: {', '.join(present) or 'none of these labels'}"]
