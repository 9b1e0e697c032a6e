"""How well a model does on annotated images: pooled scores with bootstrap intervals, and seconds a megapixel."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.metrics.matching import count_matches, foreground_counts
from ml_worker.inference.postprocess import Labels
from ml_worker.inference.segmenter import Segmenter
from ml_worker.training.data import Sample

THRESHOLDS = (0.5, 0.75)
RESAMPLES = 2000
INTERVAL = (2.5, 97.5)


@dataclass(frozen=True)
class Measured:
    """Scores of a set of images: `table` rows hold TP, FP, FN at IoU 0.5, the same at 0.75, foreground pixels shared and in either."""

    table: NDArray[np.int64]
    seconds: float
    megapixels: float


def table_row(truth: NDArray[np.integer], predicted: Labels) -> list[int]:
    """One image's row of the table of `Measured`."""
    row: list[int] = []
    for counts in count_matches(truth, predicted, THRESHOLDS):
        row += [counts.true_positives, counts.false_positives, counts.false_negatives]
    return [*row, *foreground_counts(truth, predicted)]


def measure(segmenter: Segmenter, model: str, samples: Sequence[Sample]) -> Measured:
    """Segment every image with the card's defaults, one after another, and compare; the first is done twice to warm up.

    On one thread of a CPU the seconds are CPU time, which other programs hardly disturb; else wall time.
    """
    clock = time.process_time if segmenter.device.type == "cpu" and segmenter.threads == 1 else time.perf_counter
    segmenter.segment(samples[0].image, model)
    rows, seconds = [], 0.0
    for sample in samples:
        start = clock()
        found = segmenter.segment(sample.image, model)
        seconds += clock() - start
        rows.append(table_row(sample.labels, found.labels))
    return Measured(np.array(rows, np.int64), seconds, sum(sample.labels.size for sample in samples) / 1e6)


def _ratios(sums: NDArray[np.integer]) -> NDArray[np.float64]:
    """(..., 8) summed counts -> (..., 4): AP@0.5, AP@0.75, F1 at 0.5, foreground IoU."""
    half, strict = sums[..., 0:3], sums[..., 3:6]
    columns = [
        half[..., 0] / np.maximum(1, half.sum(-1)),
        strict[..., 0] / np.maximum(1, strict.sum(-1)),
        2 * half[..., 0] / np.maximum(1, half.sum(-1) + half[..., 0]),
        sums[..., 6] / np.maximum(1, sums[..., 7]),
    ]
    return np.stack(columns, -1)


NAMES = ("ap50", "ap75", "f1", "foregroundIou")


def pooled_scores(table: NDArray[np.int64]) -> dict[str, float]:
    """AP@0.5, AP@0.75, F1 and foreground IoU of the summed counts of a table."""
    return {name: round(float(value), 4) for name, value in zip(NAMES, _ratios(table.sum(0)), strict=True)}


def summary(measured: Measured, seed: int = 0) -> dict[str, object]:
    """Pooled scores, each with the 95 % interval of 2,000 bootstrap resamples of the images."""
    table = measured.table
    picks = np.random.default_rng(seed).integers(0, len(table), (RESAMPLES, len(table)))
    low, high = np.percentile(_ratios(table[picks].sum(1)), INTERVAL, axis=0)
    scores: dict[str, object] = {}
    for index, (name, value) in enumerate(pooled_scores(table).items()):
        scores[name] = value
        scores[f"{name}Interval"] = [round(float(low[index]), 4), round(float(high[index]), 4)]
    return {**scores, "images": len(table), "objects": int(table[:, [0, 2]].sum())}
