"""keepsight models evaluate NAME --photos FOLDER --truth FILE.tsv"""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm

from desktop_app.cli.context import Context
from desktop_app.domain.model_figures import FIGURE_TITLES
from desktop_app.services.evaluating import EvaluationReport, read_task

EPILOG = """the truth is a table, one photo a line, tab-separated: the first column is the file (relative to FOLDER), the last one
its labels joined by ", " or its captions joined by " ||| ". A header line is allowed.
  labels:   zero-shot top-1 and top-5 over the classes, and multi-label mean average precision
  captions: recall@1, 5 and 10, from text to image and from image to text"""


def evaluate(context: Context) -> None:
    """Measure how well a model understands photos with known labels or captions."""
    options = context.options
    task = read_task(
        options.photos, options.truth, classes=options.classes, captions=True if options.captions else None
    )
    with context.open() as library:
        library.services.models.entry(options.name)
        shown = sys.stderr.isatty() and not context.output.as_json
        with tqdm(total=len(task.truth.rows), unit="photo", disable=not shown, leave=False) as bar:
            report = library.services.evaluating.evaluate(
                options.name, task, progress=lambda done, _total: bar.update(done - bar.n)
            )
    context.output.result(_as_json(report), _table(report))
    for path, reason in report.unreadable:
        context.output.note(f"Left out {path}: {reason}")


def _as_json(report: EvaluationReport) -> dict[str, Any]:
    return {
        "model": report.model,
        "truth": report.evaluation.truth,
        "photos": report.evaluation.photos,
        "classes": report.classes,
        "captions": report.texts,
        "figures": {name: round(value, 4) for name, value in report.evaluation.figures},
        "unreadable": [{"path": str(path), "reason": reason} for path, reason in report.unreadable],
        "seconds": round(report.seconds, 2),
    }


def _table(report: EvaluationReport) -> list[str]:
    against = f"{report.texts:,} captions" if report.texts else f"{report.classes:,} labels"
    lines = [f"{report.model} on {report.evaluation.photos:,} photos and {against} ({report.evaluation.truth}):"]
    rows = [(FIGURE_TITLES.get(name, name), value) for name, value in report.evaluation.figures]
    width = max(len(title) for title, _ in rows)
    return lines + [f"  {title:<{width}}  {value:.3f}" for title, value in rows]
