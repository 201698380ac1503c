"""Bring torch and open_clip up on machines where torchvision's compiled operators are missing."""

from __future__ import annotations

import importlib
import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any


def import_open_clip() -> ModuleType:
    """open_clip, ready for use. The first call takes seconds (it imports torch): never on the GUI thread."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Whatever open_clip, timm and transformers load is on this disk (`ml.download` fetches it, when the person asks): none
    # of them may look for it, or for a newer one, on the network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    _declare_missing_torchvision_operators()
    return importlib.import_module("open_clip")


def import_torch() -> Any:
    """The torch module; typed Any, since its many dynamic attributes defeat strict checking."""
    return importlib.import_module("torch")


def _declare_missing_torchvision_operators() -> None:
    """Declare the two operator schemas that `import torchvision` looks up, when its compiled ones cannot load.

    PyPI's Linux torchvision is built against CUDA; beside a CPU-only torch its library does not load, and the import
    then fails with "operator torchvision::nms does not exist". open_clip needs only the transforms, which are Python.
    """
    torch = import_torch()
    if _compiled_operators_load():
        return
    for schema in (
        "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
        "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    ):
        name = schema.partition("(")[0]
        if not _has_schema(torch, name):
            # A FRAGMENT may be declared beside others of the same namespace; torch keeps it as long as this object lives.
            library = torch.library.Library("torchvision", "FRAGMENT")
            library.define(schema)
            _KEPT_ALIVE.append(library)


# torch drops a schema when the Library object that declared it is collected: these must live as long as the process.
_KEPT_ALIVE: list[Any] = []


def _has_schema(torch: Any, name: str) -> bool:
    try:
        torch.ops.torchvision.__getattr__(name)
    except AttributeError:
        return False
    return True


def _compiled_operators_load() -> bool:
    """True when torchvision's compiled library loads beside this torch."""
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return False
    torch = import_torch()
    for folder in spec.submodule_search_locations:
        for library in sorted(Path(folder).glob("_C*.*")):
            if library.suffix in {".so", ".pyd", ".dylib"}:
                try:
                    torch.ops.load_library(str(library))
                except OSError:
                    return False
                return True
    return False
