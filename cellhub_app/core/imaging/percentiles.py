"""Percentiles of pixels: those of up to 16 bits are counted, not sorted, which takes a tenth of the time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.compiled import compiled

LANES = 4


@compiled
def _count(values: npt.NDArray[Any], counts: npt.NDArray[np.int64]) -> None:
    """Count each value in LANES tables (LANES, n): a count need not wait for the one before, and like neighbours many are alike."""
    whole = len(values) // LANES * LANES
    for place in range(0, whole, LANES):
        for lane in range(LANES):
            counts[lane, values[place + lane]] += 1
    for place in range(whole, len(values)):
        counts[0, values[place]] += 1


def percentiles(values: npt.NDArray[Any], percents: Sequence[float]) -> list[float]:
    """Percentiles (0..100) of all values of an array of any shape, interpolated linearly as numpy does; the values must be finite.

    Raises ValueError for an array without values.
    """
    if values.dtype not in (np.uint8, np.uint16):
        real = values if np.issubdtype(values.dtype, np.floating) else values.astype(np.float64)  # numpy's differences of int16 run over
        return [float(value) for value in np.percentile(real, percents)]
    if not values.size:
        raise ValueError("percentiles of nothing")
    counts = np.zeros((LANES, np.iinfo(values.dtype).max + 1), np.int64)
    _count(values.ravel(), counts)
    upto = np.cumsum(counts.sum(0))
    places = np.asarray(percents) / 100 * (values.size - 1)
    below = np.floor(places)
    low, high = (np.searchsorted(upto, place, side="right") for place in (below, np.ceil(places)))
    return [float(value) for value in low + (high - low) * (places - below)]
