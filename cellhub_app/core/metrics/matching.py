"""How well predicted objects agree with true ones: overlaps, one-to-one matching, AP, F1.

AP@t is the instance accuracy TP / (TP + FP + FN) of the Data Science Bowl 2018 (Caicedo et al., Nature Methods 2019), a
predicted object being a true positive when it is paired one to one with a true object at IoU >= t. Counts of several
images are added before the ratio is taken ("pooled"), so that an image weighs as much as it has objects.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

Labels = NDArray[np.integer]


@dataclass(frozen=True)
class Overlaps:
    """The pairs of objects that share pixels: `truth` and `predicted` are indices from 0, `iou` their overlap."""

    truth_count: int
    predicted_count: int
    truth: NDArray[np.intp]
    predicted: NDArray[np.intp]
    iou: NDArray[np.float64]


@dataclass(frozen=True)
class MatchCounts:
    """Objects found, invented and missed; counts of images are pooled with `+`."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0

    def __add__(self, other: "MatchCounts") -> "MatchCounts":
        return MatchCounts(
            self.true_positives + other.true_positives,
            self.false_positives + other.false_positives,
            self.false_negatives + other.false_negatives,
        )

    @property
    def average_precision(self) -> float:
        """TP / (TP + FP + FN); 1 when there was nothing to find and nothing was found."""
        every = self.true_positives + self.false_positives + self.false_negatives
        return self.true_positives / every if every else 1.0

    @property
    def f1(self) -> float:
        """2 TP / (2 TP + FP + FN); 1 when there was nothing to find and nothing was found."""
        every = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / every if every else 1.0


def _consecutive(labels: Labels) -> tuple[NDArray[np.int64], int]:
    values, inverse = np.unique(labels, return_inverse=True)
    inverse = inverse.reshape(labels.shape).astype(np.int64)
    if values.size and values[0] == 0:
        return inverse, int(values.size) - 1
    return inverse + 1, int(values.size)


def overlaps(truth: Labels, predicted: Labels) -> Overlaps:
    """Intersection over union of every pair of objects of two (H, W) label images that touch; 0 is background.

    Labels need not be consecutive: index i is the i-th smallest label. Raises ValueError when the shapes differ.
    """
    if truth.shape != predicted.shape:
        raise ValueError(f"label images differ in shape: {truth.shape} and {predicted.shape}")
    first, rows = _consecutive(truth)
    second, columns = _consecutive(predicted)
    codes, shared = np.unique(first * (columns + 1) + second, return_counts=True)
    i, j = np.divmod(codes, columns + 1)
    area_first = np.bincount(i, shared, minlength=rows + 1)
    area_second = np.bincount(j, shared, minlength=columns + 1)
    real = (i > 0) & (j > 0)
    i, j, shared = i[real], j[real], shared[real]
    union = area_first[i] + area_second[j] - shared
    return Overlaps(rows, columns, (i - 1).astype(np.intp), (j - 1).astype(np.intp), shared / union)


def iou_matrix(truth: Labels, predicted: Labels) -> NDArray[np.float64]:
    """The overlaps as one dense (true objects, predicted objects) matrix."""
    pairs = overlaps(truth, predicted)
    matrix = np.zeros((pairs.truth_count, pairs.predicted_count))
    matrix[pairs.truth, pairs.predicted] = pairs.iou
    return matrix


def matched_pairs(pairs: Overlaps, threshold: float) -> NDArray[np.intp]:
    """For each true object the index of the predicted object it is paired with at IoU >= threshold, or -1.

    The pairing has the largest possible number of pairs (Hopcroft-Karp); at IoU > 0.5 it is the only one.
    """
    good = pairs.iou >= threshold
    if not good.any():
        return np.full(pairs.truth_count, -1, np.intp)
    graph = csr_array(
        (np.ones(int(good.sum()), np.int8), (pairs.truth[good], pairs.predicted[good])),
        shape=(pairs.truth_count, pairs.predicted_count),
    )
    found: NDArray[np.intp] = maximum_bipartite_matching(graph, perm_type="column").astype(np.intp)
    return found


def count_matches(truth: Labels, predicted: Labels, thresholds: Sequence[float]) -> list[MatchCounts]:
    """The counts of one image for each IoU threshold."""
    pairs = overlaps(truth, predicted)
    counts = []
    for threshold in thresholds:
        hits = int((matched_pairs(pairs, threshold) >= 0).sum())
        counts.append(MatchCounts(hits, pairs.predicted_count - hits, pairs.truth_count - hits))
    return counts


def pooled(counts: Iterable[MatchCounts]) -> MatchCounts:
    """The sum over images."""
    return sum(counts, MatchCounts())


def foreground_counts(truth: Labels, predicted: Labels) -> tuple[int, int]:
    """Pixels in both foregrounds and in either: their pooled ratio is the foreground IoU (Jaccard index)."""
    first, second = truth > 0, predicted > 0
    return int((first & second).sum()), int((first | second).sum())
