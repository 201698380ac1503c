"""The towers, their losses and what is written to disk, on small random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import open_clip
import pytest
import timm
import torch
from open_clip.model import CLIP

from recipe.align import AlignmentSettings, SplitTrunk, WeightAverage, align_head
from recipe.architecture import IMAGE_SIZE, build_model
from recipe.dataset import Concepts
from recipe.export import fold_text_adapter, write_model
from recipe.image_tower import CLASS_THRESHOLD, Classifier, start_head
from recipe.losses import AlignmentLoss, LossWeights, TextTargets
from recipe.text_tower import DistillationSettings, distil, encode_tokens, tokenize
from recipe.vocabulary import EVERYDAY_KINDS


@pytest.fixture(scope="module")
def model() -> CLIP:
    return build_model(3).eval()


def test_at_odd_sizes_the_tower_is_the_backbone_as_it_was_trained(model: CLIP) -> None:
    trained = timm.create_model("mobilenetv2_100", pad_type="same", num_classes=0).eval()
    trained.load_state_dict(model.visual.trunk.state_dict())
    image = torch.randn(1, 3, IMAGE_SIZE, IMAGE_SIZE)
    with torch.inference_mode():
        assert torch.allclose(trained(image), model.visual.trunk(image), atol=1e-4)
        assert not torch.allclose(trained(image[..., :-1, :-1]), model.visual.trunk(image[..., :-1, :-1]), atol=1e-4)


def test_the_split_trunk_is_the_same_function(model: CLIP) -> None:
    trunk = SplitTrunk(model)
    image = torch.randn(2, 3, 65, 65)
    with torch.no_grad():
        whole = model.visual.trunk(image)
        features, original = trunk(image)
    scale = float(whole.abs().max())
    assert torch.allclose(features, whole, atol=0.05 * scale)
    assert torch.allclose(original, whole, atol=0.05 * scale)


def test_a_fresh_head_names_the_class_of_the_classifier(model: CLIP) -> None:
    chance = np.random.default_rng(0)
    names = chance.normal(size=(1000, 512)).astype(np.float32)
    names /= np.linalg.norm(names, axis=1, keepdims=True)
    classifier = Classifier(torch.randn(1000, 1280) * 0.03, torch.zeros(1000))
    start_head(model, classifier, names)
    plain = torch.rand(5, 1280)
    classes = torch.tensor([3, 99, 500, 700, 999])
    showing = classifier.features_showing(classes, plain, torch.full((5,), 4 * CLASS_THRESHOLD))
    assert classifier.logits(showing).argmax(1).tolist() == classes.tolist()
    with torch.no_grad():
        similarity = model.visual.head(showing).numpy() @ names.T
    assert similarity.argmax(axis=1).tolist() == classes.tolist()


def test_shortened_rows_give_open_clips_own_text_embeddings(model: CLIP) -> None:
    tokens = torch.from_numpy(tokenize(["a dog", "two dogs playing on green grass"])).long()
    with torch.inference_mode():
        whole = model.encode_text(tokens)
        cut = encode_tokens(model, tokens[:, : int(tokens.argmax(dim=1).max()) + 1])
    assert torch.allclose(whole, cut, atol=1e-4)


def test_the_folded_text_map_is_the_map(model: CLIP) -> None:
    weight, bias = torch.randn(512, 512) * 0.1, torch.randn(512)
    tokens = torch.from_numpy(tokenize(["a red kite"])).long()
    with torch.inference_mode():
        before = model.encode_text(tokens)
    length = float(before.norm())
    fold_text_adapter(model, weight, bias, length=length)
    with torch.inference_mode():
        assert torch.allclose(model.encode_text(tokens), before @ weight.T + length * bias, atol=1e-3)


def test_open_clip_loads_what_is_written(model: CLIP, tmp_path: Path) -> None:
    write_model(model, tmp_path)
    loaded, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{tmp_path}")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 60_000_000
    assert f"size={IMAGE_SIZE}" in str(preprocess)
    for name, value in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value.half().float() if value.is_floating_point() else value), (
            name
        )


def _toy_loss() -> AlignmentLoss:
    chance = np.random.default_rng(1)

    def unit(*shape: int) -> torch.Tensor:
        return torch.nn.functional.normalize(torch.from_numpy(chance.normal(size=shape).astype(np.float32)), dim=-1)

    names = (*sorted(EVERYDAY_KINDS), "zz top")
    present = np.zeros((6, len(names)), dtype=bool)
    present[:3, -1] = True
    targets = TextTargets(
        unit(6, 512),
        tuple(np.array([row]) for row in range(6)),
        unit(2, 1000, 512),
        unit(4, len(names), 512),
        torch.zeros(len(EVERYDAY_KINDS), 1000),
    )
    return AlignmentLoss(targets, Concepts(names, present, np.ones_like(present)), LossWeights())


def test_the_loss_is_smallest_for_the_right_pairing() -> None:
    loss, rows = _toy_loss(), np.arange(6)
    probabilities = torch.full((6, 1000), 1e-3)
    right, parts = loss(loss.targets.bank, probabilities, rows, np.random.default_rng(0))
    wrong, _ = loss(loss.targets.bank.roll(1, 0), probabilities, rows, np.random.default_rng(0))
    assert set(parts) == {"captions", "classes", "words"}
    assert right.item() < wrong.item()


def test_aligning_the_head_lowers_the_loss_and_repeats_exactly(model: CLIP) -> None:
    settings = AlignmentSettings(head_steps=12, head_batch=4, warm_up_steps=2)
    classifier = Classifier(torch.randn(1000, 1280) * 0.03, torch.zeros(1000))
    features = np.random.default_rng(5).random((6, 1280)).astype(np.float16)
    start = {name: value.clone() for name, value in model.visual.head.state_dict().items()}
    ends = []
    for _ in range(2):
        model.visual.head.load_state_dict(start)
        rows, odds = np.arange(6), np.full(6, 1 / 6)
        align_head(
            model, _toy_loss(), classifier, features, rows, odds, settings=settings, seed=2, report=lambda _line: None
        )
        ends.append({name: value.clone() for name, value in model.visual.head.state_dict().items()})
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in start)
    assert any(not torch.equal(ends[0][name], start[name]) for name in start)


def test_the_weight_average_lies_between(model: CLIP) -> None:
    layer = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(layer.weight)
    average = WeightAverage([layer], 0.5)
    torch.nn.init.ones_(layer.weight)
    average.update(100)
    average.put_into_model()
    assert layer.weight.item() == pytest.approx(0.5)


def test_distillation_carries_on_from_its_checkpoint(tmp_path: Path) -> None:
    sentences = [f"a photo of {number} dogs" for number in range(16)]
    tokens = tokenize(sentences)
    chance = np.random.default_rng(0)
    targets = chance.normal(size=(16, 512)).astype(np.float16)
    lines: list[str] = []

    def run(epochs: int, seed: int) -> CLIP:
        student = build_model(seed).eval()
        settings = DistillationSettings(epochs=epochs, batch=8, warm_up_steps=1)
        distil(
            student, tokens, targets, settings=settings, seed=1, checkpoint=tmp_path / "text.pt", report=lines.append
        )
        return student

    trained = run(1, seed=1)
    resumed = run(1, seed=2)
    assert torch.equal(trained.token_embedding.weight, resumed.token_embedding.weight)
