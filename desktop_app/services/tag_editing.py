"""Defining and reshaping tags. Every call is one edit: it says how many photos it touched and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from desktop_app.base.errors import UserFacingError
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.edit import Edit, Edited
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import PERSONAL_GROUP, Tag, TagDefinition, TagDraft, TagId, TagState, clean_colour
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.retagging import keep_tags_current, tags_are_current
from desktop_app.services.tag_scoring import Ids, TagScoring
from desktop_app.services.tagging import cleaned_name
from desktop_app.store import tag_edits
from desktop_app.store.assignments import put_opinions_of_tag
from desktop_app.store.edit_log import edit_to_redo, edit_to_undo, edits_made, redo_edit, undo_edit
from desktop_app.store.tag_edits import TagChange
from desktop_app.store.tag_merging import merge_tags, merged_photos
from desktop_app.store.tags import all_tags, assigned_photos, is_in_files, tag_definition, tag_definitions, tag_named
from desktop_app.store.writer import WriteSession

# Where a slider begins when the library's rule accepts no photo at all.
_NO_RULE_YET = 0.6


@dataclass(frozen=True, slots=True)
class ThresholdPreview:
    """What another threshold would change, before anything does. What the person decided stays in any case."""

    added: tuple[PhotoId, ...]
    """Photos that would be accepted, the most probable first."""
    removed: tuple[PhotoId, ...]
    """Photos that would no longer be accepted, the least probable first."""
    accepted: int
    """Photos that would have the tag by the machine's word."""
    threshold: float
    """The threshold itself; by the library's rule, about what it comes to for this tag."""
    suggested: int = 0
    """Photos that the library's rule would only suggest it for; a threshold of the tag's own leaves no doubt."""


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What merging two tags would do."""

    source: Tag
    kept: Tag
    of_source: int
    """Photos that have the tag which goes, accepted or suggested."""
    of_kept: int
    """Photos that have the tag which stays."""
    together: int
    """Photos that would have it then."""
    words: tuple[str, ...]
    """What would lead to the tag that stays from then on, beside its name and the words it had."""
    below: int
    """Tags below the one that goes, which would stand below the one that stays."""
    rejected: int
    """Photos that the person rejected for either: none of them would have it."""


class TagEditing:
    """What a person does to tags themselves. Blocks: run it off the GUI thread."""

    def __init__(self, store: LibraryStore, scoring: TagScoring) -> None:
        self._store = store
        self._scoring = scoring

    def definition(self, name: str) -> TagDefinition:
        """All about the tag of that name or alias. Raises UserFacingError when there is none."""
        tag = tag_named(self._store.reader, name)
        definition = None if tag is None else tag_definition(self._store.reader, tag.id)
        if definition is None:
            raise UserFacingError(f"There is no tag “{name}”.", "See `keepsight tags list`, or define it.")
        return definition

    def definitions(self) -> list[TagDefinition]:
        """All about every tag, by name."""
        return tag_definitions(self._store.reader)

    def usual_prompts(self, definition: TagDefinition) -> tuple[str, ...]:
        """The sentences by which models are asked for a tag that has no prompts of its own."""
        return self._scoring.model.tagger.prompts_of(replace(definition, templates=None))

    def define(self, draft: TagDraft) -> Edited:
        """Make a tag and, if it is to be looked for, score the whole library for it at once."""
        cleaned = self._cleaned(draft)
        parent = None if cleaned.parent is None else self.definition(cleaned.parent).tag
        group = cleaned.group or (parent.group if parent else PERSONAL_GROUP)
        tag = Tag(
            TagId(0),
            cleaned.name,
            group,
            None if parent is None else parent.id,
            threshold=cleaned.threshold,
            looked_for=cleaned.looked_for,
        )
        thought_of = TagDefinition(tag, cleaned.aliases, cleaned.templates)

        def task(session: WriteSession, scores: tag_edits.Scores) -> Edited:
            return tag_edits.define_tag(session, replace(cleaned, group=group), scores=scores)

        return self._scored_edit(thought_of, task)

    def change(self, tag_id: TagId, draft: TagDraft) -> Edited:
        """Make a tag what the draft says, as one edit, and score the whole library for it anew."""
        cleaned, before = self._cleaned(draft), self._of(tag_id)
        if cleaned.name.casefold() != before.tag.name.casefold() and is_in_files(self._store.reader, tag_id):
            cleaned = replace(cleaned, aliases=tuple(dict.fromkeys((*cleaned.aliases, before.tag.name))))
        tag = replace(before.tag, name=cleaned.name, threshold=cleaned.threshold, looked_for=cleaned.looked_for)
        wanted = replace(before, tag=tag, aliases=cleaned.aliases, templates=cleaned.templates)
        return self._scored_edit(
            wanted, lambda session, scores: tag_edits.change_tag(session, tag_id, cleaned, scores=scores)
        )

    def delete(self, tag_id: TagId) -> Edited:
        """Delete a tag and all that was said about it; tags below it move up."""
        return self._edit(lambda session: tag_edits.delete_tag(session, tag_id))

    def rename(self, tag_id: TagId, name: str) -> Edited:
        """Another name. A tag of the person's own is looked for by its new name from now on.

        Where photos' own files or sidecars say the tag, its former name still leads to it: they go on saying that one.
        """
        cleaned, keep = cleaned_name(name), is_in_files(self._store.reader, tag_id)
        return self._edit(
            lambda session: tag_edits.rename_tag(session, tag_id, cleaned, keep_former=keep), rescore=cleaned
        )

    def move(self, tag_id: TagId, parent_id: TagId | None, *, group: str | None = None) -> Edited:
        """Put a tag, with all below it, under another, or to the top of a group (None: of its own)."""
        return self._edit(lambda session: tag_edits.reparent_tag(session, tag_id, parent_id, group=group))

    def merge(self, source: TagId, into: TagId) -> Edited:
        """Make one tag of two; the name of `source` becomes another word for `into`."""
        kept = tag_definition(self._store.reader, into)
        return self._edit(
            lambda session: merge_tags(session, source, into), rescore=None if kept is None else kept.tag.name
        )

    def preview_merge(self, source: TagId, into: TagId) -> MergePreview:
        """What `merge` would do. Changes nothing."""
        gone, kept = self._of(source), self._of(into)
        words = (gone.tag.name, *gone.aliases)
        merged = replace(
            kept,
            aliases=tuple(sorted((*kept.aliases, *words))),
            vocabulary_names=tuple(sorted((*kept.vocabulary_names, *gone.vocabulary_names))),
        )
        photos = merged_photos(self._store.reader, source, into)
        opinions = np.array([each.photo_id for each in self._scoring.scores(merged).opinions], np.int64)
        by_machine = opinions[~np.isin(opinions, photos.rejected)]
        below = [tag for tag in all_tags(self._store.reader) if tag.parent_id == source and tag.id != into]
        return MergePreview(
            gone.tag,
            kept.tag,
            photos.of_source,
            photos.of_kept,
            len(np.union1d(photos.given, by_machine)),
            words,
            len(below),
            len(photos.rejected),
        )

    def set_threshold(self, tag_id: TagId, threshold: float | None) -> Edited:
        """Accept a machine's word from this probability on; None: by the library's rule."""
        before = self._of(tag_id)
        wanted = replace(before, tag=replace(before.tag, threshold=threshold))
        return self._scored_edit(
            wanted, lambda session, scores: tag_edits.set_threshold(session, tag_id, threshold, scores=scores)
        )

    def preview_threshold(self, tag_id: TagId, threshold: float | None) -> ThresholdPreview:
        """Which photos another threshold (None: the library's rule) would add and remove. Changes nothing."""
        definition = self._of(tag_id)
        maybe = np.empty(0, np.int64)
        if threshold is None:
            wanted, maybe, threshold = self._by_rule(definition)
        else:
            wanted = self._scoring.probabilities(definition).at_least(threshold)
        now, decided = assigned_photos(self._store.reader, tag_id)
        added = wanted[~np.isin(wanted, np.concatenate([now, decided]))]
        removed = now[~np.isin(now, wanted)]
        return ThresholdPreview(
            tuple(PhotoId(each) for each in added.tolist()),
            tuple(PhotoId(each) for each in removed.tolist()),
            len(added) + len(now) - len(removed),
            threshold,
            int(np.count_nonzero(~np.isin(maybe, decided))),
        )

    def _by_rule(self, definition: TagDefinition) -> tuple[Ids, Ids, float]:
        """Photos that the library's rule accepts, the most probable first, those it suggests, and the least accepted one's probability."""
        looked_for = replace(definition, tag=replace(definition.tag, threshold=None, looked_for=True))
        opinions = self._scoring.scores(looked_for).opinions
        accepted = [each for each in opinions if each.state is TagState.ACCEPTED]
        suggested = [each.photo_id for each in opinions if each.state is TagState.SUGGESTED]
        lowest = min((each.probability for each in accepted), default=_NO_RULE_YET)
        return np.array([each.photo_id for each in accepted], np.int64), np.array(suggested, np.int64), lowest

    def set_colour(self, tag_id: TagId, colour: str | None) -> Edited:
        """Give a tag a colour ("#rrggbb"), or none."""
        change = TagChange({"colour": None if colour is None else _colour(colour)})
        return self._edit(lambda session: tag_edits.redefine_tag(session, tag_id, change))

    def set_sensitive(self, tag_id: TagId, *, sensitive: bool) -> Edited:
        """Count a tag among the sensitive ones, whose photos can be blurred, or no longer."""
        change = TagChange({"sensitive": int(sensitive)})
        return self._edit(lambda session: tag_edits.redefine_tag(session, tag_id, change))

    def undo(self) -> Edited:
        """Take the latest edit back. Nothing happens when there is none."""
        return self._replay(undo_edit)

    def redo(self) -> Edited:
        """Do again what was undone last. Raises UserFacingError when the library has moved on since."""
        return self._replay(redo_edit)

    def next_undo(self) -> Edit | None:
        """The edit that `undo` would take back."""
        return edit_to_undo(self._store.reader)

    def next_redo(self) -> Edit | None:
        """The edit that `redo` would do again."""
        return edit_to_redo(self._store.reader)

    def history(self) -> list[Edit]:
        """Edits that can be undone, the latest first."""
        return edits_made(self._store.reader)

    def _of(self, tag_id: TagId) -> TagDefinition:
        found = tag_definition(self._store.reader, tag_id)
        if found is None:
            raise UserFacingError("This tag is no longer there.", "Undo its deletion, or choose another.")
        return found

    def _scored_edit(self, wanted: TagDefinition, task: Callable[[WriteSession, tag_edits.Scores], Edited]) -> Edited:
        """Score first, so that the tag and what the machine says of it change in one transaction."""
        scores = self._scoring.scores(wanted)
        return self._edit(lambda session: task(session, scores))

    def _edit(self, task: Callable[[WriteSession], Edited], *, rescore: str | None = None) -> Edited:
        model = self._scoring.model
        current = tags_are_current(self._store, model)
        edited = self._store.edit(task)
        if edited.changes.tags_changed or edited.changes.retagged:
            model.tagger.forget_labels()
            touched = edited.changes.retagged
            if rescore is not None:
                touched |= self._rescore(rescore).retagged
            if current:
                keep_tags_current(self._store, model, touched=touched)
        return edited

    def _replay(self, replay: Callable[[WriteSession], Edited]) -> Edited:
        """Definitions are as they were then; what the machine says of them is asked of the model that serves now."""
        before = {item.tag.id: item for item in self.definitions()}
        model = self._scoring.model
        current = tags_are_current(self._store, model)
        edited = self._store.edit(replay)
        if edited.changes.tags_changed:
            model.tagger.forget_labels()
            touched = edited.changes.retagged
            for item in self.definitions():
                if before.get(item.tag.id) != item:
                    touched |= self._rescore(item.tag.name).retagged
            if current:
                keep_tags_current(self._store, model, touched=touched)
        return edited

    def _rescore(self, name: str) -> LibraryChanges:
        """Bring the machine's word about one tag up to date. Not an edit: no person said anything."""
        definition = self.definition(name)
        scores = self._scoring.scores(definition)

        def task(session: WriteSession) -> LibraryChanges:
            return put_opinions_of_tag(session, definition.tag.id, scores.opinions, model_id=scores.model_id)

        return self._store.change(task)

    def _cleaned(self, draft: TagDraft) -> TagDraft:
        templates = None
        if draft.templates:
            templates = tuple(" ".join(template.split()) for template in draft.templates if template.strip()) or None
        return replace(
            draft,
            name=cleaned_name(draft.name),
            aliases=tuple(dict.fromkeys(cleaned_name(alias) for alias in draft.aliases)),
            templates=templates,
            colour=None if draft.colour is None else _colour(draft.colour),
        )


def _colour(colour: str) -> str:
    try:
        return clean_colour(colour)
    except ValueError as error:
        raise UserFacingError(f"{colour!r} is not a colour.", "Write it like #2f80ed.") from error
