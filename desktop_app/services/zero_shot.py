"""The machine's tags: every photo scored against every tag that is looked for, by words and by what was learned."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from desktop_app.domain.indexing import MachineTag
from desktop_app.domain.model import ModelId
from desktop_app.domain.tag import Tag, TagDefinition, TagId, TagSource, TagState
from desktop_app.domain.tag_choice import MOST_TAGS, parse_tag_choice
from desktop_app.domain.tag_prompts import prompts_of
from desktop_app.domain.vocabulary import Vocabulary
from desktop_app.ml.calibration import Background, background_of
from desktop_app.ml.learned_tag import LearnedTag
from desktop_app.ml.matching import sigmoid
from desktop_app.ml.presence import common_words
from desktop_app.ml.prompts import prompts_key
from desktop_app.ml.tag_calibration import TagBackground, TagCalibration
from desktop_app.ml.tag_thresholds import best_cuts
from desktop_app.services.library_store import LibraryStore
from desktop_app.services.tag_rules import TagRules, state_at
from desktop_app.services.text_embedding import TextEmbedding
from desktop_app.store.settings import read_setting
from desktop_app.store.tag_fits import TagFit, lessons, tag_fit
from desktop_app.store.tags import looked_for_tags, tag_definition
from desktop_app.store.vocabulary_tags import put_vocabulary

Vectors = npt.NDArray[np.float32]

TAG_CHOICE = "tag_choice"
"""Setting: how the person wants machine tags chosen, as `TagChoice` prints itself."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The tags that are looked for, as a model sees them."""

    tags: tuple[Tag, ...]
    vectors: Vectors
    """Prompt ensembles, float32 [T, D]."""
    bank: Vectors
    """Background captions, float32 [B, D]."""
    fit: TagFit | None
    """What was fitted to this library; None before its first photos."""
    learned: Mapping[int, LearnedTag]
    """By the tag's place among `tags`."""
    rules: TagRules
    places: Mapping[TagId, int]
    words: tuple[str, ...]
    """A fingerprint of each tag's prompts."""

    @property
    def tag_ids(self) -> tuple[TagId, ...]:
        """The tags' ids, in order."""
        return tuple(tag.id for tag in self.tags)

    def place_of(self, tag_id: TagId) -> int | None:
        """Where a tag stands among `tags`."""
        return self.places.get(tag_id)

    def fitted_place(self, tag: Tag, vector: Vectors) -> int | None:
        """Where a tag stands, when it was fitted to the library by prompts of this vector [D]."""
        place = self.places.get(tag.id)
        fitted = None if self.fit is None else self.fit.tags.get(tag.id)
        if place is None or fitted is None or fitted.words != self.words[place]:
            return None  # after a change of its words, the fit speaks of the former ones until the next
        return place if np.allclose(self.vectors[place], vector, atol=1e-5) else None

    def background(self, leads: Vectors) -> TagBackground:
        """How tags score over the library; before anything was fitted, over the photos at hand, `leads` [N, T]."""
        if self.fit is None or not self.fit.tags:
            return TagBackground.of(leads)
        known = [self.fit.tags.get(tag.id) for tag in self.tags]
        fitted = [each for each in known if each is not None] or list(self.fit.tags.values())
        # A tag defined since then is measured against the middle of the others.
        middle = np.median([(each.location, each.spread, each.best) for each in fitted], axis=0)
        rows = [middle if each is None else (each.location, each.spread, each.best) for each in known]
        location, spread, best = np.array(rows, np.float32).reshape(-1, 3).T
        return TagBackground(location, spread, best, self.fit.photos)


