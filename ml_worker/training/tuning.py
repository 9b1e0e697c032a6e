"""Thresholds of the post-processing, chosen on the validation images."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product

from cellhub_app.core.metrics.matching import MatchCounts, count_matches, pooled
from ml_worker.inference.postprocess import Labels, Settings
from ml_worker.training.data import Sample
from ml_worker.training.scoring import THRESHOLDS

FOREGROUNDS = (0.4, 0.45, 0.5, 0.55, 0.6)
SEEDS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
BLURS = (1.0, 1.5)


def quality(samples: Sequence[Sample], labels: Iterable[Labels]) -> float:
    """The mean of pooled AP@0.5 and AP@0.75, of every domain alone, averaged over the domains."""
    counts: dict[str, list[list[MatchCounts]]] = {}
    for one, found in zip(samples, labels, strict=True):
        counts.setdefault(one.domain, []).append(count_matches(one.labels, found, THRESHOLDS))
    means = [sum(pooled(column).average_precision for column in zip(*rows, strict=True)) / len(THRESHOLDS) for rows in counts.values()]
    return sum(means) / len(means)


def choose_settings(samples: Sequence[Sample], finish: Callable[[Settings], Iterable[Labels]], start: Settings) -> tuple[Settings, float]:
    """The best of a grid of foreground and seed thresholds and blurs, and its quality; the first of equals, so that it repeats.

    `finish` gives the labels of every sample for some settings.
    """
    grid = [replace(start, foreground=f, seed=s, blur_sigma=b) for f, s, b in product(FOREGROUNDS, SEEDS, BLURS)]
    rated = [(quality(samples, finish(settings)), settings) for settings in grid]
    best, settings = max(rated, key=lambda pair: pair[0])
    return settings, best
