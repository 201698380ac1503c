"""Which folders belong to the library."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import absolute_path, is_folder, is_there, posix_relative
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.exclusion import DEFAULT_PATTERNS, Exclusion, clean_patterns
from desktop_app.domain.indexing import FileKey
from desktop_app.domain.library import RootInfo
from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.files import absorb_root, drop_root, forget_missing, forget_skips, put_root, roots, skipped_files
from desktop_app.store.settings import read_exclusion, write_exclusion
from desktop_app.store.writer import WriteSession


class Organising:
    """Adding and removing watched folders."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    def add_folder(self, path: Path) -> RootInfo:
        """Add a folder to watch. One inside a watched folder is covered by it; one around watched folders absorbs them.

        Raises UserFacingError when it is no readable folder.
        """
        folder = checked_folder(path)
        known = roots(self._store.reader)
        for root in known:
            if folder.is_relative_to(root.path):
                return root
        inside = [root for root in known if root.path.is_relative_to(folder)]

        def put(session: WriteSession) -> LibraryChanges:
            root_id, changes = put_root(session, folder)
            for child in inside:
                prefix = child.path.relative_to(folder).as_posix()
                changes |= absorb_root(session, child.root_id, into=root_id, prefix=prefix)
            return changes

        self._store.change(put)
        return next(root for root in roots(self._store.reader) if root.path == folder)

    def remove_folder(self, root_id: RootId) -> LibraryChanges:
        """Stop watching a folder and forget its files. Tags stay with their photos for when it is added again."""
        return self._store.change(lambda session: drop_root(session, root_id))

    def exclusion(self) -> Exclusion:
        """What the library leaves out of its folders."""
        return read_exclusion(self._store.reader)

    def leave_out(self, patterns: Iterable[str], *, hidden: bool) -> LibraryChanges:
        """Leave out what these gitignore patterns match, and hidden files unless `hidden`, from the next run on.

        Raises UserFacingError for a pattern that means nothing.
        """
        lines = [line.strip() for line in patterns]
        wanted = [line for line in lines if line and (not line.startswith("#") or line in DEFAULT_PATTERNS)]
        cleaned = clean_patterns(wanted)
        meaningless = next((line for line in wanted if line not in cleaned), None)
        if meaningless is not None:
            raise UserFacingError(
                f"The pattern {meaningless} can match nothing.", "Patterns are written as in .gitignore."
            )
        return self._store.change(lambda session: write_exclusion(session, Exclusion(cleaned, hidden=hidden)))

    def retry_skipped(self, paths: Sequence[Path] | None = None) -> LibraryChanges:
        """Have the next run read skipped files again: these, or all. Raises UserFacingError for one that was not skipped."""
        if paths is None:
            return self._store.change(forget_skips)
        known = {file.path for file in skipped_files(self._store.reader)}
        wanted = [absolute_path(path) for path in paths]
        unknown = next((path for path in wanted if path not in known), None)
        if unknown is not None:
            raise UserFacingError(
                f"{unknown} is not among the files that were skipped.", "`keepsight skipped` lists them."
            )
        keys = [
            FileKey(root.root_id, posix_relative(str(path), str(root.path)))
            for root in roots(self._store.reader)
            for path in wanted
            if path.is_relative_to(root.path)
        ]
        return self._store.change(lambda session: forget_skips(session, keys))

    def forget_missing(self, photo_ids: Sequence[PhotoId]) -> LibraryChanges:
        """Take missing photos off the list."""
        return self._store.change(lambda session: forget_missing(session, photo_ids))


def checked_folder(path: Path) -> Path:
    """A folder by its full path. Raises UserFacingError when it is no readable folder."""
    folder = absolute_path(path)
    if not is_there(folder):
        raise UserFacingError(f"There is no folder {folder}.", "Check the name, or plug the drive in.")
    if not is_folder(folder):
        raise UserFacingError(f"{folder} is not a folder.", "Choose the folder that holds it.")
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise UserFacingError(f"The folder {folder} cannot be read.", "Check its permissions.") from error
    return folder