class ZeroShotTagger:
    """Turns image embeddings into machine tags. The labels are embedded at first use and cached in the library."""

    def __init__(
        self,
        store: LibraryStore,
        texts: TextEmbedding,
        *,
        model_id: ModelId,
        vocabulary: Vocabulary,
        background_captions: tuple[str, ...],
        calibration: TagCalibration,
    ) -> None:
        self._store = store
        self._texts = texts
        self._model_id = model_id
        self._vocabulary = vocabulary
        self._captions = background_captions
        self.calibration = calibration
        self._labels: Labels | None = None
        self._has_vocabulary = False
        self._prompts: dict[TagDefinition, tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def labels(self) -> Labels:
        """The tags with their embeddings and fits; read once, until `forget_labels`."""
        with self._lock:
            if self._labels is None:
                self._labels = self._read_labels()
            return self._labels

    def forget_labels(self) -> None:
        """Have the tags read again at the next use: the person defined, changed or taught some."""
        with self._lock:
            self._labels = None

    @property
    def made_with(self) -> str:
        """Changes whenever scores are read in another way."""
        return prompts_key([repr(self._captions), repr(self.calibration)])

    def words_of_tags(self) -> dict[TagId, str]:
        """For each tag, a fingerprint that changes whenever it is asked for in other words; as the library has it now."""
        return {tag.tag.id: prompts_key(self.prompts_of(tag)) for tag in self._scored_tags()}

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same photo could get other tags."""
        reader = self._store.reader
        fit = tag_fit(reader, self._model_id)
        # Single tags that were fitted since then are no reason to score all photos for all tags.
        fitted = None if fit is None else (fit.photos, fit.made_with, *fit.floors.items())
        tags = [(tag.tag.id, tag.tag.threshold, *self.prompts_of(tag)) for tag in self._scored_tags()]
        taught = [(tag, lesson.bias, lesson.blend) for tag, lesson in lessons(reader, self._model_id).items()]
        return prompts_key([self.made_with, repr(fitted), repr(tags), repr(taught), self.choice_text])

    @property
    def choice_text(self) -> str:
        """How tags are to be chosen, as it is stored."""
        return read_setting(self._store.reader, TAG_CHOICE) or "balanced"

    def bank(self) -> Vectors:
        """Embeddings of the background captions, float32 [B, D]."""
        return self._texts.ensembles([(caption,) for caption in self._captions])

    def known_texts(self) -> tuple[Vectors, Vectors]:
        """Texts that mean something to people, float32 [n, D]: the names of tags, and the background captions."""
        labels = self.labels()
        return labels.vectors, labels.bank

    @cached_property
    def common_words(self) -> frozenset[str]:
        """What the background captions say."""
        return common_words(self._captions)

    def prompts_of(self, definition: TagDefinition) -> tuple[str, ...]:
        """The sentences by which a tag is asked for; of the whole vocabulary they take some time, and are remembered."""
        found = self._prompts.get(definition)
        if found is None:
            found = self._prompts[definition] = prompts_of(definition, self._vocabulary)
        return found

    def vector_of(self, prompts: tuple[str, ...]) -> Vectors:
        """The unit vector [D] of a tag's prompts, for words that are no tag yet."""
        return np.asarray(self._texts.ensembles([prompts])[0], dtype=np.float32)

    def log_odds(self, vectors: Vectors, *, learned: bool = True) -> Vectors:
        """Log-odds of all tags for photos given as unit vectors [N, D], float32 [N, T]; or by the words alone."""
        labels = self.labels()
        photos = background_of(vectors, labels.bank)
        similarities = np.asarray(vectors @ labels.vectors.T, np.float32)
        tags = labels.background(similarities - photos.mean[:, None])
        odds = self.calibration.log_odds(similarities, photos, tags)
        if learned:
            for place, lesson in labels.learned.items():
                odds[:, place] = lesson.log_odds(vectors, odds[:, place])
        return odds

    def odds_of(self, vector: Vectors, tag: Tag | None, similarities: Vectors, photos: Background) -> Vectors:
        """Zero-shot log-odds [N] of a tag whose prompts' vector has these similarities [N] to photos."""
        labels = self.labels()
        place = None if tag is None else labels.fitted_place(tag, vector)
        if place is not None:
            background = labels.background(np.empty((0, len(labels.tags)), np.float32)).column(place)
        else:
            # Words that were not fitted yet: the library's own scores for them are at hand.
            background = TagBackground.of((similarities - photos.mean)[:, None])
        return self.calibration.log_odds(similarities[:, None], photos, background)[:, 0]

    def tags_for(self, vectors: Vectors) -> list[tuple[MachineTag, ...]]:
        """The tags of photos given as unit vectors [N, D], most probable first."""
        labels = self.labels()
        return [self._chosen(row, labels) for row in sigmoid(self.log_odds(vectors))]

    def lesson_of(self, tag: Tag) -> LearnedTag | None:
        """What a tag was taught, when it was."""
        labels = self.labels()
        place = labels.place_of(tag.id)
        return None if place is None else labels.learned.get(place)

    def thresholds_of(self, tag: Tag) -> tuple[float, float]:
        """From which probability on a tag is suggested, and from which accepted."""
        labels = self.labels()
        return labels.rules.thresholds(labels.place_of(tag.id), own=tag.threshold)

    def thresholds_by(self, tag: Tag, vector: Vectors, probabilities: Vectors) -> tuple[float, float]:
        """The same of a tag by its prompts' vector, which may be new, and what it would score over the library [N]."""
        labels = self.labels()
        if labels.fitted_place(tag, vector) is not None or not len(probabilities):
            return self.thresholds_of(tag)
        suggest = float(labels.rules.ends(best_cuts(probabilities[:, None]), photos=len(probabilities))[0])
        accept = labels.rules.accept if tag.threshold is None else tag.threshold
        return min(suggest, accept), accept

    def _chosen(self, probabilities: Vectors, labels: Labels) -> tuple[MachineTag, ...]:
        """The tags above their thresholds; at least the most probable one, so that no photo goes without a suggestion."""
        order = np.argsort(-probabilities, kind="stable")[: labels.rules.top or MOST_TAGS]
        chosen = []
        for rank, place in enumerate(order.tolist()):
            probability = float(probabilities[place])
            suggest, accept = labels.rules.thresholds(place, own=labels.tags[place].threshold)
            state = state_at(probability, suggest=suggest, accept=accept)
            if state is None and rank > 0 and labels.rules.top is None:
                continue
            source = TagSource.LEARNED if place in labels.learned else TagSource.ZERO_SHOT
            chosen.append(MachineTag(labels.tags[place].id, round(probability, 4), state or TagState.SUGGESTED, source))
        return tuple(chosen)

    def _read_labels(self) -> Labels:
        definitions = self._scored_tags()
        prompts = [self.prompts_of(tag) for tag in definitions]
        tags = tuple(definition.tag for definition in definitions)
        fit = tag_fit(self._store.reader, self._model_id)
        taught = lessons(self._store.reader, self._model_id)
        learned = {
            place: LearnedTag(lesson.weights, lesson.bias, lesson.blend)
            for place, tag in enumerate(tags)
            if (lesson := taught.get(tag.id)) is not None
        }
        rules = TagRules.of(parse_tag_choice(self.choice_text), fit, tags)
        return Labels(
            tags,
            self._texts.ensembles(prompts),
            self.bank(),
            fit,
            learned,
            rules,
            places={tag.id: place for place, tag in enumerate(tags)},
            words=tuple(prompts_key(each) for each in prompts),
        )

    def _scored_tags(self) -> list[TagDefinition]:
        """The tags that are looked for, and those that were taught, by id."""
        if not self._has_vocabulary:
            self._store.writer.do(lambda session: put_vocabulary(session, self._vocabulary))
            self._has_vocabulary = True
        reader = self._store.reader
        found = {definition.tag.id: definition for definition in looked_for_tags(reader)}
        for tag_id in lessons(reader, self._model_id):
            if tag_id not in found and (definition := tag_definition(reader, tag_id)) is not None:
                found[tag_id] = definition
        return [found[tag_id] for tag_id in sorted(found)]
