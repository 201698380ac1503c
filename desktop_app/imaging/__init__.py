"""Photo files: what they are, what is in them, what is written about them, and their pixels.

The layer reads photos and never writes to one; what it writes are sidecars (`sidecars`). `decode` is the way in.
"""

from __future__ import annotations

import logging
import warnings

# Pillow tells of odd files by `warnings.warn` from its own modules and by its loggers, and raises besides when it
# matters. On stderr these lines mean nothing to a person, and a warnings filter cannot be set per thread.
_PILLOW_MODULES = r"PIL\."


def setup() -> None:
    """Keep Pillow's remarks about odd files off stderr. Called once by the composition root; again does no harm.

    What a file is skipped for is in `PhotoSkipped`, not in these remarks.
    """
    warnings.filterwarnings("ignore", module=_PILLOW_MODULES)
    logging.getLogger("PIL").setLevel(logging.CRITICAL)
