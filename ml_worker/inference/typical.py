"""What a few pixels say of a whole image is asked of its middle; large images may be empty there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.room import is_large

SAMPLES = 64  # a side of a part
FULLEST = 99.5  # percentile of the parts
ENOUGH = 0.5

Part = tuple[slice, slice]


def typical_part(values: NDArray[Any], side: int) -> Part:
    """Rows and columns of the middle of (H, W) values, at most `side` each.

    Of a large image in whose middle less than half as much stands out as in its fullest parts, those of a part that is full as many are.
    """
    height, width = values.shape
    middle = _part(max(0, (height - side) // 2), max(0, (width - side) // 2), side)
    if not is_large(height, width) or min(height, width) < side:
        return middle
    step = max(1, side // SAMPLES)
    # Pixels without data may hold the largest number that there is, whose square is none any more.
    with np.errstate(over="ignore", invalid="ignore"):
        spreads = _spreads(values[::step, ::step], side // step)
        enough = ENOUGH * float(np.percentile(spreads, FULLEST))
        here = float(_finite(values[middle][::step, ::step]).std())
    if here >= enough or not np.isfinite(enough):
        return middle
    full = np.flatnonzero(spreads >= enough)
    chosen = full[np.argsort(spreads.ravel()[full])[len(full) // 2]]
    row, column = divmod(int(chosen), spreads.shape[1])
    return _part(row * step * (side // step), column * step * (side // step), side)


def _part(y: int, x: int, side: int) -> Part:
    return slice(y, y + side), slice(x, x + side)


def _spreads(values: NDArray[Any], side: int) -> NDArray[np.float64]:
    """The standard deviation of each square of a side."""
    rows, columns = (length // side for length in values.shape)
    found = np.empty((rows, columns))
    for row in range(rows):
        band = _finite(values[row * side : (row + 1) * side, : columns * side])
        found[row] = band.reshape(side, columns, side).std(axis=(0, 2))
    return found


def _finite(values: NDArray[Any]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    return found
