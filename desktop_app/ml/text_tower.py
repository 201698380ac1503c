"""A text tower asked only for as many tokens as its texts have."""

from __future__ import annotations

from typing import Any

from desktop_app.ml.torch_setup import import_open_clip


def encode_texts(model: Any, tokens: Any) -> Any:
    """What `model.encode_text(tokens)` gives, [N, D] not normalised, at the cost of the longest text of the batch.

    open_clip pads every text to the whole context (32 to 77 tokens; a tag's prompt has about 7) and computes all of it.
    Under a causal mask no token sees those behind it, so what stands behind the last end-of-text token changes nothing.
    """
    if not _is_causal(model):
        return model.encode_text(tokens)
    transformer = import_open_clip().transformer
    length = int((tokens != 0).any(dim=0).nonzero().max()) + 1
    tokens = tokens[:, :length]
    dtype = model.transformer.get_cast_dtype()
    x = model.token_embedding(tokens).to(dtype) + model.positional_embedding[:length].to(dtype)
    x = model.ln_final(model.transformer(x, attn_mask=model.attn_mask[:length, :length]))
    ends = getattr(model, "text_eos_id", None)
    x = transformer.text_global_pool(x, tokens, model.text_pool_type, eos_token_id=ends)
    if model.text_projection is None:
        return x
    # A layer with a bias, or a bare matrix.
    return model.text_projection(x) if callable(model.text_projection) else x @ model.text_projection


def _is_causal(model: Any) -> bool:
    """True for the towers of the first CLIP's kind: a causal mask, and read off at the end-of-text token."""
    return (
        type(model) is import_open_clip().model.CLIP
        and model.attn_mask is not None
        and model.text_pool_type in {"argmax", "eos"}
    )
