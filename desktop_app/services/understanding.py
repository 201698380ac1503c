"""What a typed question means in this library: its tree with every name looked up, its chips, what could be typed next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.language.chips import Chip, chips
from desktop_app.domain.language.completion import Completion, KnownNames, complete
from desktop_app.domain.language.parser import parse
from desktop_app.domain.language.printer import to_text
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query import And, Expression, Not, Or
from desktop_app.domain.query_terms import Named, NameKind, NearPlace, NearPoint, SimilarTo, Span
from desktop_app.services.library_store import LibraryStore
from desktop_app.store import files
from desktop_app.store.albums import album_names
from desktop_app.store.curation import names_in_library, place_centre
from desktop_app.store.tags import all_tags, tag_counts, tag_named


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it was read."""

    chips: tuple[Chip, ...] = ()
    canonical: str = ""
    """The same question in its one canonical spelling."""
    problem: QueryProblem | None = None
    """What was not understood, and where; then there are no chips."""


class Understanding:
    """Reads questions. Blocks for a look-up or two: run it off the GUI thread."""

    def __init__(self, store: LibraryStore) -> None:
        self._reader = store.reader

    def understand(self, text: str) -> Understood:
        """Chips for what was understood, or the problem. Never raises for what was typed."""
        try:
            tree = parse(text)
            self._resolved(tree)
        except QueryProblem as problem:
            return Understood(problem=problem)
        return Understood(chips(tree), to_text(tree))

    def tree(self, text: str) -> Expression:
        """The tree of a question, its places and example photos looked up. Raises QueryProblem for unknown names too."""
        return self._resolved(parse(text))

    def complete(self, text: str, cursor: int) -> Completion:
        """What could be typed at the cursor, with the names of this library."""
        return complete(text, cursor, self.known_names())

    def known_names(self) -> KnownNames:
        """Names that filters can name, the most used first."""
        reader = self._reader
        counted = [item.tag.name for item in tag_counts(reader, And(())) if item.count]
        unused = [tag.name for tag in all_tags(reader) if tag.name not in set(counted)]
        folders = [
            folder.folder for root in files.roots(reader) for folder in files.folder_counts(reader, root.root_id)
        ]
        return KnownNames(
            tags=(*counted, *unused),
            albums=tuple(from_stored_name(name) for name in album_names(reader)),
            folders=tuple(dict.fromkeys(folder for folder in folders if folder)),
            cameras=names_in_library(reader, "camera"),
            lenses=names_in_library(reader, "lens"),
            places=names_in_library(reader, "place"),
        )

    def _resolved(self, tree: Expression) -> Expression:
        match tree:
            case And(parts):
                return And(tuple(self._resolved(part) for part in parts))
            case Or(parts):
                return Or(tuple(self._resolved(part) for part in parts))
            case Not(part):
                return Not(self._resolved(part))
            case Named(NameKind.TAG, name):
                if tag_named(self._reader, name) is None:
                    raise _unknown("tag", name, (tag.name for tag in all_tags(self._reader)), tree.span)
            case Named(NameKind.ALBUM, name):
                albums = [from_stored_name(album) for album in album_names(self._reader)]
                if name.casefold() not in {album.casefold() for album in albums}:
                    raise _unknown("album", name, albums, tree.span)
            case NearPlace():
                return self._point(tree)
            case SimilarTo():
                return self._photo(tree)
        return tree

    def _point(self, near: NearPlace) -> NearPoint:
        centre = place_centre(self._reader, near.place)
        if centre is None:
            raise QueryProblem(
                f"No photo of this library was taken at a place called {near.place!r}.",
                near.span,
                "Write its latitude and longitude: near:48.85,2.35 20km.",
            )
        return NearPoint(*centre, near.radius_km, near.span)

    def _photo(self, similar: SimilarTo) -> SimilarTo:
        """The example by its row id."""
        reference = similar.reference
        if reference.startswith("#") and reference[1:].isdecimal() and len(reference) < 19:
            found = self._reader.value("SELECT id FROM contents WHERE id = ?", [int(reference[1:])])
        else:
            wanted = "/" + reference.replace("\\", "/").strip("/")
            found = self._reader.value(
                """
                SELECT f.content_id FROM files f JOIN roots r ON r.id = f.root_id
                WHERE substr(replace(r.path, '\\', '/') || '/' || f.relative_path, ?) = ?
                ORDER BY f.missing_since IS NOT NULL, f.id LIMIT 1
                """,
                [-len(to_stored_name(wanted)), to_stored_name(wanted)],
            )
        if found is None:
            raise QueryProblem(
                f"There is no photo {reference!r} in the library.", similar.span, "Name its file: similar:IMG_1234.jpg."
            )
        return replace(similar, reference=f"#{found}")


def _unknown(kind: str, name: str, known: Iterable[str], span: Span) -> QueryProblem:
    close = difflib.get_close_matches(name, list(known), n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"For the word anywhere, write it without {kind}:."
    return QueryProblem(f"There is no {kind} {name!r}.", span, hint)
