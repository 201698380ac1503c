"""An embedding for every patch of a picture, in the space that the model's texts live in.

CLIP is trained on whole pictures: a pooling at its end makes one vector of what the tower saw at each position. Undoing only
that pooling gives each position a vector which still compares with texts, without any training:
 - where the end averages or attends (MobileNet, MobileCLIP, SigLIP), the pooling and the projection of one position alone,
 - for CLIP's ResNets the value path of their attention pooling: MaskCLIP (Zhou, Loy and Dai, "Extract Free Dense Labels from
   CLIP", ECCV 2022),
 - for its transformers the value path of the last block, each patch attending to patches that ask alike, without the block's
   residual and its MLP, which mostly speak of the whole picture: ClearCLIP (Lan et al., ECCV 2024),
 - for any other tower the embeddings of small cuts.
"""

from __future__ import annotations

from typing import Any

from desktop_app.ml.torch_setup import import_torch

# Positions that are pooled together with their neighbours where a tower averages: its projection was only ever fed averages,
# and on collages of photos the map of 3 x 3 lay better on the thing asked for than that of single positions (0.97 of it
# against 0.94 with the built-in model).
_NEIGHBOURHOOD = 3

# The cuts of an unknown tower: so many a side, each this part of the picture's side.
_CUTS = 5
_CUT_PART = 0.4


def patch_features(model: Any, batch: Any) -> Any:
    """Features of each patch, a tensor [N, rows, columns, D], not normalised, for preprocessed pictures [N, 3, S, S]."""
    visual = model.visual
    if hasattr(visual, "trunk"):
        found = _of_timm(visual, batch)
    elif hasattr(visual, "attnpool"):
        found = _of_resnet(visual, batch)
    elif getattr(visual, "attn_pool", None) is None and hasattr(visual, "class_embedding"):
        found = _of_transformer(visual, batch)
    else:
        found = None
    return _of_cuts(model, batch) if found is None else found


def _of_timm(visual: Any, batch: Any) -> Any:
    """A tower of timm in open_clip's adapter: its own head on one position at a time. None when its pooling has places."""
    trunk = visual.trunk
    seen = trunk.forward_features(batch)
    if hasattr(visual.head, "pool"):
        return None
    if seen.ndim == 4 and seen.shape[1] == trunk.num_features:
        seen = import_torch().nn.functional.avg_pool2d(
            seen, _NEIGHBOURHOOD, stride=1, padding=_NEIGHBOURHOOD // 2, count_include_pad=False
        )
        count, channels, rows, columns = seen.shape
        alone = seen.permute(0, 2, 3, 1).reshape(-1, channels, 1, 1)
    elif seen.ndim == 3 and not trunk.num_prefix_tokens and _has_no_places(trunk):
        count, tokens, channels = seen.shape
        rows = columns = round(tokens**0.5)
        if rows * columns != tokens:
            return None
        # Attention over a single position gives it all the weight: what is left is the value path.
        alone = seen.reshape(-1, 1, channels)
    else:
        return None
    return visual.head(trunk.forward_head(alone)).reshape(count, rows, columns, -1)


def _has_no_places(trunk: Any) -> bool:
    """Whether attention pooling, where there is one, takes tokens as they are, wherever they lie."""
    return getattr(getattr(trunk, "attn_pool", None), "pos_embed", None) is None


def _of_resnet(visual: Any, batch: Any) -> Any:
    """CLIP's ResNets end in attention over the last map: the values of that attention, without attending."""
    pool = visual.attnpool
    seen = _input_of(pool, visual, batch)
    return pool.c_proj(pool.v_proj(seen.permute(0, 2, 3, 1)))


def _of_transformer(visual: Any, batch: Any) -> Any:
    """CLIP's transformers: the last block's attention alone, of queries to queries."""
    block = visual.transformer.resblocks[-1]
    if not hasattr(block.attn, "in_proj_weight") or not hasattr(visual, "ln_post"):
        return None
    tokens = _input_of(block, visual, batch)
    if not visual.transformer.batch_first:
        tokens = tokens.transpose(0, 1)
    attended = block.ls_1(_queries_to_queries(block.attn, block.ln_1(tokens)))[:, 1:]
    count, patches, _ = attended.shape
    rows, columns = visual.grid_size
    if rows * columns != patches:
        return None
    features = visual.ln_post(attended)
    if visual.proj is not None:
        features = features @ visual.proj
    return features.reshape(count, rows, columns, -1)


def _queries_to_queries(attention: Any, tokens: Any) -> Any:
    """Multi-head attention over tokens [N, L, C] in which queries stand in for keys."""
    functional = import_torch().nn.functional
    count, length, width = tokens.shape
    queries, _, values = functional.linear(tokens, attention.in_proj_weight, attention.in_proj_bias).chunk(3, dim=-1)
    queries, values = (
        part.reshape(count, length, attention.num_heads, -1).transpose(1, 2) for part in (queries, values)
    )
    mixed = functional.scaled_dot_product_attention(queries, queries, values)
    return attention.out_proj(mixed.transpose(1, 2).reshape(count, length, width))


def _input_of(part: Any, visual: Any, batch: Any) -> Any:
    """What a part of the tower is fed when the whole tower runs."""
    fed: list[Any] = []
    watching = part.register_forward_pre_hook(
        lambda _, inputs, named: fed.append(_first(inputs, named)), with_kwargs=True
    )
    try:
        visual(batch)
    finally:
        watching.remove()
    return fed[0]


def _first(inputs: tuple[Any, ...], named: dict[str, Any]) -> Any:
    return inputs[0] if inputs else next(iter(named.values()))


def _of_cuts(model: Any, batch: Any) -> Any:
    """Embeddings of overlapping cuts, each enlarged to the whole: slow, and right for every tower."""
    torch = import_torch()
    side = batch.shape[-1]
    cut = max(1, round(side * _CUT_PART))
    starts = [round(step * (side - cut) / (_CUTS - 1)) for step in range(_CUTS)]
    cuts = torch.stack([batch[:, :, top : top + cut, left : left + cut] for top in starts for left in starts], dim=1)
    large = torch.nn.functional.interpolate(
        cuts.flatten(0, 1).float(), size=(side, side), mode="bilinear", align_corners=False
    )
    return model.encode_image(large.to(batch.dtype)).reshape(len(batch), _CUTS, _CUTS, -1)
