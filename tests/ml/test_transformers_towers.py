"""Models whose tokenizer or text tower comes from the `transformers` package: fetched once, then loaded without the hub."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.ml.download import DownloadWatch, download_model
from desktop_app.ml.loading import load_catalogue_model
from desktop_app.ml.torch_setup import import_open_clip, import_torch
from tests.fixtures.hub import SAFE_WEIGHTS, TINY, TINY_REPOSITORY, LocalHub

pytest.importorskip("transformers", reason="needs the package transformers, which the multilingual models ask for")

TOKENIZER_REPOSITORY = "keepsight/words"
WORDS = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "ein": 4, "hund": 5, "犬": 6}
VISION = {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16, "head_width": 64}

SIGLIP_LIKE = {
    "embed_dim": 16,
    "custom_text": True,
    "vision_cfg": VISION,
    "text_cfg": {
        "context_length": 8,
        "vocab_size": len(WORDS),
        "hf_tokenizer_name": TOKENIZER_REPOSITORY,
        "width": 32,
        "heads": 1,
        "layers": 1,
    },
}
XLM_LIKE = {
    "embed_dim": 16,
    "vision_cfg": VISION,
    "text_cfg": {
        "hf_model_name": TOKENIZER_REPOSITORY,
        "hf_tokenizer_name": TOKENIZER_REPOSITORY,
        "hf_pooler_type": "mean_pooler",
        "context_length": 8,
    },
}
XLM_CONFIG = {
    "model_type": "xlm-roberta",
    "vocab_size": len(WORDS),
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "intermediate_size": 32,
    "max_position_embeddings": 16,
    "pad_token_id": 1,
}


@pytest.mark.parametrize("config", [SIGLIP_LIKE, XLM_LIKE], ids=["tokenizer", "text tower"])
def test_it_is_fetched_whole_and_loads_without_the_hub(
    config: dict[str, Any], hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_open_clip()
    from open_clip import factory, pretrained

    registered = {"hf_hub": f"{TINY_REPOSITORY}/", "mean": (0.5,) * 3, "std": (0.5,) * 3}
    monkeypatch.setitem(factory._MODEL_CONFIGS, "tiny-clip", config)
    monkeypatch.setitem(pretrained._PRETRAINED, "tiny-clip", {"test": registered})
    _offer_tokenizer(hub, tmp_path / "tokenizer")
    hub.put(TINY_REPOSITORY, SAFE_WEIGHTS, _weights(config, tmp_path / "tokenizer"))
    entry = replace(TINY, languages=("about 100 languages",))
    watch = DownloadWatch(stopped=lambda: False, arrived=lambda *_: None, checking=lambda: None)
    download_model(entry, tmp_path / "models", watch, endpoint=hub.endpoint)

    asked = len(hub.asked)
    embedder = load_catalogue_model(entry, device="cpu", models_folder=tmp_path / "models")
    vectors = embedder.embed_texts(["ein hund", "犬", "ein hund"])
    assert vectors.shape == (3, 16)
    assert np.allclose(vectors[0], vectors[2])
    assert not np.allclose(vectors[0], vectors[1])
    assert len(hub.asked) == asked


def _offer_tokenizer(hub: LocalHub, folder: Path) -> None:
    """A word list as a tokenizer, written by the libraries themselves."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.WordLevel(WORDS, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>"
    ).save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(XLM_CONFIG), encoding="utf-8")
    for file in folder.iterdir():
        hub.put(TOKENIZER_REPOSITORY, file.name, file.read_bytes())


def _weights(config: dict[str, Any], folder: Path) -> bytes:
    """Random weights of that shape."""
    torch = import_torch()
    from open_clip.model import CustomTextCLIP
    from safetensors.torch import save

    torch.manual_seed(0)
    text = dict(config["text_cfg"])
    if "hf_model_name" in text:
        text |= {"hf_model_name": str(folder), "hf_model_pretrained": False}
    return save(CustomTextCLIP(config["embed_dim"], VISION, text).state_dict())
