"""How far to trust what was found: a score and a doubt for each object, and a doubt for the whole image.

The cues come from the network's own maps, for a few milliseconds. Their weights are fitted on validation images by training/calibration.py,
so that a doubt is a probability: of the objects with a doubt of 0.3 about three in ten have no true object with an IoU of 0.5. Without
fitted weights those of DEFAULT are used. Tried and left out: whether three mirrored passes find the same objects (as good a ranking as
these cues, for four times the price) and contact with the image's edge (no worse than other objects); docs/models.md has the figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.geometry.compiled import compiled
from ml_worker.inference.postprocess import FULL, Labels, Level, Maps

Floats = NDArray[np.float32]
RIM_PX = 2
MARGIN = 0.2
FAINT = 0.25
CUES = ("unsure", "fading", "spill", "flat", "small")
_COUNT, _FOREGROUND, _UNSURE, _INNER, _INNER_UNSURE, _FADING, _RING, _SPILL, _PEAK = range(9)


@dataclass(frozen=True)
class Calibration:
    """A logistic regression over the cues. From `look_from` on an image should be looked at first."""

    bias: float
    weights: tuple[float, ...]
    look_from: float

    def doubts(self, cues: NDArray[np.floating[Any]]) -> Floats:
        """(n, 5) cues -> (n,) probabilities that an object is wrong."""
        odds: NDArray[np.float64] = np.exp(-(self.bias + cues @ np.asarray(self.weights)))
        return (1 / (1 + odds)).astype(np.float32)

    def to_card(self) -> dict[str, Any]:
        """As it stands in a model card."""
        return {"bias": self.bias, "weights": dict(zip(CUES, self.weights, strict=True)), "lookFrom": self.look_from}


DEFAULT = Calibration(-4.2, (6.0, 0.0, 1.6, 2.4, 1.5), 0.1)


def calibration_of(card: Mapping[str, Any]) -> Calibration:
    """The calibration in a model card's content, DEFAULT where it has none. Raises KeyError for one that is not whole."""
    found = card.get("doubt")
    if found is None:
        return DEFAULT
    return Calibration(found["bias"], tuple(found["weights"][cue] for cue in CUES), found["lookFrom"])


@dataclass(frozen=True)
class Cues:
    """What speaks against objects 1..n: `values` (n, 5) in the order of CUES, all in 0..1 and larger when it looks worse.

    unsure: entropy or boundary inside. fading: the part that a higher threshold takes away. spill: the part of its surroundings that a
    lower threshold adds. flat: how far its distance map stays below 1. small: how much smaller than the image's median object.
    `scores`: the mean foreground probability. `missed`: faint foreground outside of all objects, in objects of median area.
    """

    values: Floats
    scores: Floats
    missed: float


class Rating(NamedTuple):
    """Scores and doubts of objects 1..n, float32 (n,) in 0..1, and `missed` as the cues have it."""

    scores: Floats
    doubts: Floats
    missed: float


def _entropy_levels() -> Level:
    p = np.clip(np.arange(FULL + 1) / FULL, 1e-9, 1 - 1e-9)
    return np.rint(-FULL * (p * np.log2(p) + (1 - p) * np.log2(1 - p))).astype(np.uint8)


ENTROPY_LEVELS = _entropy_levels()


@compiled
def _sums(labels: Labels, foreground: Level, unsure: Level, distance: Level, levels: NDArray[np.int64], sums: NDArray[np.float64]) -> int:
    height, width = labels.shape
    high, low, faint = levels
    missed = 0
    for y in range(height):
        up, down = max(0, y - RIM_PX), min(height - 1, y + RIM_PX)
        for x in range(width):
            label, level = labels[y, x], foreground[y, x]
            if label == 0 and level <= faint:
                continue
            left, right = max(0, x - RIM_PX), min(width - 1, x + RIM_PX)
            around = ((up, x), (down, x), (y, left), (y, right))
            if label == 0:
                missed += labels[up, x] == 0 and labels[down, x] == 0 and labels[y, left] == 0 and labels[y, right] == 0
                continue
            own = sums[label - 1]
            own[0] += 1
            own[1] += level
            own[2] += unsure[y, x]
            own[5] += level <= high
            own[8] = max(own[8], distance[y, x])
            is_rim = False
            for v, u in around:
                if labels[v, u] != label:
                    is_rim = True
                    if labels[v, u] == 0:
                        own[6] += 1
                        own[7] += foreground[v, u] > low
            if not is_rim:
                own[3] += 1
                own[4] += unsure[y, x]
    return missed


def _unsure(maps: Maps) -> Level:
    """A pixel is as doubtful as the binary entropy of its foreground probability, or as likely a boundary, whichever is larger."""
    unsure = cv2.LUT(maps[0], ENTROPY_LEVELS)
    return np.asarray(cv2.max(unsure, maps[1]) if len(maps) > 1 else unsure, np.uint8)


def find_cues(maps: Maps, labels: Labels, threshold: float) -> Cues:
    """Maps (3 or 1, H, W) in steps of 1/255, labels 1..n and the foreground threshold -> what speaks against the objects.

    Maps without boundary and distance, (1, H, W), are no probabilities: they leave `flat` and `missed` at 0.
    Inside is the object without its rim of 2 px, where every object is
    unsure, or all of it when nothing else is left. A boundary inside an object often is a missed split.
    """
    sums = np.zeros((int(labels.max(initial=0)), 9))
    distance = maps[2] if len(maps) > 2 else maps[0]
    levels = np.array([FULL * min(1.0, threshold + MARGIN), FULL * max(0.0, threshold - MARGIN), FULL * min(FAINT, threshold)]).astype(
        np.int64
    )
    missed = _sums(np.ascontiguousarray(labels), maps[0], _unsure(maps), distance, levels, sums)
    areas = np.maximum(sums[:, _COUNT], 1)
    median = float(np.median(areas)) if len(areas) else 1.0
    inner = sums[:, _INNER]
    unsure = np.where(inner > 0, sums[:, _INNER_UNSURE] / np.maximum(inner, 1), sums[:, _UNSURE] / areas) / FULL
    flat = 1 - sums[:, _PEAK] / FULL if len(maps) > 2 else np.zeros(len(areas))
    spill = sums[:, _SPILL] / np.maximum(sums[:, _RING], 1)
    small = np.clip(np.log(median / areas) / 3, 0, 1)
    values = np.stack([unsure, sums[:, _FADING] / areas, spill, flat, small], 1).astype(np.float32)
    scores = (sums[:, _FOREGROUND] / areas / FULL).astype(np.float32)
    if len(maps) == 1:
        return Cues(values, scores, 0.0)
    return Cues(values, scores, missed / median if len(areas) else float(missed > 0))


def rate_objects(maps: Maps, labels: Labels, threshold: float = 0.5, calibration: Calibration = DEFAULT) -> Rating:
    """How far to trust the objects 1..n that were found in the maps."""
    cues = find_cues(maps, labels, threshold)
    return Rating(cues.scores, calibration.doubts(cues.values), cues.missed)


def image_doubt(doubts: Floats, missed: float) -> float | None:
    """The expected share of wrong or missing objects; None where nothing was found and nothing seems missing."""
    every = len(doubts) + missed
    return float((doubts.sum() + missed) / every) if every > 0 else None
