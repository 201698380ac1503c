"""What a typed question means in this library: its tree with every name looked up, its chips, what could be typed next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from desktop_app.base.paths import from_stored_name
from desktop_app.domain.language.chips import Chip, chips
from desktop_app.domain.language.completion import MOST_CANDIDATES, Completion, KnownNames, complete, place_begun
from desktop_app.domain.language.degrees import positive_terms
from desktop_app.domain.language.names import closest
from desktop_app.domain.language.parser import parse
from desktop_app.domain.language.printer import leaf_text, to_text
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.query import And, Expression, Not, Or
from desktop_app.domain.query_terms import Named, NameKind, NearPlace, NearPoint, SimilarTo, Span
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.place_names import PlaceNames
from desktop_app.store import files
from desktop_app.store.albums import album_names
from desktop_app.store.curation import names_in_library
from desktop_app.store.photo_references import file_name_beginning, photo_called
from desktop_app.store.photo_sets import photos_where
from desktop_app.store.places import photos_in, place_centre, place_counts
from desktop_app.store.tags import all_tags, tag_aliases, tag_counts, tag_named

_MOST_PLACES = 500

# Of these a part of the name is enough, and so what is asked for is looked up as a filter.
_LOOSE = {NameKind.FOLDER, NameKind.CAMERA, NameKind.LENS}

# So much of a town's name is typed before the list of all towns is looked into: fewer letters begin too many names.
_LEAST_LETTERS = 2


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

    def __init__(self, store: LibraryStore, place_names: PlaceNames) -> None:
        self._reader = store.reader
        self._place_names = place_names

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

    def complete(self, text: str, cursor: int, known: KnownNames | None = None) -> Completion:
        """What could be typed at the cursor, with the names of this library, looked up now unless given."""
        known = known or self.known_names()
        found = complete(text, cursor, known)
        begun = place_begun(text, cursor)
        if len(begun) < _LEAST_LETTERS or len(found.candidates) >= MOST_CANDIDATES:
            return found
        towns = self._place_names.towns_beginning_with(begun, most=MOST_CANDIDATES)
        return complete(text, cursor, replace(known, places=tuple(dict.fromkeys((*known.places, *towns)))))

    def known_names(self) -> KnownNames:
        """Names that filters can name, the most used first."""
        reader = self._reader
        counted = [item.tag.name for item in tag_counts(reader, And(())) if item.count]
        unused = [tag.name for tag in all_tags(reader) if tag.name not in set(counted)]
        return KnownNames(
            tags=tuple(counted),
            spare_tags=tuple(unused),
            aliases=tuple(tag_aliases(reader).items()),
            albums=tuple(from_stored_name(name) for name in album_names(reader)),
            folders=self._folders(),
            cameras=names_in_library(reader, "camera"),
            lenses=names_in_library(reader, "lens"),
            places=self._places(),
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
                tag = tag_named(self._reader, name)
                if tag is None:
                    known = [*(tag.name for tag in all_tags(self._reader)), *tag_aliases(self._reader)]
                    raise _unknown(NameKind.TAG, name, known, tree.span)
                return replace(tree, name=tag.name)
            case Named(NameKind.ALBUM, name):
                albums = [from_stored_name(album) for album in album_names(self._reader)]
                if name.casefold() not in {album.casefold() for album in albums}:
                    raise _unknown(NameKind.ALBUM, name, albums, tree.span)
            case NearPlace():
                return self._point(tree)
            case SimilarTo():
                return self._photo(tree)
        return tree

    def check_found_nothing(self, tree: Expression) -> None:
        """For a question that no photo passes: raise QueryProblem if it asks for a folder, camera or lens that no photo has.

        Not asked before: a table of all names would be read for each question.
        """
        for term in positive_terms(tree):
            if isinstance(term, Named) and term.kind in _LOOSE and not len(photos_where(self._reader, term)):
                raise _unknown(term.kind, term.name, _parts(self._loose_names(term.kind)), term.span)

    def _loose_names(self, kind: NameKind) -> tuple[str, ...]:
        if kind is not NameKind.FOLDER:
            return names_in_library(self._reader, kind.value)
        return (*self._folders(), *(root.path.name for root in files.roots(self._reader)))

    def _folders(self) -> tuple[str, ...]:
        counted = (files.folder_counts(self._reader, root.root_id) for root in files.roots(self._reader))
        return tuple(dict.fromkeys(folder.folder for folders in counted for folder in folders if folder.folder))

    def _places(self) -> tuple[str, ...]:
        """Single names of the places in the library, the most photographed first: near to far, so towns before countries."""
        counts: Counter[str] = Counter()
        for place, photos in place_counts(self._reader):
            for name in place.split(", "):
                counts[name] += photos
        return tuple(name for name, _ in counts.most_common(_MOST_PLACES))

    def _point(self, near: NearPlace) -> NearPoint:
        """The middle of a place: of a town by the list of towns, else of the photos that were taken at a place so called."""
        towns = self._place_names.gazetteer().find(near.place)
        if len(towns) > 1:
            # Of several Parises the one that the person took photos in; where that does not tell, the largest.
            towns.sort(key=lambda town: photos_in(self._reader, town.label.split(", ")) == 0)
        if towns:
            return NearPoint(towns[0].latitude, towns[0].longitude, near.radius_km, near.span)
        centre = place_centre(self._reader, near.place)
        if centre is None:
            raise self._unknown_place(near)
        return NearPoint(*centre, near.radius_km, near.span)

    def _unknown_place(self, near: NearPlace) -> QueryProblem:
        alike = self._place_names.gazetteer().suggest(near.place)
        hint = "Write its latitude and longitude: near:48.85,2.35 20km."
        if alike:
            *others, last = [f"{name!r}" for name in alike]
            hint = f"Did you mean {', '.join(others) + ' or ' if others else ''}{last}?"
        meant = leaf_text(replace(near, place=alike[0])) if alike else ""
        said = f"There is no place called {near.place!r} in the list of towns."
        return QueryProblem(said, near.span, hint, replacement=meant)

    def _photo(self, similar: SimilarTo) -> SimilarTo:
        """The example by its row id."""
        found = photo_called(self._reader, similar.reference)
        if found is None:
            raise self._unknown_photo(similar)
        return replace(similar, reference=f"#{found}")

    def _unknown_photo(self, similar: SimilarTo) -> QueryProblem:
        name = similar.reference.replace("\\", "/").rpartition("/")[2]
        close = file_name_beginning(self._reader, name.rpartition(".")[0] or name)
        hint = (
            f"Did you mean {close!r}?"
            if close
            else "Name a file as it is called, or select a photo and choose Find similar."
        )
        meant = leaf_text(SimilarTo(close)) if close else ""
        said = f"There is no photo {similar.reference!r} in the library."
        return QueryProblem(said, similar.span, hint, replacement=meant)


def _unknown(kind: NameKind, name: str, known: Iterable[str], span: Span) -> QueryProblem:
    close = closest(name, known)
    hint = f"Did you mean {close!r}?" if close else f"For the word anywhere, write it without {kind}:."
    meant = leaf_text(Named(kind, close)) if close else ""
    return QueryProblem(f"There is no {kind} {name!r}.", span, hint, replacement=meant)


def _parts(names: Iterable[str]) -> list[str]:
    """Names whole, and each word of them: a camera is known by its make or its model alone."""
    whole = list(names)
    return [*whole, *(word for name in whole for word in name.replace("/", " ").split())]
