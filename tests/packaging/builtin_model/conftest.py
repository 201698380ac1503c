"""Makes the recipe's modules importable by the names they call each other by, and torchvision beside any torch."""

from __future__ import annotations

import sys
from pathlib import Path

from desktop_app.ml.torch_setup import import_open_clip

RECIPE_FOLDER = Path(__file__).resolve().parents[3] / "packaging" / "builtin_model"
if str(RECIPE_FOLDER) not in sys.path:
    sys.path.insert(0, str(RECIPE_FOLDER))
import_open_clip()
