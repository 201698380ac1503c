"""The libraries and windows these tests share."""

from __future__ import annotations

from tests.fixtures.libraries import (  # noqa: F401 - fixtures
    copied_library,
    library_folder,
    photos,
    primed_library,
    sample_library,
    services,
    small_photos,
)
from tests.fixtures.windows import qtbot, tasks, windows  # noqa: F401 - fixtures
