"""Looking around in a library: lists, grid cells, details, folders, tags, numbers. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.base.paths import absolute_path
from desktop_app.domain.library import FolderCount, LibraryStatus, RootInfo
from desktop_app.domain.model import ModelId
from desktop_app.domain.photo import PhotoDetails, PhotoId, PhotoSummary, RootId, SkippedFile
from desktop_app.domain.query import And, Filter, InFolder
from desktop_app.domain.tag import Tag, TagCount, TagUse
from desktop_app.imaging.blurring import blurred_jpeg
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.models import Models
from desktop_app.services.presence import Presence
from desktop_app.services.sensitivity import Sensitivity
from desktop_app.services.watching import Watching, reason_to_poll
from desktop_app.store import files, photos, tag_uses, tags
from desktop_app.store.model_switching import model_id_of
from desktop_app.store.places import place_counts


class Browsing:
    """Every read that the window and the command line need, as plain blocking calls."""

    def __init__(
        self, store: LibraryStore, models: Models, presence: Presence, watching: Watching, sensitivity: Sensitivity
    ) -> None:
        self._reader = store.reader
        self._paths = store.paths
        self._models = models
        self._presence = presence
        self._watching = watching
        self._sensitivity = sensitivity

    def photo_ids(self, where: Filter = And(())) -> npt.NDArray[np.int64]:  # noqa: B008 - frozen value
        """Photos that pass a filter, newest first."""
        return photos.photo_ids(self._reader, where)

    def summaries(self, photo_ids: Sequence[int]) -> dict[PhotoId, PhotoSummary]:
        """Grid labels of up to a few hundred photos."""
        found = photos.summaries(self._reader, photo_ids, away=self._presence.away())
        hidden = self._sensitivity.hidden(photo_ids)
        return found | {photo: replace(found[photo], blurred=True) for photo in hidden if photo in found}

    def details(self, photo_id: PhotoId) -> PhotoDetails | None:
        """Everything about one photo."""
        assigned = tags.tags_of(self._reader, photo_id)
        return photos.details(self._reader, photo_id, tags=assigned, away=self._presence.away())

    def thumbnails(self, photo_ids: Sequence[int]) -> dict[PhotoId, bytes]:
        """JPEG thumbnails, longest side 256 pixels, of up to a few hundred photos; sensitive ones may be blurred."""
        found = photos.thumbnails(self._reader, photo_ids)
        hidden = self._sensitivity.hidden(photo_ids)
        return {photo: blurred_jpeg(jpeg) if photo in hidden else jpeg for photo, jpeg in found.items()}

    def path_of(self, photo_id: PhotoId) -> Path | None:
        """A file of the photo, one that is there if any is."""
        return photos.path_of(self._reader, photo_id, away=self._presence.away())

    def photo_at(self, path: Path) -> PhotoId | None:
        """The photo whose file this is, or None when the library does not have it."""
        full = absolute_path(path)
        for root in files.roots(self._reader):
            if full.is_relative_to(root.path):
                found = photos.photo_at(self._reader, root.root_id, full.relative_to(root.path).as_posix())
                if found is not None:
                    return found
        return None

    def photos_below(self, folder: Path) -> list[PhotoId]:
        """The photos in a folder and below it, watched folders inside it included."""
        full, found = absolute_path(folder), dict[PhotoId, None]()
        for root in files.roots(self._reader):
            if full.is_relative_to(root.path):
                below = full.relative_to(root.path).as_posix()
            elif root.path.is_relative_to(full):
                below = "."
            else:
                continue
            ids = photos.photo_ids(self._reader, InFolder(root.root_id, "" if below == "." else below))
            found |= dict.fromkeys(PhotoId(photo_id) for photo_id in ids.tolist())
        return list(found)

    def roots(self) -> list[RootInfo]:
        """The watched folders, and how each is watched: by this process, or by one that would watch now."""
        away = self._presence.away()
        return [self._with_state(root, away) for root in files.roots(self._reader)]

    def _with_state(self, root: RootInfo, away: frozenset[RootId]) -> RootInfo:
        if self._watching.started:
            state, note = self._watching.state_of(root.root_id), self._watching.note_of(root.root_id)
            return replace(root, watching=state, watch_note=note)
        if root.root_id in away:
            return replace(root, watching="offline")
        note = reason_to_poll(root.path)
        return replace(root, watching="polling" if note else "events", watch_note=note)

    def folders(self, root_id: RootId) -> list[FolderCount]:
        """Folders of a root that hold photos, in them or below."""
        return files.folder_counts(self._reader, root_id)

    def tag_counts(
        self,
        where: Filter = And(()),  # noqa: B008 - frozen value
        *,
        with_parents: bool = False,
    ) -> list[TagCount]:
        """Tags of the photos under a filter, most frequent first, and the person's own even at zero."""
        return tags.tag_counts(self._reader, where, with_parents=with_parents)

    def all_tags(self) -> list[Tag]:
        """Every tag, used or not."""
        return tags.all_tags(self._reader)

    def tag_named(self, name: str) -> Tag | None:
        """The tag of that name, in any case."""
        return tags.tag_named(self._reader, name)

    def places(self) -> list[tuple[str, int]]:
        """Names of places, from near to far, with the number of photos taken there, the most photographed first."""
        return place_counts(self._reader)

    def tag_uses(self, photo_ids: Sequence[PhotoId]) -> list[TagUse]:
        """Tags of a selection of any size, each with how many of its photos have it."""
        return tag_uses.tag_uses(self._reader, photo_ids)

    def tags_given_last(self, limit: int) -> list[Tag]:
        """Tags that the person gave to photos, the latest first."""
        return tag_uses.recently_given(self._reader, limit=limit)

    def skipped(self) -> list[SkippedFile]:
        """Files in watched folders that are not in the library, and why."""
        return files.skipped_files(self._reader)

    def status(self) -> LibraryStatus:
        """The library in numbers."""
        name = self._models.active_name()
        status = photos.status(
            self._reader,
            model_id=model_id_of(self._reader, name) or ModelId(0),  # no row has the id 0
            model=name,
            library=self._paths.folder,
            away=self._presence.away(),
        )
        return replace(status, switch=self._models.switch_progress())
