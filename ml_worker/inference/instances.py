"""What was found in an image, or in a piece of a very large one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.doubt import image_doubt
from ml_worker.inference.postprocess import Labels


@dataclass(frozen=True)
class Instances:
    """`labels` int32 (h, w), 1..n; `scores` and `doubts` float32 (n,) in 0..1, index i for label i + 1.

    `missed`: objects that seem to be there and were not found (doubt.py). Of a piece of a very large image `y` and `x` are the place of
    the labels' first pixel in it.
    """

    labels: Labels
    scores: NDArray[np.float32]
    doubts: NDArray[np.float32]
    missed: float = 0.0
    y: int = 0
    x: int = 0

    @property
    def doubt(self) -> float | None:
        """The expected share of wrong or missing objects; None where there is nothing."""
        return image_doubt(self.doubts, self.missed)


def put_together(pieces: Sequence[Instances], shape: tuple[int, int]) -> Instances:
    """One image (H, W) of all pieces, numbered on in their order."""
    labels = np.zeros(shape, np.int32)
    count = 0
    for piece in pieces:
        place = labels[piece.y : piece.y + piece.labels.shape[0], piece.x : piece.x + piece.labels.shape[1]]
        np.copyto(place, piece.labels + count, where=piece.labels > 0)
        count += len(piece.scores)
    scores, doubts = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in ("scores", "doubts"))
    return Instances(labels, scores, doubts, sum(piece.missed for piece in pieces))
