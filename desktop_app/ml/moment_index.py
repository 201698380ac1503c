"""The moments of videos: a video is found by its best one, and stays one item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ml.calibration import Background
from desktop_app.ml.unit_vector import unit
from desktop_app.ml.vectors.snapshot import IndexSnapshot

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MomentIndex:
    """Embeddings of all videos' moments by one model, row by row: many rows to a video."""

    ids: Ids
    """[M] The video of each row."""
    seconds: Vectors
    """[M] Where in it."""
    vectors: Vectors
    """float32 [M, D], L2-normalised."""
    background: Background

    def lifted(self, similarities: Vectors, snapshot: IndexSnapshot, vector: Vectors, *, by_text: bool) -> Vectors:
        """Similarities [N] of a snapshot's photos to a unit vector, each video's by its best moment.

        A text's similarity is judged against the picture's own background (`calibration`). A moment has another than
        the mean of the video, which the snapshot holds; so it is told by the similarity that stands out as far there.
        """
        if not len(self.ids):
            return similarities
        rows = snapshot.rows_of(self.ids)
        known = rows >= 0
        rows, found = rows[known], (self.vectors @ vector)[known]
        if by_text:
            own = Background(self.background.mean[known], self.background.deviation[known])
            whole = Background(snapshot.background.mean[rows], snapshot.background.deviation[rows])
            found = whole.mean + own.standardise(found) * whole.deviation
        best = similarities.copy()
        np.maximum.at(best, rows, found.astype(np.float32))
        return best

    def seconds_of(self, video_ids: Ids, vector: Vectors) -> dict[int, float]:
        """Where each of some videos is nearest to a unit vector [D]; ids that are no videos' are left out."""
        rows = np.flatnonzero(np.isin(self.ids, video_ids))
        found: dict[int, float] = {}
        if not len(rows):
            return found  # without any video the vectors have no width to multiply by
        # The best comes last and stays.
        for row in rows[np.argsort(self.vectors[rows] @ vector, kind="stable")]:
            found[int(self.ids[row])] = float(self.seconds[row])
        return found


def mean_vector(vectors: Vectors) -> Vectors:
    """One unit vector [D] for a video: the mean of its moments' [n, D] (mean pooling, as in CLIP4Clip, Luo et al. 2021)."""
    return unit(vectors.mean(axis=0))
