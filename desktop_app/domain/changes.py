"""Change sets: every write to the library says what it changed, and listeners refresh just that (after digiKam)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from desktop_app.domain.photo import PhotoId


@dataclass(frozen=True, slots=True)
class LibraryChanges:
    """What one transaction changed. Empty sets and False mean: not touched."""

    added: frozenset[PhotoId] = frozenset()
    """Photos that were not in the library before."""
    updated: frozenset[PhotoId] = frozenset()
    """Photos whose files, metadata or thumbnail changed."""
    missing: frozenset[PhotoId] = frozenset()
    """Photos whose last file is gone."""
    embedded: frozenset[PhotoId] = frozenset()
    """Photos that got an embedding."""
    retagged: frozenset[PhotoId] = frozenset()
    """Photos whose tags changed."""
    tags_changed: bool = False
    """A tag was made, renamed or removed."""
    roots_changed: bool = False
    """A watched folder was added or removed."""
    skipped_changed: bool = False
    """The list of skipped files changed."""
    model_changed: bool = False
    """Another model serves searches from now on."""
    albums_changed: bool = False
    """An album was made, renamed or removed, or photos were put into one or taken out."""
    saved_searches_changed: bool = False
    """A saved search was added, changed or removed."""
    texts_changed: bool = False
    """Words about photos can be found since now: the text index follows a change of thousands of photos in steps."""
    edits_changed: bool = False
    """There is another edit to undo or redo."""

    def __or__(self, other: LibraryChanges) -> LibraryChanges:
        """Both change sets as one."""
        return LibraryChanges(**{f.name: getattr(self, f.name) | getattr(other, f.name) for f in fields(self)})

    def __bool__(self) -> bool:
        """False when nothing changed."""
        return any(getattr(self, f.name) for f in fields(self))

    @property
    def photos_touched(self) -> frozenset[PhotoId]:
        """Every photo named in any of the sets."""
        return self.added | self.updated | self.missing | self.embedded | self.retagged
