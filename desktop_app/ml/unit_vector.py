"""Vectors at length 1, as which embeddings are compared."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def unit(vector: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """A vector [D] at length 1, float32. One of zeros, which has no direction, stays as it is."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)
