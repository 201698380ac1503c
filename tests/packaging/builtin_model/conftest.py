"""Makes the recipe's modules importable by the names they call each other by, and torchvision beside any torch."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from desktop_app.ml.torch_setup import import_open_clip

RECIPE_FOLDER = Path(__file__).resolve().parents[3] / "packaging" / "builtin_model"
if str(RECIPE_FOLDER) not in sys.path:
    sys.path.insert(0, str(RECIPE_FOLDER))
import_open_clip()


@pytest.fixture
def toy_material(tmp_path: Path) -> Path:
    """A folder with one set of two tiny pictures and their texts, as the material's images/ has."""
    with tarfile.open(tmp_path / "toy.tar", "w") as archive:
        for number, size in enumerate(((12, 9), (7, 11))):
            stream = io.BytesIO()
            Image.new("RGB", size, (10 * number, 20, 30)).save(stream, "WEBP", lossless=True)
            member = tarfile.TarInfo(f"toy/{number}.webp")
            member.size = stream.tell()
            stream.seek(0)
            archive.addfile(member, stream)
    (tmp_path / "toy.tsv").write_text("0.webp\ttrain\ta cat ||| a pet\n1.webp\t\ta dog\n")
    return tmp_path
