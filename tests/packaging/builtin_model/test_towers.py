"""The towers, their losses and what is written to disk, on small random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import timm
import torch
from numpy.typing import NDArray
from open_clip.model import CLIP
from safetensors.torch import save_file

from recipe.align import AlignmentSettings, Start, TrainingPictures, WeightAverage, align_head, tune_tower
from recipe.architecture import IMAGE_SIZE, RESIZE_MODE, build_model
from recipe.dataset import Concepts
from recipe.export import fold_text_adapter, write_model
from recipe.head_start import CLASS_THRESHOLD, LINEAR_UNITS, merged_classes, regress_captions, start_head
from recipe.image_tower import BACKBONE_FILE, Classifier, FrozenTrunk, load_backbone
from recipe.losses import AlignmentLoss, LossWeights, TextTargets
from recipe.pictures import decode_all, read_rows
from recipe.prepared_views import PreparedView, prepare_views
from recipe.text_tower import DistillationSettings, distil, encode_tokens, tokenize
from recipe.vocabulary import EVERYDAY_KINDS


@pytest.fixture(scope="module")
def model() -> CLIP:
    return build_model(3).eval()


def test_the_mirrored_backbone_is_padded_as_it_was_trained(tmp_path: Path) -> None:
    """At an even width, that is; an odd height makes both paddings the same there."""
    trained: Any = timm.create_model("mobilenetv2_100", pad_type="same").eval()
    save_file(trained.state_dict(), tmp_path / BACKBONE_FILE)
    trained.reset_classifier(0)
    tower = build_model(3).eval()
    classifier = load_backbone(tower, tmp_path)
    assert classifier.weight.shape == (1000, 1280)
    image = torch.randn(1, 3, 97, 96)
    with torch.inference_mode():
        expected = trained(image)
        assert torch.allclose(tower.visual.trunk(image.flip(3)), expected, atol=1e-4)
        assert not torch.allclose(tower.visual.trunk(image), expected, atol=1e-4)


def test_the_frozen_trunk_is_the_same_function(model: CLIP) -> None:
    image = torch.randn(2, 3, 96, 96)
    with torch.no_grad():
        whole = model.visual.trunk(image)
    low, pooled = FrozenTrunk(model)(image)
    assert low.shape == (2, 64, 6, 6)
    assert torch.allclose(pooled, whole, atol=0.05 * float(whole.abs().max()))


def _unit_rows(chance: np.random.Generator, count: int) -> NDArray[np.float32]:
    rows = chance.normal(size=(count, 512)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_regression_finds_a_linear_truth_and_counts_by_weight() -> None:
    chance = np.random.default_rng(1)
    truth = chance.normal(size=(1280, 3)) @ chance.normal(size=(3, 512)) / 100
    features = chance.random((4000, 1280)).astype(np.float16)
    captions = (features @ truth).astype(np.float32)
    captions[2000:] = _unit_rows(chance, 2000)
    weights = np.where(np.arange(4000) < 2000, 1e4, 1e-4)
    found = regress_captions([features], captions, weights)
    assert found.inward.shape == (1280, LINEAR_UNITS)
    fresh = chance.random((50, 1280)).astype(np.float32)
    wanted, got = fresh @ truth, found(fresh)
    assert np.corrcoef((wanted - wanted.mean(0)).ravel(), (got - got.mean(0)).ravel())[0, 1] > 0.95


def test_only_pairs_closest_in_name_and_looks_share_a_unit() -> None:
    names = _unit_rows(np.random.default_rng(0), 1000)
    weight = torch.randn(1000, 1280, generator=torch.Generator().manual_seed(1))
    names[7], weight[7] = names[5], weight[5]
    names[70] = names[50]
    groups = merged_classes(names, Classifier(weight, torch.zeros(1000)), 999)
    assert len(groups) == 999
    assert sorted(number for group in groups for number in group) == list(range(1000))
    assert [group for group in groups if len(group) > 1] == [(5, 7)]


def test_a_fresh_head_names_the_class_of_the_classifier(model: CLIP) -> None:
    chance = np.random.default_rng(0)
    names = _unit_rows(chance, 1000)
    generator = torch.Generator().manual_seed(2)
    classifier = Classifier(torch.randn(1000, 1280, generator=generator) * 0.03, torch.zeros(1000))
    features = chance.random((2000, 1280)).astype(np.float16)
    classes = torch.arange(2000) % 1000
    strength = torch.full((2000,), 4 * CLASS_THRESHOLD)
    showing = classifier.features_showing(classes, torch.from_numpy(features).float(), strength)
    assert (classifier.logits(showing).argmax(1) == classes).float().mean() > 0.99
    regression = regress_captions([features], _unit_rows(chance, 2000), np.ones(2000))
    start_head(model, classifier, names, regression, [showing.numpy().astype(np.float16)])
    with torch.no_grad():
        similarity = model.visual.head(showing).numpy() @ (names - names.mean(axis=0)).T
    assert (similarity.argmax(axis=1) == classes.numpy()).mean() > 0.8


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
    assert f"size=({IMAGE_SIZE}, {IMAGE_SIZE})" in str(preprocess)
    assert RESIZE_MODE == "squash"
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
    names = loss.class_names(np.random.default_rng(0))
    right, parts = loss(loss.targets.bank, probabilities, rows, names, np.random.default_rng(0))
    wrong, _ = loss(loss.targets.bank.roll(1, 0), probabilities, rows, names, np.random.default_rng(0))
    assert set(parts) == {"captions", "classes", "words"}
    assert right.item() < wrong.item()


def _toy_pictures() -> TrainingPictures:
    chance = np.random.default_rng(5)
    low = chance.normal(size=(6, 4, 4, 64)).astype(np.float16)
    view = PreparedView(low, chance.random((6, 1280)).astype(np.float16))
    return TrainingPictures(np.arange(6), [view], np.full(6, 1 / 6))


def _toy_classifier() -> Classifier:
    return Classifier(torch.randn(1000, 1280, generator=torch.Generator().manual_seed(1)) * 0.03, torch.zeros(1000))


def _state(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_aligning_the_head_changes_it_and_repeats_exactly(model: CLIP) -> None:
    settings = AlignmentSettings(head_steps=12, head_batch=4, warm_up_steps=2)
    start = _state(model.visual.head)
    ends = []
    for _ in range(2):
        model.visual.head.load_state_dict(start)
        align_head(
            model, _toy_loss(), _toy_classifier(), _toy_pictures(), settings=settings, seed=2, report=lambda _line: None
        )
        ends.append(_state(model.visual.head))
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in start)
    assert any(not torch.equal(ends[0][name], start[name]) for name in start)


def test_tuning_carries_on_from_its_checkpoint_and_leaves_the_lower_blocks(tmp_path: Path) -> None:
    lines: list[str] = []

    def tuned(pictures: int) -> CLIP:
        tower, loss = build_model(4).eval(), _toy_loss()
        settings = AlignmentSettings(tower_pictures=pictures, tower_batch=4, warm_up_steps=2)
        checkpoint = tmp_path / "tower.pt"
        tune_tower(
            tower,
            loss,
            _toy_classifier(),
            _toy_pictures(),
            settings=settings,
            seed=2,
            checkpoint=checkpoint,
            report=lines.append,
        )
        return tower

    start = _state(build_model(4).visual.trunk)
    first, again = _state(tuned(80).visual.trunk), _state(tuned(80).visual.trunk)
    assert len(lines) == 1, "the second run began from the start again"
    assert all(torch.equal(first[name], again[name]) for name in first)
    changed = {name for name in start if not torch.equal(first[name], start[name])}
    assert changed
    assert all(name.startswith(("blocks.4", "blocks.5", "blocks.6", "conv_head", "bn2")) for name in changed)


def test_part_of_the_way_back_to_the_start() -> None:
    model, loss = build_model(5), _toy_loss()
    start = Start(model, loss)
    before = _state(model.visual)
    with torch.no_grad():
        for value in (*model.visual.parameters(), *loss.text_map.parameters()):
            value.add_(1.0)
    start.keep_share(model, loss, tuned=0.75)
    after = model.visual.state_dict()
    assert torch.allclose(after["head.mlp.fc1.weight"], before["head.mlp.fc1.weight"] + 0.75)
    assert torch.allclose(after["trunk.conv_head.weight"], before["trunk.conv_head.weight"] + 0.75)
    assert float(loss.text_map.weight.detach()[0, 0]) == pytest.approx(1.75)


def test_views_are_prepared_once(model: CLIP, toy_material: Path) -> None:
    store = decode_all(toy_material, read_rows(toy_material), toy_material / "decoded")
    lines: list[str] = []

    def prepared() -> list[PreparedView]:
        return prepare_views(
            model, store, np.array([1, 0]), toy_material / "views", seed=1, report=lines.append, sizes=(32, 64)
        )

    first = prepared()
    assert [view.low.shape for view in first] == [(2, 2, 2, 64), (2, 4, 4, 64)]
    assert all(view.pooled.shape == (2, 1280) for view in first)
    kept = np.array(first[0].pooled)
    (toy_material / "views" / "pooled0.npy").unlink()
    assert np.array_equal(prepared()[0].pooled, kept), "the same seed makes the same views"
    assert len(lines) == 3


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
