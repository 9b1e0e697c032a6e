"""Thresholds of the post-processing, and whether images are scaled, chosen on the validation images."""

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.metrics.matching import MatchCounts, count_matches, pooled
from ml_worker.inference.catalog import find_card, read_cards
from ml_worker.inference.mirrored import LOOKS
from ml_worker.inference.postprocess import Labels, Settings, label_maps
from ml_worker.inference.preprocess import Pixels
from ml_worker.inference.scale import Scaling
from ml_worker.inference.segmenter import Segmenter
from ml_worker.training.cards import make_card, write_card
from ml_worker.training.data import Sample, choose
from ml_worker.training.robustness import as_it_is, double_size, half_size
from ml_worker.training.scoring import THRESHOLDS

logger = logging.getLogger("cellhub.evaluate")
Retune = Literal["all", "scaling"]
WORTH_A_SECOND_LOOK = 0.003  # what each more look has to bring, because it takes time
WORTH_MORE_PIXELS = 0.005  # what all the pixels have to bring by which images are enlarged, which is up to three times as many
ELSEWHERE = 0.03  # what fewer pixels may cost at half and double magnification: a third of what such images may lose at all
FOREGROUNDS = (0.45, 0.5, 0.55)
SEEDS = (0.4, 0.45, 0.5, 0.55)
NECKS = (0.6, 0.65, 0.7, 1.0)
BLURS = (0.6, 1.0, 1.5)
NUMBERS_OF_LOOKS = (1, 2, len(LOOKS))
LOWS = (12.0, 15.0, 18.0, 20.0, 22.0, 25.0)
HIGHS = (36.0, 44.0, 60.0, 90.0, math.inf)
TARGETS = (24.0, 28.0, 32.0)
VIEWS = (as_it_is, half_size, double_size)


@dataclass(frozen=True)
class Looked:
    """What one image gives as it is and scaled to each of TARGETS: matches at THRESHOLDS, beside its typical diameter in px, estimated."""

    domain: str
    pixels: int
    diameter: float
    plain: list[MatchCounts]
    scaled: Mapping[float, list[MatchCounts]]

    def with_scaling(self, scaling: Scaling | None) -> list[MatchCounts]:
        """The matches under a scaling that leaves or scales this image."""
        return self.plain if scaling is None or scaling.factor(self.diameter) == 1 else self.scaled[scaling.target]

    def shown(self, scaling: Scaling | None) -> float:
        """How many pixels of this image the network sees under a scaling."""
        return self.pixels * (scaling.factor(self.diameter) ** 2 if scaling else 1)


def mean_precision(found: Iterable[tuple[str, list[MatchCounts]]]) -> float:
    """The mean of pooled AP@0.5 and AP@0.75 of every domain alone, averaged over the domains."""
    counts: dict[str, list[list[MatchCounts]]] = {}
    for domain, row in found:
        counts.setdefault(domain, []).append(row)
    means = [sum(pooled(column).average_precision for column in zip(*rows, strict=True)) / len(THRESHOLDS) for rows in counts.values()]
    return sum(means) / len(means)


def quality(samples: Sequence[Sample], labels: Iterable[Labels]) -> float:
    """`mean_precision` of the labels found on the samples."""
    return mean_precision((one.domain, count_matches(one.labels, found, THRESHOLDS)) for one, found in zip(samples, labels, strict=True))


def choose_settings(samples: Sequence[Sample], finish: Callable[[Settings], Iterable[Labels]], start: Settings) -> tuple[Settings, float]:
    """The best of a grid of foreground and seed thresholds, necks and blurs, and its quality; the first of equals, so that it repeats.

    `finish` gives the labels of every sample for some settings.
    """
    grid = [replace(start, foreground=f, seed=s, neck=n, blur_sigma=b) for f, s, n, b in product(FOREGROUNDS, SEEDS, NECKS, BLURS)]
    rated = [(quality(samples, finish(settings)), settings) for settings in grid]
    best, settings = max(rated, key=lambda pair: pair[0])
    return settings, best


def with_settings(card: dict[str, Any], settings: Settings, scaling: Scaling | None) -> dict[str, Any]:
    """The card with these settings in the place of its own."""
    fresh = make_card(card["name"], settings, weights=None, training=None, scaling=scaling)
    return {**card, **{key: fresh[key] for key in ("parameters", "postprocessing", "scaling")}}


