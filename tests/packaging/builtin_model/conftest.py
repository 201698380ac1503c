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

from recipe.wordnet import NounDictionary  # noqa: E402

DATA = """  1 This is a licence line.
00001930 03 n 01 entity 0 000 | that which is perceived
00015388 03 n 01 animal 0 001 @ 00001930 n 0000 | a living organism
02084071 05 n 02 dog 0 domestic_dog 0 001 @ 00015388 n 0000 | a member of the genus Canis; "the dog barked"
01322604 05 n 01 puppy 0 001 @ 02084071 n 0000 | a young dog
"""

INDEX = """  1 This is a licence line.
animal n 1 1 @ 1 1 00015388
dog n 1 1 @ 1 1 02084071
domestic_dog n 1 1 @ 1 0 02084071
entity n 1 0 1 1 00001930
puppy n 1 1 @ 1 1 01322604
"""
"""WordNet's own file format, with four nouns."""


@pytest.fixture
def nouns(tmp_path: Path) -> NounDictionary:
    (tmp_path / "data.noun").write_text(DATA, encoding="latin-1")
    (tmp_path / "index.noun").write_text(INDEX, encoding="latin-1")
    (tmp_path / "noun.exc").write_text("doggies dog\n", encoding="latin-1")
    return NounDictionary(tmp_path)


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
