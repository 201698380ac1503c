"""The libraries these tests share."""

from __future__ import annotations

from tests.fixtures.hub import tiny_weights  # noqa: F401 - fixtures
from tests.fixtures.libraries import library_folder, primed_library, small_photos, tiny_library  # noqa: F401 - fixtures
