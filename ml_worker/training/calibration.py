"""Fitting what a doubt means: weights of its cues and the mark "look first" from validation images, reported on held-out ones.

`cellhub-evaluate` writes them into the section `doubt` of a model's card.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata, spearmanr

from cellhub_app.core.metrics.matching import MatchCounts, matched_pairs, overlaps
from ml_worker.inference.doubt import CUES, Calibration, Cues, find_cues, image_doubt
from ml_worker.inference.postprocess import Labels, Maps
from ml_worker.inference.segmenter import Segmenter
from ml_worker.training.cards import kind_of
from ml_worker.training.data import Sample, choose

PARTNER_IOU = 0.5
RIDGE = 1e-4
WANTED_PRECISION = 0.8
GOOD_FOR = 0.5  # a model without training is calibrated where its AP@0.5 is at least this: nobody should use it elsewhere
BINS = (0.0, 0.05, 0.1, 0.2, 0.4, 1.0)


@dataclass(frozen=True)
class Observed:
    """An image: what speaks against its objects, which of them are wrong (no true object with an IoU of 0.5), and its AP@0.5."""

    domain: str
    cues: Cues
    wrong: NDArray[np.bool_]
    ap50: float


def observe(segmenter: Segmenter, model: str, samples: Sequence[Sample]) -> list[Observed]:
    """Segment annotated images with the card's defaults, and see which objects are wrong."""
    found = []
    for sample in samples:
        prepared = segmenter.prepare(sample.image, model)
        [maps] = segmenter.predict([prepared])
        labels = segmenter.finish(prepared, maps).labels
        maps = _own_size(maps, labels)
        pairs = overlaps(sample.labels, labels)
        partners = matched_pairs(pairs, PARTNER_IOU)
        wrong = np.ones(pairs.predicted_count, np.bool_)
        wrong[partners[partners >= 0]] = False
        hits = int((~wrong).sum())
        counts = MatchCounts(hits, pairs.predicted_count - hits, pairs.truth_count - hits)
        found.append(Observed(sample.domain, find_cues(maps, labels, prepared.settings.foreground), wrong, counts.average_precision))
    return found


def _own_size(maps: Maps, labels: Labels) -> Maps:
    """The maps in the image's size: a network may have seen it larger or smaller."""
    if maps.shape[1:] == labels.shape:
        return maps
    return np.stack([np.asarray(cv2.resize(one, labels.shape[::-1]), np.uint8) for one in maps])


def fit(observed: Sequence[Observed]) -> tuple[float, tuple[float, ...]]:
    """Bias and weights of a logistic regression of `wrong` on the cues; a weight is never negative, so that each cue only raises doubt.

    Raises ValueError when no object was found, or all are right, or all are wrong.
    """
    wrong = np.concatenate([one.wrong for one in observed]) if observed else np.zeros(0, np.bool_)
    if wrong.all() or not wrong.any():
        raise ValueError("doubt can't be fitted: the validation images need objects that were found well and some that were not")
    values = np.concatenate([one.cues.values for one in observed]).astype(np.float64)
    columns = np.column_stack([np.ones(len(values)), values])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        lines = columns @ weights
        value = (np.logaddexp(0, lines) - wrong * lines).mean() + RIDGE * (weights[1:] ** 2).sum()
        slope = columns.T @ (1 / (1 + np.exp(-lines)) - wrong) / len(wrong)
        slope[1:] += 2 * RIDGE * weights[1:]
        return float(value), slope

    bounds = [(None, None), *[(0.0, None)] * len(CUES)]
    best = minimize(loss, np.zeros(1 + len(CUES)), jac=True, bounds=bounds).x
    return round(float(best[0]), 4), tuple(round(float(weight), 4) for weight in best[1:])


def _image_doubts(observed: Sequence[Observed], calibration: Calibration) -> NDArray[np.float64]:
    return np.array([image_doubt(calibration.doubts(one.cues.values), one.cues.missed) or 0.0 for one in observed])


def is_worse(observed: Sequence[Observed]) -> NDArray[np.bool_]:
    """Whether an image's AP@0.5 is below the median of all images."""
    scores = np.array([one.ap50 for one in observed])
    return np.asarray(scores < np.median(scores), np.bool_)


