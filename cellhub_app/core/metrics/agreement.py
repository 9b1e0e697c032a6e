"""How far several segmentations of one image agree: object by object, and pixel by pixel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.metrics.matching import Labels, MatchCounts, matched_pairs, overlaps

PARTNER_IOU = 0.5


@dataclass(frozen=True)
class Agreement:
    """`contested[k][i]`: object i + 1 of segmentation k has no partner in some other one. `f1[k][m]`: how well k and m match.

    `votes` (H, W) counts the segmentations that call a pixel foreground; `share` is the part of all such pixels that not all call so.
    """

    contested: tuple[NDArray[np.bool_], ...]
    f1: NDArray[np.float64]
    votes: NDArray[np.uint8]
    share: float


def compare(segmentations: Sequence[Labels]) -> Agreement:
    """The agreement of label images (H, W) with labels 1..n each; partners share an IoU of at least 0.5.

    Raises ValueError when the shapes differ.
    """
    contested = [np.zeros(int(labels.max(initial=0)), np.bool_) for labels in segmentations]
    f1 = np.eye(len(segmentations))
    for k, first in enumerate(segmentations):
        for m in range(k + 1, len(segmentations)):
            pairs = overlaps(first, segmentations[m])
            partners = matched_pairs(pairs, PARTNER_IOU)
            has_partner = np.zeros(pairs.predicted_count, np.bool_)
            has_partner[partners[partners >= 0]] = True
            contested[k] |= partners < 0
            contested[m] |= ~has_partner
            hits = int(has_partner.sum())
            f1[k, m] = f1[m, k] = MatchCounts(hits, pairs.predicted_count - hits, pairs.truth_count - hits).f1
    votes = _votes(segmentations)
    touched = int(np.count_nonzero(votes))
    unanimous = int(np.count_nonzero(votes == len(segmentations)))
    return Agreement(tuple(contested), f1, votes, (touched - unanimous) / touched if touched else 0.0)


def _votes(segmentations: Sequence[Labels]) -> NDArray[np.uint8]:
    votes = np.zeros(segmentations[0].shape, np.uint8)
    for labels in segmentations:
        votes += labels > 0
    return votes
