"""What was measured of models on this machine, kept beside them in the models folder for all libraries."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop_app.domain.model import CatalogueEntry
from desktop_app.domain.model_figures import Evaluation, ModelFigures
from desktop_app.ml.model_facts import model_facts

_log = logging.getLogger(__name__)

_FILE = "figures.json"


class FiguresFile:
    """Reads and writes `figures.json`. Figures can always be measured again: a damaged file counts as an empty one."""

    def __init__(self, models_folder: Path) -> None:
        self._path = models_folder / _FILE
        self._lock = threading.Lock()

    def of(self, entry: CatalogueEntry) -> ModelFigures:
        """What is known of a model: what its own card states, then what was measured here."""
        measured = _from_json(self._read().get(entry.name, {}))
        stated = tuple(
            replace(_evaluation(row), stated=True) for row in model_facts(entry).get("evaluations", ()) if _is_row(row)
        )
        return replace(measured, evaluations=stated + measured.evaluations)

    def put_speed(self, name: str, *, images_per_second: float, device: str) -> None:
        """Keep how fast a model was."""
        with self._lock:
            kept = self._read()
            kept.setdefault(name, {}).update(images_per_second=round(images_per_second, 2), device=device)
            self._write(kept)

    def put_evaluation(self, name: str, evaluation: Evaluation) -> None:
        """Keep an evaluation, in place of an earlier one against the same truth."""
        with self._lock:
            kept = self._read()
            facts = kept.setdefault(name, {})
            rows = [row for row in facts.get("evaluations", []) if row.get("truth") != evaluation.truth]
            facts["evaluations"] = [
                *rows,
                {
                    "truth": evaluation.truth,
                    "photos": evaluation.photos,
                    "figures": dict(evaluation.figures),
                    "on": evaluation.on,
                },
            ]
            self._write(kept)

    def forget(self, name: str) -> None:
        """Drop what was measured of a model that is removed."""
        with self._lock:
            kept = self._read()
            if kept.pop(name, None) is not None:
                self._write(kept)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            _log.warning("%s cannot be read: its figures are measured again", self._path)
            return {}
        return kept if isinstance(kept, dict) else {}

    def _write(self, kept: dict[str, dict[str, Any]]) -> None:
        unfinished = self._path.with_suffix(".part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps(kept, indent=2), encoding="utf-8")
            unfinished.replace(self._path)
        except OSError:
            # A figure that cannot be kept must not keep a model from being used.
            _log.warning("%s cannot be written", self._path, exc_info=True)


def _from_json(facts: dict[str, Any]) -> ModelFigures:
    speed = facts.get("images_per_second")
    return ModelFigures(
        images_per_second=float(speed) if speed is not None else None,
        device=str(facts.get("device", "")),
        evaluations=tuple(_evaluation(row) for row in facts.get("evaluations", []) if _is_row(row)),
    )


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("figures"), dict)


def _evaluation(row: dict[str, Any]) -> Evaluation:
    figures = tuple((str(name), float(value)) for name, value in row["figures"].items())
    return Evaluation(str(row.get("truth", "")), int(row.get("photos", 0)), figures, on=str(row.get("on", "")))
