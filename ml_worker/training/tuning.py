"""Thresholds of the post-processing, chosen on the validation images."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from cellhub_app.core.metrics.matching import MatchCounts, count_matches, pooled
from ml_worker.inference.postprocess import Maps, Settings, label_maps
from ml_worker.training.data import Sample
from ml_worker.training.scoring import THRESHOLDS

FOREGROUNDS = (0.4, 0.45, 0.5, 0.55, 0.6)
SEEDS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
BLURS = (1.0, 1.5)


def quality(samples: Sequence[Sample], maps: Sequence[Maps], settings: Settings) -> float:
    """The mean of pooled AP@0.5 and AP@0.75, of every domain alone, averaged over the domains."""
    counts: dict[str, list[list[MatchCounts]]] = {}
    for one, map_ in zip(samples, maps, strict=True):
        counts.setdefault(one.domain, []).append(count_matches(one.labels, label_maps(map_, settings), THRESHOLDS))
    means = [sum(pooled(column).average_precision for column in zip(*rows, strict=True)) / len(THRESHOLDS) for rows in counts.values()]
    return sum(means) / len(means)


def choose_settings(samples: Sequence[Sample], maps: Sequence[Maps], start: Settings) -> Settings:
    """The best of a grid of foreground and seed thresholds and blurs; the first of equals, so that it repeats."""
    grid = [replace(start, foreground=f, seed=s, blur_sigma=b) for f, s, b in product(FOREGROUNDS, SEEDS, BLURS)]
    return max(grid, key=lambda settings: quality(samples, maps, settings))
