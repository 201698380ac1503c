"""Every test here opens real windows."""

from __future__ import annotations

from tests.fixtures.hub import hub, tiny_hub, tiny_registered, tiny_weights  # noqa: F401 - fixtures
from tests.fixtures.windows import qtbot, windows  # noqa: F401 - fixtures
