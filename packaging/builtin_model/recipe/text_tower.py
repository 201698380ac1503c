"""The text tower: a small open_clip transformer distilled from the sentence teacher."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from open_clip.tokenizer import SimpleTokenizer
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from recipe.architecture import CONTEXT_LENGTH, EMBED_DIMENSIONS, TEXT_WIDTH, VOCABULARY_SIZE
from recipe.teacher import TEACHER_DIMENSIONS, SentenceTeacher

WORD_END = "</w>"
BUCKET_BATCHES = 40
"""Sentences are sorted by length within this many batches, which keeps the order random and the padding short."""


@dataclass(frozen=True, slots=True)
class DistillationSettings:
    """How long and how fast to distil; the defaults take about fifteen minutes on two cores with AMX."""

    epochs: int = 3
    batch: int = 512
    peak_rate: float = 1.5e-3
    warm_up_steps: int = 200
    weight_decay: float = 0.01
    relation_weight: float = 20.0
    seconds_between_checkpoints: float = 60.0


def tokenize(sentences: Sequence[str]) -> NDArray[np.int32]:
    """open_clip's own tokens, int32 [N, 32], zero-padded."""
    tokenizer = SimpleTokenizer(context_length=CONTEXT_LENGTH)
    rows = [tokenizer(list(sentences[start : start + 4096])).numpy() for start in range(0, len(sentences), 4096)]
    return np.concatenate(rows).astype(np.int32)


def count_tokens() -> Callable[[str], int]:
    """How many of open_clip's tokens a word takes."""
    tokenizer = SimpleTokenizer(context_length=CONTEXT_LENGTH)
    return lambda word: len(tokenizer.encode(word))


def lengths_of(tokens: NDArray[np.int32]) -> NDArray[np.int64]:
    """Tokens of each row up to and including the end mark."""
    return np.asarray(tokens.argmax(axis=1) + 1)


def encode_tokens(model: CLIP, tokens: Tensor) -> Tensor:
    """What `model.encode_text` computes, for rows cut to a shorter length than the context; not normalised."""
    length = tokens.shape[1]
    hidden = model.token_embedding(tokens) + model.positional_embedding[:length]
    hidden = model.ln_final(model.transformer(hidden, attn_mask=model.attn_mask[:length, :length]))
    ends = hidden[torch.arange(len(tokens), device=tokens.device), tokens.argmax(dim=-1)]
    embeddings: Tensor = model.text_projection(ends)
    return embeddings


@torch.no_grad()
def start_from_teacher(model: CLIP, teacher: SentenceTeacher, targets: NDArray[np.float32]) -> None:
    """Give each token the (PCA-reduced) mean embedding of its teacher word pieces, and aim the bias at the mean target."""
    pieces = teacher.word_piece_embeddings
    pieces = pieces - pieces.mean(axis=0)
    _, _, directions = np.linalg.svd(pieces[:20000], full_matrices=False)
    reduced = pieces @ directions[:TEXT_WIDTH].T
    reduced *= 0.03 / reduced.std()
    tokenizer = SimpleTokenizer(context_length=CONTEXT_LENGTH)
    for token in range(VOCABULARY_SIZE - 2):
        word = bytearray(tokenizer.byte_decoder[mark] for mark in tokenizer.decoder[token].replace(WORD_END, ""))
        ids = teacher.word_piece_ids(word.decode("utf-8", errors="ignore"))
        if ids:
            model.token_embedding.weight[token] = torch.from_numpy(reduced[ids].mean(axis=0))
    model.text_projection.bias.zero_()
    model.text_projection.bias[:TEACHER_DIMENSIONS] = torch.from_numpy(targets.mean(axis=0))


def pad_targets(embeddings: NDArray[np.float16]) -> NDArray[np.float16]:
    """Teacher embeddings [N, 384] in the model's space [N, 512]; the further dimensions are free for alignment."""
    return np.pad(embeddings, ((0, 0), (0, EMBED_DIMENSIONS - embeddings.shape[1])))


def parameters_of(model: CLIP) -> list[tuple[str, nn.Parameter]]:
    """The text tower's parameters by name."""
    return [(name, value) for name, value in model.named_parameters() if not name.startswith(("visual", "logit"))]


