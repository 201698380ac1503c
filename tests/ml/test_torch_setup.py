"""torch and open_clip come up in a fresh process, compiled torchvision or not, and not before they are asked for."""

from __future__ import annotations

import json
import os
import subprocess
import sys

FRESH = """
import json, sys
from desktop_app.ml.torch_setup import import_open_clip, import_torch
import_open_clip(), import_open_clip()
torch = import_torch()
import torchvision
print(json.dumps({
    "open_clip": "open_clip" in sys.modules,
    "nms": "torchvision::nms" in str(torch.ops.torchvision.nms._qualified_op_name),
    "telemetry": __import__("os").environ["HF_HUB_DISABLE_TELEMETRY"],
}))
"""

COMPILER = """
import sys
from desktop_app.ml.torch_setup import import_open_clip, import_torch
open_clip = import_open_clip()
assert not {"torch._dynamo", "torch._inductor", "sympy"} & set(sys.modules), "the compiler was imported"
torch = import_torch()
import torch._dynamo.utils
print(torch._dynamo.__file__, torch._dynamo.utils.is_compile_supported("cpu"))
"""

LIGHT = """
import sys
import desktop_app.compose, desktop_app.__main__, desktop_app.cli.main
heavy = {"torch", "open_clip", "torchvision", "timm", "PySide6"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""


COLLECTED = """
import gc
from desktop_app.ml.torch_setup import import_open_clip
import_open_clip()
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_open_clip_comes_up_in_a_fresh_process() -> None:
    answer = json.loads(in_a_fresh_process(FRESH))
    assert answer == {"open_clip": True, "nms": True, "telemetry": "1"}


def test_torch_s_compiler_is_left_out_and_still_there_for_who_wants_it() -> None:
    assert "_dynamo" in in_a_fresh_process(COMPILER)


def test_starting_the_program_imports_nothing_heavy() -> None:
    in_a_fresh_process(LIGHT)


def test_garbage_collections_pass_over_what_torch_brings_along() -> None:
    passed_over, gone_through = map(int, in_a_fresh_process(COLLECTED).split())
    assert passed_over > 10 * gone_through
