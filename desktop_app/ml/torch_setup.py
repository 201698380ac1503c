"""Bring torch and open_clip up on machines where torchvision's compiled operators are missing."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any


def import_open_clip() -> ModuleType:
    """open_clip, ready for use. The first call takes seconds (it imports torch): never on the GUI thread."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Whatever open_clip, timm and transformers load is on this disk (`ml.download` fetches it, when the person asks): none
    # of them may look for it, or for a newer one, on the network.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if "open_clip" in sys.modules:
        return importlib.import_module("open_clip")
    _declare_missing_torchvision_operators()
    found = _imported()
    # A quarter of a million objects that stay as long as the process: without this every full garbage collection goes
    # through them all, and stops all threads, the window's too, for 0.3 s. Collecting first would be just that pause, for
    # nothing: of what is left then, nothing is garbage.
    gc.freeze()
    return found


def _imported() -> ModuleType:
    # Where a release asks more of the compiler than the stand-in answers, what is not imported yet comes up with the real one.
    with suppress(ImportError, AttributeError), _without_the_compiler():
        return importlib.import_module("open_clip")
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


@contextmanager
def _without_the_compiler() -> Iterator[None]:
    """A stand-in for torch's compiler, which torchvision asks one question while it is imported, and timm to leave some
    functions alone.

    The compiler itself, which comes with sympy, takes 75 MB and seconds. It is there as ever for who imports it later.
    """
    name = "torch._dynamo"
    if name in sys.modules:
        yield
        return
    package, answers = ModuleType(name), ModuleType(f"{name}.utils")
    answers.__dict__["is_compile_supported"] = lambda _device_type: False
    package.__dict__.update(__path__=[], utils=answers, disable=_left_alone)
    sys.modules.update({name: package, answers.__name__: answers})
    try:
        yield
    finally:
        for stand_in in (package, answers):
            if sys.modules.get(stand_in.__name__) is stand_in:
                del sys.modules[stand_in.__name__]


def _left_alone(function: Any = None, *_: object, **__: object) -> Any:
    """What `torch._dynamo.disable` makes of a function where nothing is compiled; also as a decorator with arguments."""
    return function if function is not None else _left_alone


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
