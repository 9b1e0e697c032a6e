"""Percentiles of pixels: those of up to 16 bits are counted, not sorted, which takes a tenth of the time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def percentiles(values: npt.NDArray[Any], percents: Sequence[float]) -> list[float]:
    """Percentiles (0..100) of all values of an array of any shape, interpolated linearly as numpy does; the values must be finite.

    Raises ValueError for an array without values.
    """
    if values.dtype not in (np.uint8, np.uint16):
        real = values if np.issubdtype(values.dtype, np.floating) else values.astype(np.float64)  # numpy's differences of int16 run over
        return [float(value) for value in np.percentile(real, percents)]
    if not values.size:
        raise ValueError("percentiles of nothing")
    upto = np.cumsum(np.bincount(values.ravel()))
    places = np.asarray(percents) / 100 * (values.size - 1)
    below = np.floor(places)
    low, high = (np.searchsorted(upto, place, side="right") for place in (below, np.ceil(places)))
    return [float(value) for value in low + (high - low) * (places - below)]
