"""Prompt ensembles through the model, each computed once per model and kept in the library."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np

from desktop_app.domain.model import ModelId
from desktop_app.ml.inference import Inference, Vectors
from desktop_app.ml.prompts import QUERY_TEMPLATES, ensemble_mean, fill_templates, prompts_key
from desktop_app.services.library_store import LibraryStore
from desktop_app.store.embeddings import load_text_embeddings, put_text_embeddings

# What a person types is remembered for the session only: typing makes many half-words that nobody asks for again.
_REMEMBERED_QUERIES = 512

# Sentences per job when a whole vocabulary is embedded: some tens of milliseconds of a small text tower.
_CHUNK = 64


class TextEmbedding:
    """Embeds fixed prompts (vocabulary, background captions) and free queries with one model."""

    def __init__(
        self,
        store: LibraryStore,
        inference: Inference,
        *,
        model_id: ModelId,
        wordings: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._store = store
        self._inference = inference
        self._model_id = model_id
        self._wordings = wordings or {}
        self._queries: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def ensembles(self, prompt_sets: Sequence[tuple[str, ...]]) -> Vectors:
        """One unit vector per set of prompts, float32 [n, D]; new ones are computed and kept in the library."""
        keys = [prompts_key(prompts) for prompts in prompt_sets]
        cached = load_text_embeddings(self._store.reader, self._model_id, keys)
        absent = {key: prompts for key, prompts in zip(keys, prompt_sets, strict=True) if key not in cached}
        if absent:
            computed = self._compute(absent)
            self._store.writer.do(lambda session: put_text_embeddings(session, self._model_id, computed))
            cached.update(computed)
        return np.stack([cached[key] for key in keys])

    def query(self, text: str) -> Vectors:
        """The unit vector [D] of what a person typed, by a small prompt ensemble, or by the sentences that say more than it."""
        cleaned = " ".join(text.split())
        with self._lock:
            if cleaned in self._queries:
                self._queries.move_to_end(cleaned)
                return self._queries[cleaned]
        prompts = self._wordings.get(cleaned.casefold()) or fill_templates(cleaned, QUERY_TEMPLATES)
        vector = ensemble_mean(self._inference.embed_texts(prompts).result())
        with self._lock:
            self._queries[cleaned] = vector
            while len(self._queries) > _REMEMBERED_QUERIES:
                self._queries.popitem(last=False)
        return vector

    def _compute(self, prompt_sets: dict[str, tuple[str, ...]]) -> dict[str, Vectors]:
        # Texts of a like length together: a job costs as much as its longest.
        sentences = sorted({sentence for prompts in prompt_sets.values() for sentence in prompts}, key=len)
        row_of = {sentence: row for row, sentence in enumerate(sentences)}
        # In small jobs that are not urgent, so that a person's query slips in between.
        parts = [
            self._inference.embed_texts(sentences[start : start + _CHUNK], urgent=False)
            for start in range(0, len(sentences), _CHUNK)
        ]
        vectors = np.concatenate([part.result() for part in parts])
        return {
            key: ensemble_mean(vectors[[row_of[sentence] for sentence in prompts]])
            for key, prompts in prompt_sets.items()
        }
