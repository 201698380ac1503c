"""Filters as SQL: the visitor that turns `domain.query` filters into a WHERE clause over `contents AS c`."""

from __future__ import annotations

from desktop_app.base.paths import to_stored_name
from desktop_app.domain.query import And, Filter, HasTag, InFolder, InStack, Not, Or
from desktop_app.store.leaf_filters import Clause, leaf_clause, tagged_with

# A photo is in the library as long as some file of it is listed, present or missing; content whose files were all
# edited or forgotten stays in the table (its tags and embedding serve when it returns) but is no photo at present.
LISTED = "EXISTS (SELECT 1 FROM files f WHERE f.content_id = c.id)"


def where(filter_: Filter) -> Clause:
    """The clause that is true of the photos which pass the filter."""
    match filter_:
        case HasTag(tag_id):
            return Clause(tagged_with("id = ?"), (tag_id,))
        case InFolder(root_id, folder):
            return _in_folder(root_id, folder)
        case InStack(leader):
            behind = "SELECT content_id FROM stacked WHERE leader_id = ?"
            further = f"SELECT content_id FROM stacked WHERE leader_id IN ({behind})"
            return Clause(f"(c.id = ? OR c.id IN ({behind}) OR c.id IN ({further}))", (leader, leader, leader))
        case And(parts):
            return _joined(parts, " AND ", empty="1")
        case Or(parts):
            return _joined(parts, " OR ", empty="0")
        case Not(part):
            inner = where(part)
            return Clause(f"NOT ({inner.sql})", inner.values)
    return leaf_clause(filter_)


def _joined(parts: tuple[Filter, ...], operator: str, *, empty: str) -> Clause:
    clauses = [where(part) for part in parts]
    if not clauses:
        return Clause(empty)
    sql = operator.join(f"({clause.sql})" for clause in clauses)
    return Clause(sql, tuple(value for clause in clauses for value in clause.values))


def _in_folder(root_id: int, folder: str) -> Clause:
    if not folder:
        return Clause("c.id IN (SELECT content_id FROM files WHERE root_id = ?)", (root_id,))
    low, high = prefix_range(to_stored_name(folder))
    return Clause(
        "c.id IN (SELECT content_id FROM files WHERE root_id = ? AND relative_path >= ? AND relative_path < ?)",
        (root_id, low, high),
    )


def prefix_range(folder: str) -> tuple[str, str]:
    """Bounds of the relative paths below a folder: "a/b" gives ("a/b/", "a/b0"), since "0" follows "/" in ASCII."""
    return f"{folder}/", f"{folder}0"
