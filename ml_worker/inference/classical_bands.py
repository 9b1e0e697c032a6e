"""The map of the model without a network, of an image of any size: a large one band by band, with the values of the whole."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.classical import CLEAR_MAJORITY, TOP, foreground_map, grey_of, levels_of, map_of
from ml_worker.inference.postprocess import Maps
from ml_worker.inference.prepared import Prepared
from ml_worker.inference.room import Between, Told, is_large, nothing, room_for, unheard

ROWS = 512
BAND_BYTES = 128_000_000  # of the float32 values of a band; wider images have fewer rows in it
LOOKS = 3  # at all bands: for the darkest and brightest value, for how many have which, and for the map
MARGIN = 16  # more than the Gaussians of stretching and smoothing reach

Counts = NDArray[np.int64]


def foreground_of(prepared: Prepared, between: Between = nothing, done: Told = unheard) -> Maps:
    """The map (1, H, W) of an image; `between` is called before each band of a large one and `done` after it. Raises NoRoom."""
    if not is_large(*prepared.shape):
        return foreground_map(prepared.stretch(prepared.pixels))
    return _in_bands(prepared, between, done)


def _in_bands(prepared: Prepared, between: Between, done: Told) -> Maps:
    def bands(look: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
        return _greys(prepared, between, lambda share: done((look + share) / LOOKS))

    maps = room_for((1, *prepared.shape), *prepared.shape, np.uint8)
    low, high = _extremes(bands(0))
    if high <= low:
        maps[:] = 0
        return maps
    counts = np.zeros(TOP + 1, np.int64)
    for _, grey in bands(1):
        counts += np.bincount(levels_of(grey, low, high).ravel(), minlength=TOP + 1)
    level = otsu_level(counts)
    threshold, is_dark = low + level / TOP * (high - low), is_dark_by_counts(counts, level)
    for top, grey in bands(2):
        maps[0, top : top + len(grey)] = map_of(grey, threshold, high - low, is_dark=is_dark)
    return maps


def _greys(prepared: Prepared, between: Between, done: Told) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The top row of each band, and its grey values as they are in the whole."""
    height, width = prepared.shape
    step = max(1, min(ROWS, BAND_BYTES // (width * prepared.pixels.shape[2] * 4)))
    for top in range(0, height, step):
        between()
        first, bottom = max(0, top - MARGIN), min(height, top + step)
        grey = grey_of(prepared.stretch(prepared.pixels[first : bottom + MARGIN]))
        yield top, grey[top - first : bottom - first]
        done(bottom / height)


def _extremes(greys: Iterable[tuple[int, NDArray[np.float32]]]) -> tuple[float, float]:
    ends = [(float(grey.min()), float(grey.max())) for _, grey in greys]
    return min(low for low, _ in ends), max(high for _, high in ends)


def otsu_level(counts: Counts) -> int:
    """Otsu's threshold for so many pixels at each level: the last level of the darker class."""
    shares = counts / counts.sum()
    levels = np.arange(len(counts))
    below, sums = np.cumsum(shares), np.cumsum(shares * levels)
    above = 1 - below
    with np.errstate(invalid="ignore", divide="ignore"):
        between_classes = (sums[-1] * below - sums) ** 2 / (below * above)
    between_classes[(below < np.finfo(np.float32).eps) | (above < np.finfo(np.float32).eps)] = 0
    return int(between_classes.argmax())


def is_dark_by_counts(counts: Counts, level: int) -> bool:
    """What `is_dark_foreground` says of pixels that are counted by their levels."""
    share = float(counts[level + 1 :].sum() / counts.sum())
    if share > CLEAR_MAJORITY or share < 1 - CLEAR_MAJORITY:
        return share > CLEAR_MAJORITY
    return _variance(counts[level + 1 :]) < _variance(counts[: level + 1])


def _variance(counts: Counts) -> float:
    levels = np.arange(len(counts))
    mean = float((counts * levels).sum() / counts.sum())
    return float((counts * (levels - mean) ** 2).sum() / counts.sum())
