"""Where Keepsight keeps its own files, and how file names are stored."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import platformdirs

APP_NAME = "Keepsight"

# Python shows an undecodable byte 0x80-0xFF of a file name as the lone surrogate U+DC80-U+DCFF (PEP 383). SQLite text
# must be valid Unicode, so these move, one to one, into the last private-use code points, which no real name uses.
_SURROGATE_BASE = 0xDC00
_STORED_BASE = 0x10FF00


def default_library_folder() -> Path:
    """The platform's folder for application data, e.g. ~/.local/share/Keepsight on Linux."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def default_models_folder() -> Path:
    """Where downloaded models are kept: shared by all libraries of this person."""
    return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)) / "models"


def resource_path(*parts: str) -> Path:
    """A file or folder of the program's own `resources` tree, in a checkout and when installed."""
    return Path(str(files("resources"))).joinpath(*parts)


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The files of one library folder."""

    folder: Path

    @property
    def database(self) -> Path:
        """Photos, tags, embeddings: the file worth backing up."""
        return self.folder / "library.db"

    @property
    def thumbnails(self) -> Path:
        """Thumbnails: large, and can always be made again."""
        return self.folder / "thumbnails.db"

    @property
    def backups(self) -> Path:
        """Daily copies of the library file."""
        return self.folder / "backups"

    @property
    def vectors(self) -> Path:
        """The folder of the models' vector files: made from the database, and can always be made again."""
        return self.folder / "vectors"

    @property
    def log(self) -> Path:
        """The log file that bug reports ask for."""
        return self.folder / "keepsight.log"


def absolute_path(path: Path) -> Path:
    """The full path under the name the person knows it by: links are kept, and only `..` makes them be followed."""
    full = Path(path).expanduser().absolute()
    return full.resolve() if ".." in full.parts else full


def is_folder(path: Path) -> bool:
    """Whether a folder is there. No for what cannot be asked, too: a share that does not answer, a closed folder, a name too
    long, of which `Path.is_dir` raises OSError before Python 3.14.
    """
    return os.path.isdir(path)  # noqa: PTH112 - see above


def is_file(path: Path) -> bool:
    """Whether a file is there. No for what cannot be asked, see `is_folder`."""
    return os.path.isfile(path)  # noqa: PTH113 - see there


def is_there(path: Path) -> bool:
    """Whether a file or folder is there. No for what cannot be asked, see `is_folder`."""
    return os.path.exists(path)  # noqa: PTH110 - see there


def to_stored_name(path: str) -> str:
    """A relative path as text SQLite can hold, even when its bytes are not valid UTF-8. Inverse: `from_stored_name`."""
    if path.isascii():
        return path
    return "".join(
        chr(_STORED_BASE + ord(char) - _SURROGATE_BASE) if 0xDC80 <= ord(char) <= 0xDCFF else char for char in path
    )


def from_stored_name(stored: str) -> str:
    """The file-system path that `to_stored_name` stored."""
    if stored.isascii():
        return stored
    return "".join(
        chr(_SURROGATE_BASE + ord(char) - _STORED_BASE)
        if _STORED_BASE + 0x80 <= ord(char) <= _STORED_BASE + 0xFF
        else char
        for char in stored
    )


def posix_relative(path: str, root: str) -> str:
    """`path` below `root` with forward slashes on every platform, so that a library moves between systems."""
    relative = os.path.relpath(path, root)
    return relative.replace(os.sep, "/") if os.sep != "/" else relative
