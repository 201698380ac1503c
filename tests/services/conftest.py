"""The libraries these tests share."""

from __future__ import annotations

from tests.fixtures.hub import hub, tiny_hub, tiny_registered, tiny_weights  # noqa: F401 - fixtures
from tests.fixtures.libraries import (  # noqa: F401 - fixtures
    copied_library,
    labelled_library,
    library_folder,
    open_here,
    photos,
    primed_library,
    sample_library,
    services,
    small_photos,
    tiny_library,
)
from tests.fixtures.packets import exiftool  # noqa: F401 - fixture
from tests.fixtures.switching import gate, other_model  # noqa: F401 - fixtures
