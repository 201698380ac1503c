"""Where in a video the best moment is."""

from __future__ import annotations

import numpy as np

from desktop_app.ml.calibration import Background
from desktop_app.ml.moment_index import MomentIndex

NOTHING = Background(np.empty(0, np.float32), np.empty(0, np.float32))


def test_a_library_without_videos_has_no_moments() -> None:
    ids, seconds = np.empty(0, np.int64), np.empty(0, np.float32)
    index = MomentIndex(ids, seconds, np.empty((0, 0), np.float32), NOTHING)
    assert index.seconds_of(np.array([1, 2]), np.ones(512, np.float32)) == {}


def test_the_best_moment_of_each_video_wins() -> None:
    ids = np.array([7, 7, 9], np.int64)
    vectors = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    index = MomentIndex(ids, np.array([1.0, 5.0, 2.0], np.float32), vectors, NOTHING)
    assert index.seconds_of(np.array([7, 9, 11]), np.array([0, 1], np.float32)) == {7: 5.0, 9: 2.0}
