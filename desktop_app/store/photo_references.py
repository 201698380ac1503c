"""A photo as a person names it: by its row id, its file name, or the end of its path."""

from __future__ import annotations

from desktop_app.base.paths import from_stored_name, to_stored_name
from desktop_app.domain.photo import PhotoId
from desktop_app.store.reader import Reader

# More digits than a row id can have.
_TOO_LONG = 19


def photo_called(reader: Reader, reference: str) -> PhotoId | None:
    """The photo meant by "#12", "IMG_1.jpg" or "2023/IMG_1.jpg"; one whose file is there before one whose file is missing."""
    if reference.startswith("#") and reference[1:].isdecimal() and len(reference) < _TOO_LONG:
        found = reader.value("SELECT id FROM contents WHERE id = ?", [int(reference[1:])])
    else:
        wanted = to_stored_name("/" + reference.replace("\\", "/").strip("/"))
        found = reader.value(
            """
            SELECT f.content_id FROM files f JOIN roots r ON r.id = f.root_id
            WHERE substr(replace(r.path, '\\', '/') || '/' || f.relative_path, ?) = ?
            ORDER BY f.missing_since IS NOT NULL, f.id LIMIT 1
            """,
            [-len(wanted), wanted],
        )
    return None if found is None else PhotoId(found)


def file_name_beginning(reader: Reader, text: str) -> str:
    """The name of a file of the library that begins so, in any case; empty if there is none."""
    if not text:
        return ""
    path = reader.value(
        """
        SELECT relative_path FROM files WHERE instr('/' || lower(relative_path), '/' || lower(?)) > 0
        ORDER BY missing_since IS NOT NULL, id LIMIT 1
        """,
        [to_stored_name(text)],
    )
    parts = from_stored_name(path).split("/") if path else []
    return next((part for part in reversed(parts) if part.lower().startswith(text.lower())), "")
