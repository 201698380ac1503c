"""Finding again what moved out of sight: folders at a new place, photos that were moved and edited."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from desktop_app.base.errors import UserFacingError
from desktop_app.base.paths import absolute_path
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.library import RootInfo
from desktop_app.domain.photo import PhotoId, RootId
from desktop_app.domain.recovery import SAME_SCENE, MissingPhoto, ProbablySame
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.organising import checked_folder
from desktop_app.services.presence import Presence
from desktop_app.store.embeddings import embeddings_of
from desktop_app.store.files import put_root, roots
from desktop_app.store.model_switching import model_id_of
from desktop_app.store.photos import path_of
from desktop_app.store.recovery import forget_root, join_photos, missing_photos, rehang, successors, tell_apart
from desktop_app.store.root_places import KnownPlace, put_places, sample_of_files
from desktop_app.store.writer import WriteSession


class Recovering:
    """Relinking folders, listing missing photos, and joining those that turned up again in another form."""

    def __init__(self, store: LibraryStore, models: Models, presence: Presence) -> None:
        self._store = store
        self._models = models
        self._presence = presence

    def missing(self) -> list[MissingPhoto]:
        """Every photo that no file holds any more. Photos on drives that are away are not among them."""
        return missing_photos(self._store.reader)

    def probably_same(self) -> list[ProbablySame]:
        """Missing photos beside later ones of the same camera and second that look like them, the likeliest first."""
        pairs = successors(self._store.reader)
        missing = {photo.photo_id: photo for photo in self.missing()} if pairs else {}
        similarities = self._similarities(pairs)
        found = [
            ProbablySame(missing[old], new, path, similarity)
            for (old, new), similarity in zip(pairs, similarities, strict=True)
            if similarity >= SAME_SCENE
            and old in missing
            and (path := path_of(self._store.reader, new, away=self._presence.away())) is not None
        ]
        return sorted(found, key=lambda pair: (-pair.similarity, str(pair.missing.path)))

    def join(self, missing: PhotoId, found: PhotoId) -> LibraryChanges:
        """They are the same photo: what the person said of the missing one is now said of the other."""
        return self._store.change(lambda session: join_photos(session, missing, found))

    def tell_apart(self, missing: PhotoId, found: PhotoId) -> LibraryChanges:
        """They are different photos, and not to be offered again."""
        return self._store.change(lambda session: tell_apart(session, missing, found))

    def relink(self, old: Path, new: Path) -> RootInfo:
        """Say where a folder of the library (or a folder in one) is now; return the root that holds it from now on.

        Nothing is read: whoever asks brings that root up to date afterwards. Raises UserFacingError when the library knows
        no such folder, or when none of its photos is at the new place.
        """
        folder = checked_folder(new)
        source, below = self._root_of(absolute_path(old))
        expected = sample_of_files(self._store.reader, source.root_id, below=below)
        if expected and not any(os.path.lexists(folder / path) for path in expected):
            raise UserFacingError(
                f"None of the photos of {absolute_path(old)} is in {folder}.", "Choose the folder that holds them."
            )
        self._store.change(lambda session: self._move(session, source, below, folder))
        self._presence.look()
        return next(root for root in roots(self._store.reader) if folder.is_relative_to(root.path))

    def _move(self, session: WriteSession, source: RootInfo, below: str, folder: Path) -> LibraryChanges:
        others = [root for root in roots(self._store.reader) if root.root_id != source.root_id or below]
        around = next((root for root in others if folder.is_relative_to(root.path)), None)
        inside = [root for root in others if root.path.is_relative_to(folder) and root.path != folder]
        if around is None and not inside and not below:
            return put_places(session, {source.root_id: KnownPlace(folder, "", "")}) | LibraryChanges(
                roots_changed=True
            )
        target, prefix, changes = self._target(session, around, folder)
        changes |= rehang(session, source=source.root_id, below=below, target=target, prefix=prefix)
        for root in inside:
            place = root.path.relative_to(folder).as_posix()
            changes |= rehang(session, source=root.root_id, below="", target=target, prefix=place)
            changes |= forget_root(session, root.root_id)
        return changes if below else changes | forget_root(session, source.root_id)

    @staticmethod
    def _target(session: WriteSession, around: RootInfo | None, folder: Path) -> tuple[RootId, str, LibraryChanges]:
        if around is not None:
            prefix = folder.relative_to(around.path).as_posix()
            return around.root_id, "" if prefix == "." else prefix, LibraryChanges(roots_changed=True)
        root_id, changes = put_root(session, folder)
        return root_id, "", changes

    def _root_of(self, old: Path) -> tuple[RootInfo, str]:
        """The root that a path is, or lies in, and where in it."""
        for root in roots(self._store.reader):
            if old.is_relative_to(root.path):
                below = old.relative_to(root.path).as_posix()
                return root, "" if below == "." else below
        raise UserFacingError(f"{old} is not one of the library's folders.", "`keepsight status` lists them.")

    def _similarities(self, pairs: list[tuple[PhotoId, PhotoId]]) -> list[float]:
        """Cosine similarities of pairs; -1 where the model has not seen both."""
        model_id = model_id_of(self._store.reader, self._models.active_name())
        if not pairs or model_id is None:
            return [-1.0] * len(pairs)
        wanted = sorted({photo for pair in pairs for photo in pair})
        ids, vectors = embeddings_of(self._store.reader, model_id, wanted)
        rows = {int(photo): vector for photo, vector in zip(ids, vectors, strict=True)}
        return [float(np.dot(rows[old], rows[new])) if old in rows and new in rows else -1.0 for old, new in pairs]
