"""Patches of towers of every kind lie where they are in the picture, and compare with what the tower says of whole ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from desktop_app.ml.patch_features import patch_features
from desktop_app.ml.torch_setup import import_open_clip, import_torch

SIDE = 160


def transformer() -> Any:
    """ViT-B-32's kind, small."""
    import_open_clip()
    from open_clip.transformer import VisionTransformer

    return VisionTransformer(image_size=SIDE, patch_size=16, width=64, layers=3, heads=4, mlp_ratio=4.0, output_dim=32)


def resnet() -> Any:
    """RN50's kind, small."""
    import_open_clip()
    from open_clip.modified_resnet import ModifiedResNet

    return ModifiedResNet(layers=[1, 1, 1, 1], output_dim=32, heads=4, image_size=SIDE, width=8)


def attending() -> Any:
    """SigLIP's kind, small: tokens without a class token, pooled by attention."""
    import_open_clip()
    import timm
    from open_clip.timm_model import TimmModel

    tower = TimmModel("test_vit", 64, image_size=SIDE, pool="token", proj="none")
    tower.trunk = timm.create_model("test_vit", img_size=SIDE, num_classes=0, global_pool="map", class_token=False)
    return tower


def unheard_of() -> Any:
    """A tower of which nothing is known but that it takes pictures."""
    import_open_clip()
    torch = import_torch()
    return torch.nn.Sequential(torch.nn.AvgPool2d(8), torch.nn.Flatten(), torch.nn.LazyLinear(32))


# A MobileNet with random weights says nearly the same of everything; where the built-in model's patches lie: test_heat.py.
TOWERS = [transformer, resnet, attending, unheard_of]


@pytest.fixture(params=TOWERS, ids=[make.__name__ for make in TOWERS])
def model(request: pytest.FixtureRequest) -> Any:
    """A model with random weights: geometry does not depend on what was learned."""
    torch = import_torch()
    torch.manual_seed(1)
    visual = request.param().eval()
    return SimpleNamespace(visual=visual, encode_image=visual)


def pictures() -> tuple[Any, Any]:
    """Two textures as preprocessed pictures: smooth, and busy."""
    torch = import_torch()
    torch.manual_seed(2)
    smooth = torch.linspace(-1.5, 1.5, SIDE).expand(1, 3, SIDE, SIDE).clone()
    busy = torch.randn(1, 3, SIDE, SIDE) * 1.2
    return smooth, busy


def unit(features: Any) -> np.ndarray:
    found = features.float().numpy()
    return found / np.linalg.norm(found, axis=-1, keepdims=True)


def features_of(model: Any, picture: Any) -> np.ndarray:
    with import_torch().no_grad():
        return unit(patch_features(model, picture))[0]


def test_every_patch_has_a_vector(model: Any) -> None:
    _, busy = pictures()
    found = features_of(model, busy)
    rows, columns, _ = found.shape
    assert rows == columns > 1
    assert np.isfinite(found).all()
    with import_torch().no_grad():
        assert found.shape[2] == model.encode_image(busy).shape[1]


@pytest.mark.parametrize(("right", "below"), [(True, False), (False, False), (True, True)])
def test_the_map_lies_where_the_thing_is(model: Any, right: bool, below: bool) -> None:
    """One quarter of a smooth picture becomes busy: the patches that say something else now are those of that quarter."""
    smooth, busy = pictures()
    half = SIDE // 2
    rows = slice(half, None) if below else slice(0, half)
    columns = slice(half, None) if right else slice(0, half)
    mixed = smooth.clone()
    mixed[:, :, rows, columns] = busy[:, :, rows, columns]
    changed = 1.0 - (features_of(model, mixed) * features_of(model, smooth)).sum(axis=-1)
    part = len(changed) // 2
    corner = (slice(-part, None) if below else slice(0, part)), (slice(-part, None) if right else slice(0, part))
    elsewhere = np.ones(changed.shape, bool)
    elsewhere[corner] = False
    assert changed[corner].mean() > 1.2 * changed[elsewhere].mean()


def test_attention_over_one_place_is_its_value_path() -> None:
    """Where all tokens are alike, pooling them all and pooling one give the same."""
    torch = import_torch()
    torch.manual_seed(3)
    pool = attending().eval().trunk.attn_pool
    token = torch.randn(1, 1, pool.kv.in_features)
    with torch.no_grad():
        torch.testing.assert_close(pool(token.expand(1, 36, -1)), pool(token))


def test_watching_a_part_leaves_no_hook_behind() -> None:
    torch = import_torch()
    visual = resnet().eval()
    with torch.no_grad():
        patch_features(SimpleNamespace(visual=visual, encode_image=visual), pictures()[0])
    assert not visual.attnpool._forward_pre_hooks
