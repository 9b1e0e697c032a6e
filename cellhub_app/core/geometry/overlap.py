"""Which of two sets of outlines lie on each other."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.raster import mask_from_polygon

Crop = tuple[npt.NDArray[np.bool_], int, int]


def lying_on(found: Sequence[Polygon], kept: Sequence[Polygon], height: int, width: int, share: float) -> npt.NDArray[np.bool_]:
    """(n,) bool: which of the found polygons have, with any of the kept ones, at least `share` of the smaller one's pixels in common.

    Pixels are those of an image of (height, width).
    """
    lies = np.zeros(len(found), dtype=bool)
    if not found or not kept:
        return lies
    boxes = np.array([one.bounds for one in found])

    @cache
    def pixels(index: int) -> Crop:
        return mask_from_polygon(found[index], height, width)

    for other in kept:
        x0, y0, x1, y1 = other.bounds
        near = (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0) & ~lies
        here = mask_from_polygon(other, height, width)
        for index in np.flatnonzero(near).tolist():
            there = pixels(index)
            least = min(int(here[0].sum()), int(there[0].sum()))
            lies[index] = least > 0 and _shared(here, there) >= share * least
    return lies


def _shared(one: Crop, other: Crop) -> int:
    """How many pixels two crops of one image have in common."""
    (mask, x, y), (second, left, top) = one, other
    x0, y0 = max(x, left), max(y, top)
    x1, y1 = min(x + mask.shape[1], left + second.shape[1]), min(y + mask.shape[0], top + second.shape[0])
    if x1 <= x0 or y1 <= y0:
        return 0
    return int((mask[y0 - y : y1 - y, x0 - x : x1 - x] & second[y0 - top : y1 - top, x0 - left : x1 - left]).sum())
