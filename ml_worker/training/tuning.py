"""Thresholds of the post-processing, and whether images are scaled, chosen on the validation images."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from cellhub_app.core.metrics.matching import MatchCounts, count_matches, pooled
from ml_worker.inference.postprocess import Labels, Settings, label_maps
from ml_worker.inference.scale import Scaling, sized_settings
from ml_worker.inference.segmenter import Segmenter
from ml_worker.training.cards import make_card, write_card
from ml_worker.training.data import Sample, choose
from ml_worker.training.scoring import THRESHOLDS

logger = logging.getLogger("cellhub.evaluate")
WORTH_A_GLANCE = 0.003  # what seeing first how large objects are has to bring, because it takes time
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


def with_settings(card: dict[str, Any], settings: Settings, scaling: Scaling | None) -> dict[str, Any]:
    """The card with these settings in the place of its own."""
    fresh = make_card(card["name"], settings, weights=None, training=None, scaling=scaling)
    return {**card, **{key: fresh[key] for key in ("parameters", "postprocessing", "scaling")}}


def _best_settings(name: str, folder: Path, scaling: Scaling | None, validation: list[Sample]) -> tuple[Settings, float]:
    segmenter = Segmenter(folder)
    maps = [segmenter.predict([segmenter.prepare(sample.image, name)])[0] for sample in validation]

    def finish(settings: Settings) -> Iterator[Labels]:
        for found in maps:
            yield label_maps(found, sized_settings(found, settings, scaling))

    return choose_settings(validation, finish, Settings())


def tune(card: dict[str, Any], folder: Path, samples: list[Sample]) -> dict[str, Any]:
    """Choose thresholds, and whether images are scaled by the size of their objects, on the validation images.

    All domains weigh the same; models of the preset `fast` never look twice. The choice is written into the card in `folder`.
    """
    validation = choose(samples, "validation")
    tried: list[tuple[float, Settings, Scaling | None]] = []
    for scaling, handicap in ((None, 0.0), (Scaling(), WORTH_A_GLANCE))[: 1 if card["preset"] == "fast" else 2]:
        write_card(with_settings(card, Settings(), scaling), folder)
        settings, found = _best_settings(card["name"], folder, scaling, validation)
        logger.info("on %d validation images, scaled by %s: %.4f with %s", len(validation), scaling, found, settings)
        tried.append((found - handicap, settings, scaling))
    _, settings, scaling = max(tried, key=lambda one: one[0])
    tuned = {**with_settings(card, settings, scaling), "thresholdsChosenOn": f"{len(validation)} validation images"}
    write_card(tuned, folder)
    return tuned
