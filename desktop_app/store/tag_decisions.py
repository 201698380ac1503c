"""What a person says of photos and tags, each as one edit that can be undone."""

from __future__ import annotations

import json
from collections.abc import Collection

from desktop_app.domain.edit import Edited, EditKind
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import PERSONAL_GROUP, TagDraft, TagState
from desktop_app.store.assignments import decide
from desktop_app.store.edit_log import record_edit
from desktop_app.store.tag_edits import insert_tag
from desktop_app.store.tag_names import tag_id_of
from desktop_app.store.writer import WriteSession


def add_tag(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """The person says that photos have a tag; it is made, for them alone to give, when there is none of that name."""

    def work() -> None:
        tag_id = tag_id_of(session, name)
        if tag_id is None:
            tag_id = insert_tag(session, TagDraft(name, looked_for=False), PERSONAL_GROUP, None)
        decide(session, tag_id, photo_ids, state=TagState.ACCEPTED)

    return record_edit(session, EditKind.ADD, work, tag=name)


def remove_tag(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """The person says that photos do not have a tag. It is remembered, so that no machine puts it back."""
    return _decide(session, EditKind.REMOVE, name, photo_ids=photo_ids, state=TagState.REJECTED)


def accept_tag(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """The person confirms what a machine suggested."""
    return _decide(session, EditKind.ACCEPT, name, photo_ids=photo_ids, state=TagState.ACCEPTED)


def accept_suggestions(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """The same, of those photos alone that a machine suggests it for."""
    rows = session.connection.execute(
        """
        SELECT a.content_id FROM json_each(?) p CROSS JOIN tag_assignments a ON a.content_id = p.value
        WHERE a.tag_id = ? AND a.state = 'suggested'
        """,
        [json.dumps([int(photo) for photo in photo_ids]), tag_id_of(session, name)],
    )
    return accept_tag(session, name, [PhotoId(row[0]) for row in rows])


def reject_tag(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """The person turns down what a machine suggested."""
    return _decide(session, EditKind.REJECT, name, photo_ids=photo_ids, state=TagState.REJECTED)


def forget_decisions(session: WriteSession, name: str, photo_ids: Collection[PhotoId]) -> Edited:
    """The person takes decisions back: what the file and the machine say counts again."""
    return _decide(session, EditKind.FORGET, name, photo_ids=photo_ids, state=None)


def _decide(
    session: WriteSession, kind: EditKind, name: str, *, photo_ids: Collection[PhotoId], state: TagState | None
) -> Edited:
    """Nothing happens when there is no tag of that name."""
    tag_id = tag_id_of(session, name)
    if tag_id is None:
        return Edited(None)
    return record_edit(session, kind, lambda: decide(session, tag_id, photo_ids, state=state), tag=name)