def distil(
    model: CLIP,
    tokens: NDArray[np.int32],
    targets: NDArray[np.float16],
    *,
    settings: DistillationSettings,
    seed: int,
    checkpoint: Path,
    report: Callable[[str], None],
) -> None:
    """Teach the text tower the targets [N, 512]: loss 1 − cosine plus agreement of similarities within the batch.

    State is saved to `checkpoint` every minute or so and taken up again from there. Attention runs as plain matrix
    products, because torch's fused attention has a backward pass on CPU that takes four times as long as all the rest.
    """
    text_parameters = [value for _, value in parameters_of(model)]
    optimiser = torch.optim.AdamW(
        text_parameters, lr=settings.peak_rate, weight_decay=settings.weight_decay, betas=(0.9, 0.98), fused=True
    )
    lengths = lengths_of(tokens)
    steps_per_epoch = len(tokens) // settings.batch
    total = steps_per_epoch * settings.epochs
    done = _resume(model, optimiser, checkpoint)
    device = next(model.parameters()).device
    last_saved, mean_loss = time.monotonic(), 0.0
    for epoch in range(done // steps_per_epoch, settings.epochs):
        batches = list(_bucketed_batches(lengths, settings.batch, np.random.default_rng((seed, epoch))))
        for step in range(done, (epoch + 1) * steps_per_epoch):
            rows = batches[step - epoch * steps_per_epoch]
            for group in optimiser.param_groups:
                group["lr"] = settings.peak_rate * _rate(step, total, settings.warm_up_steps)
            batch_tokens = torch.from_numpy(tokens[rows, : lengths[rows].max()]).long().to(device)
            target = torch.from_numpy(targets[rows].astype(np.float32)).to(device)
            optimiser.zero_grad(set_to_none=True)
            with sdpa_kernel(SDPBackend.MATH):
                loss = _distillation_loss(model, batch_tokens, target, settings.relation_weight)
                loss.backward()
            torch.nn.utils.clip_grad_norm_(text_parameters, 1.0)
            optimiser.step()
            mean_loss += 0.02 * (float(loss.detach()) - mean_loss)
            done = step + 1
            if done % 200 == 0:
                report(f"text: step {done}/{total}, loss {mean_loss:.4f}")
            if time.monotonic() - last_saved > settings.seconds_between_checkpoints or done == total:
                _save(model, optimiser, done, checkpoint)
                last_saved = time.monotonic()


def _distillation_loss(model: CLIP, tokens: Tensor, target: Tensor, relation_weight: float) -> Tensor:
    with torch.autocast(tokens.device.type, dtype=torch.bfloat16):
        raw = encode_tokens(model, tokens)
    student = functional.normalize(raw.float(), dim=-1)
    cosine = (student * target).sum(-1)
    relations = functional.mse_loss(student @ student.T, target @ target.T)
    return (1 - cosine).mean() + relation_weight * relations


def _bucketed_batches(
    lengths: NDArray[np.int64], batch: int, chance: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    order = chance.permutation(len(lengths))
    batches = []
    span = batch * BUCKET_BATCHES
    for start in range(0, len(order), span):
        chunk = order[start : start + span]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        batches += [chunk[place : place + batch] for place in range(0, len(chunk) - batch + 1, batch)]
    yield from (batches[number] for number in chance.permutation(len(batches)))


def _rate(step: int, total: int, warm_up: int) -> float:
    """Linear warm-up, then a half cosine to a hundredth."""
    if step < warm_up:
        return (step + 1) / warm_up
    progress = (step - warm_up) / max(1, total - warm_up)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def _save(model: CLIP, optimiser: torch.optim.Optimizer, done: int, checkpoint: Path) -> None:
    partial = checkpoint.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "done": done}, partial)
    partial.replace(checkpoint)


def _resume(model: CLIP, optimiser: torch.optim.Optimizer, checkpoint: Path) -> int:
    if not checkpoint.exists():
        return 0
    state = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["done"])


@torch.inference_mode()
def typical_length(model: CLIP, sentences: Sequence[str]) -> float:
    """Mean length of the text tower's embeddings before normalisation."""
    tokens = torch.from_numpy(tokenize(sentences)).long().to(next(model.parameters()).device)
    return float(encode_tokens(model, tokens).norm(dim=-1).mean())


@torch.inference_mode()
def encode_sentences(model: CLIP, sentences: Sequence[str], *, batch: int = 512) -> NDArray[np.float32]:
    """L2-normalised float32 [N, 512] of sentences by the text tower in its present state."""
    tokens = tokenize(sentences)
    lengths = lengths_of(tokens)
    order = np.argsort(lengths, kind="stable")
    device = next(model.parameters()).device
    embeddings = np.empty((len(tokens), EMBED_DIMENSIONS), dtype=np.float32)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        cut = torch.from_numpy(tokens[rows, : lengths[rows].max()]).long().to(device)
        embeddings[rows] = functional.normalize(encode_tokens(model, cut), dim=-1).cpu().numpy()
    return embeddings
