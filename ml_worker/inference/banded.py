"""Images too large for memory in another size, as OpenCV would make them of the whole (INTER_AREA and INTER_LINEAR), up to rounding."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.room import Between

ROWS = 32
BAND_BYTES = 64_000_000

Floats = NDArray[np.float32]


def _shares(length: int, size: int, first: int, last: int) -> tuple[int, Floats]:
    """Of places `first` to `last` of `size`, made from `length`: the first that they are made of, and the weight of each from there on."""
    scale = length / size
    places = np.arange(first, last)
    if size < length:
        return _covered(places * scale, np.minimum((places + 1) * scale, length))
    centres = np.clip((places + 0.5) * scale - 0.5, 0, length - 1)
    below = np.minimum(np.floor(centres).astype(np.int64), max(0, length - 2))
    weights = np.zeros((len(places), int(below[-1] - below[0]) + 2), np.float32)
    rows, columns = np.arange(len(places)), below - below[0]
    weights[rows, columns], weights[rows, columns + 1] = 1 - (centres - below), centres - below
    return int(below[0]), weights[:, : length - int(below[0])]


def _covered(starts: NDArray[np.floating[Any]], ends: NDArray[np.floating[Any]]) -> tuple[int, Floats]:
    """What part of the mean from each start to its end every place has."""
    begin = int(starts[0])
    edges = np.arange(begin, int(np.ceil(ends[-1] - 1e-6)) + 1)
    reach = np.minimum(ends[:, None], edges[1:]) - np.maximum(starts[:, None], edges[:-1])
    return begin, (np.maximum(reach, 0) / (ends - starts)[:, None]).astype(np.float32)


def _bands(pixels: NDArray[Any], size: tuple[int, int]) -> Iterator[tuple[int, Floats]]:
    """The top row of each band of the resized image, and its float32 values (h, w, C)."""
    length, wide, channels = pixels.shape
    height, width = size
    row = wide * channels * 4 * max(1.0, length / height)
    step = max(1, min(ROWS, int(BAND_BYTES // row)))
    smooth = cv2.INTER_AREA if width < wide else cv2.INTER_LINEAR
    for top in range(0, height, step):
        begin, weights = _shares(length, height, top, min(height, top + step))
        band = np.asarray(pixels[begin : begin + weights.shape[1]], np.float32).reshape(weights.shape[1], -1)
        rows = (weights @ np.nan_to_num(band, nan=0.0, posinf=0.0, neginf=0.0)).reshape(len(weights), wide, channels)
        yield top, np.asarray(cv2.resize(rows, (width, len(rows)), interpolation=smooth), np.float32).reshape(len(rows), width, channels)


def resize(pixels: NDArray[Any], target: NDArray[Any], between: Between) -> None:
    """Fill (h, w, C) with the pixels (H, W, C) in its size: means where it is lower, else linear. What is not finite counts as 0."""
    for top, band in _bands(pixels, (target.shape[0], target.shape[1])):
        between()
        if np.issubdtype(target.dtype, np.integer):
            limits = np.iinfo(target.dtype)
            band = np.clip(np.rint(band, out=band), limits.min, limits.max, out=band)  # noqa: PLW2901 - in place
        target[top : top + len(band)] = band
