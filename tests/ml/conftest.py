"""The built-in model, loaded once for all tests of this layer that only use it."""

from __future__ import annotations

import pytest

from desktop_app.ml.catalogue import built_in_entry
from desktop_app.ml.devices import Device
from desktop_app.ml.embedder import Embedder, load_embedder
from tests.fixtures.hub import hub, tiny_hub, tiny_registered, tiny_weights  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The built-in model on the processor."""
    return load_embedder(built_in_entry(), device=Device("cpu"))
