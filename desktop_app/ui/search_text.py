"""What the window asks, as one text of the query language: ticked tags, the folder and example photos included."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.language.parser import parse
from desktop_app.domain.language.printer import to_text
from desktop_app.domain.library import RootInfo
from desktop_app.domain.query import And, Expression, InFolder, Not, Or
from desktop_app.domain.query_terms import Named, NameKind, SimilarTo
from desktop_app.domain.tag import Tag
from desktop_app.ui.search_state import Match, SearchTerms


def as_text(terms: SearchTerms, roots: Sequence[RootInfo]) -> str:
    """The whole question as text. Raises QueryProblem, and UserFacingError for what no text can say."""
    if terms.image is not None:
        raise UserFacingError(
            "A search by a picture from outside the library cannot be kept.", "Add the picture's folder first."
        )
    filters = [*_folder(terms.folder, roots), *_tags(terms)]
    if not filters and not terms.like:
        return terms.text.strip()
    words = _parts(parse(terms.text)) if terms.text.strip() else ()
    alike: list[Expression] = [SimilarTo(f"#{photo_id}") for photo_id in terms.like]
    examples: list[Expression] = [Or(tuple(alike))] if len(alike) > 1 else alike
    parts = (*words, *examples, *filters)
    return to_text(parts[0] if len(parts) == 1 else And(parts))


def _parts(tree: Expression) -> tuple[Expression, ...]:
    return tree.parts if isinstance(tree, And) else (tree,)


def _folder(folder: InFolder | None, roots: Sequence[RootInfo]) -> list[Expression]:
    if folder is None:
        return []
    root = next((root for root in roots if root.root_id == folder.root_id), None)
    names = [root.path.name if root else "", folder.folder]
    return [Named(NameKind.FOLDER, "/".join(name for name in names if name))]


def _tags(terms: SearchTerms) -> list[Expression]:
    ticked: list[Expression] = [_tag(tag) for tag in terms.ticked]
    if terms.match is Match.ANY and len(ticked) > 1:
        ticked = [Or(tuple(ticked))]
    return [*ticked, *(Not(_tag(tag)) for tag in terms.excluded)]


def _tag(tag: Tag) -> Expression:
    return Named(NameKind.TAG, tag.name)