def choose_scaling(views: Sequence[Sequence[Looked]]) -> tuple[Scaling | None, list[float]]:
    """The limits under which the network sees the fewest pixels of the images as they are, of those that lose next to nothing there.

    The first view is the images as they are. On the others, at other magnifications, it may lose no more than ELSEWHERE; where every choice
    loses more, the best mean of all views decides. Answers the quality on each view as well; None stands for no scaling.
    """
    choices = (None, *(Scaling(*ends) for ends in product(LOWS, HIGHS, TARGETS)))
    rated = {one: [mean_precision((image.domain, image.with_scaling(one)) for image in view) for view in views] for one in choices}
    best = [max(column) for column in zip(*rated.values(), strict=True)]
    good = [one for one in choices if rated[one][0] >= best[0] - WORTH_MORE_PIXELS]
    steady = [one for one in good if all(found >= top - ELSEWHERE for found, top in zip(rated[one], best, strict=True))]
    if not steady:
        scaling = max(good, key=lambda one: sum(rated[one]))
        return scaling, rated[scaling]
    scaling = min(steady, key=lambda one: (sum(image.shown(one) for image in views[0]), -sum(rated[one])))
    return scaling, rated[scaling]


def fewest_looks(rated: Mapping[int, float]) -> int:
    """Of the numbers of looks with their quality, the highest whose further looks bring enough: each takes as long as the first."""
    chosen = min(rated)
    for looks in sorted(rated):
        if rated[looks] - rated[chosen] > WORTH_A_SECOND_LOOK * (looks - chosen):
            chosen = looks
    return chosen


def _with_looks(card: dict[str, Any], folder: Path, validation: list[Sample]) -> dict[str, Any]:
    """The card, written into `folder`: of the preset `accurate` with as many mirrored looks as bring enough, else with one."""

    def rate(looks: int) -> float:
        write_card({**card, "looks": looks}, folder)
        segmenter = Segmenter(folder)
        found = quality(validation, (segmenter.segment(one.image, card["name"]).labels for one in validation))
        logger.info("looking %d time(s): %.4f", looks, found)
        return found

    looks = fewest_looks({looks: rate(looks) for looks in NUMBERS_OF_LOOKS}) if card["preset"] == "accurate" else 1
    chosen = {**card, "looks": looks}
    write_card(chosen, folder)
    return chosen


def _best_settings(name: str, folder: Path, validation: list[Sample]) -> Settings:
    segmenter = Segmenter(folder)
    maps = [segmenter.predict([segmenter.prepare(sample.image, name)])[0] for sample in validation]
    settings, found = choose_settings(validation, lambda settings: (label_maps(one, settings) for one in maps), Settings())
    logger.info("on %d validation images: %.4f with %s", len(validation), found, settings)
    return settings


def _looked_at(card: dict[str, Any], folder: Path, validation: list[Sample]) -> list[list[Looked]]:
    """Every view of every image, as it is and scaled to every target, looked at once: more looks would tell the same of sizes."""
    name = card["name"]

    def segmenter(scaling: Scaling | None) -> Segmenter:
        write_card({**card, "scaling": scaling.written() if scaling else None, "looks": 1}, folder)
        return Segmenter(folder)

    plainly, scalers = segmenter(None), {target: segmenter(Scaling(target, target, target)) for target in TARGETS}

    def look(domain: str, image: Pixels, labels: NDArray[np.integer]) -> Looked:
        diameter = plainly.sizes([plainly.prepare(image, name)])[0].diameter
        plain, *scaled = (count_matches(labels, one.segment(image, name).labels, THRESHOLDS) for one in (plainly, *scalers.values()))
        return Looked(domain, labels.size, diameter, plain, dict(zip(scalers, scaled, strict=True)))

    return [[look(one.domain, *view(one.image, one.labels)) for one in validation] for view in VIEWS]


def tune(card: dict[str, Any], folder: Path, samples: list[Sample], *, only_scaling: bool = False) -> dict[str, Any]:
    """Choose looks and thresholds, then the sizes of objects at which images are scaled, on the validation images.

    Thresholds are chosen at the usual scaling; `only_scaling` leaves them, and the looks, as the card has them. All domains weigh the same.
    The choice is written into the card in `folder`.
    """
    validation = choose(samples, "validation")
    if only_scaling:
        settings = find_card(read_cards(folder), card["name"]).settings
    else:
        card = _with_looks(with_settings(card, Settings(), Scaling()), folder, validation)
        settings = _best_settings(card["name"], folder, validation)
    scaling, found = choose_scaling(_looked_at(with_settings(card, settings, None), folder, validation))
    logger.info("at three magnifications: %s with %s", found, scaling)
    tuned = {**with_settings(card, settings, scaling), "thresholdsChosenOn": f"{len(validation)} validation images"}
    write_card(tuned, folder)
    return tuned