def choose_mark(doubts: NDArray[np.float64], worse: NDArray[np.bool_]) -> float:
    """The lowest doubt from on which at least 80 % of the images are worse than the median; else that of the tenth with most doubt."""
    order = np.argsort(-doubts, kind="stable")
    precision = np.cumsum(worse[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= WANTED_PRECISION)
    last = int(enough[-1]) if len(enough) else max(0, len(order) // 10 - 1)
    return math.floor(1e4 * float(doubts[order[last]])) / 1e4  # never above the doubt itself


def ranking(doubts: NDArray[np.floating[Any]], wrong: NDArray[np.bool_]) -> float | None:
    """The chance that what is wrong has more doubt than what is right (the area under the ROC curve); None without one of the two."""
    bad, good = int(wrong.sum()), int((~wrong).sum())
    if not bad or not good:
        return None
    return round(float((rankdata(doubts)[wrong].sum() - bad * (bad + 1) / 2) / (bad * good)), 4)


def _reliability(doubts: NDArray[np.floating[Any]], wrong: NDArray[np.bool_]) -> list[dict[str, Any]]:
    rows = []
    for low, high in pairwise(BINS):
        here = (doubts >= low) & (doubts < high)
        if count := int(here.sum()):
            rows.append({"from": low, "to": high, "objects": count, "meanDoubt": _mean(doubts[here]), "wrong": _mean(wrong[here])})
    return rows


def _mean(values: NDArray[Any]) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def _kinds(observed: Sequence[Observed]) -> NDArray[np.str_]:
    return np.array([kind_of(one.domain) for one in observed])


def within_domains(doubts: NDArray[np.float64], observed: Sequence[Observed]) -> float | None:
    """The chance that the worse of two images of one domain has more doubt; None where no two images of a domain differ."""
    held, every = 0.0, 0
    for first, second in combinations(range(len(observed)), 2):
        one, other = observed[first], observed[second]
        if one.domain == other.domain and one.ap50 != other.ap50:
            ahead = (doubts[first] - doubts[second]) * (other.ap50 - one.ap50)
            held, every = held + (ahead > 0) + (ahead == 0) / 2, every + 1
    return round(held / every, 4) if every else None


def report(observed: Sequence[Observed], calibration: Calibration) -> dict[str, Any]:
    """How far doubts can be trusted on these images: of the doubtful ones, how many are worse than the median; how objects rank."""
    doubts, worse = _image_doubts(observed, calibration), is_worse(observed)
    scores, marked = np.array([one.ap50 for one in observed]), doubts >= calibration.look_from
    objects = np.concatenate([calibration.doubts(one.cues.values) for one in observed])
    wrong = np.concatenate([one.wrong for one in observed])
    return {
        "images": len(observed),
        "doubtful": int(marked.sum()),
        "doubtfulWorseThanMedian": _mean(worse[marked]),
        "othersWorseThanMedian": _mean(worse[~marked]),
        "ap50OfDoubtful": _mean(scores[marked]),
        "ap50OfOthers": _mean(scores[~marked]),
        "imageRankCorrelation": round(-float(spearmanr(doubts, scores).statistic), 4) if len(set(doubts)) > 1 < len(set(scores)) else None,
        "imageRankingWithinDomains": within_domains(doubts, observed),
        "objects": len(wrong),
        "wrongObjects": int(wrong.sum()),
        "objectRanking": ranking(objects, wrong),
        "reliability": _reliability(objects, wrong),
    }


def _by_kind(observed: Sequence[Observed], calibration: Calibration) -> dict[str, Any]:
    kinds = _kinds(observed)
    parts = {kind: [one for one, own in zip(observed, kinds, strict=True) if own == kind] for kind in sorted(set(kinds.tolist()))}
    return {kind: report(part, calibration) for kind, part in parts.items()}


def calibrate(segmenter: Segmenter, model: str, samples: Sequence[Sample]) -> dict[str, Any]:
    """The section `doubt` of a model card: fitted and marked on the validation images of `samples`, reported on the held-out ones.

    Raises ValueError when the validation images can't tell good objects from bad ones.
    """
    validation = observe(segmenter, model, choose(samples, "validation"))
    bias, weights = fit(validation)
    fitted = Calibration(bias, weights, look_from=1.0)
    calibration = Calibration(bias, weights, choose_mark(_image_doubts(validation, fitted), is_worse(validation)))
    held_out = observe(segmenter, model, choose(samples, "held_out"))
    return {
        **calibration.to_card(),
        "chosenOn": f"{len(validation)} validation images",
        "validation": report(validation, calibration),
        "heldOut": report(held_out, calibration),
        "heldOutByKind": _by_kind(held_out, calibration),
    }
