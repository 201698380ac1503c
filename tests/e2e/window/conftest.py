"""Every test here opens real windows."""

from __future__ import annotations

from tests.fixtures.windows import windows  # noqa: F401 - fixture
