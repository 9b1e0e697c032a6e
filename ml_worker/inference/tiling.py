"""Large images pass the network in overlapping tiles; their maps are blended before one post-processing of the whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TILE = 2048
OVERLAP = 128


@dataclass(frozen=True)
class Window:
    """A tile's place in the image, in pixels; its right and bottom may lie outside and are mirrored."""

    y: int
    x: int
    height: int
    width: int


def _starts(length: int, multiple: int, tile: int, overlap: int) -> tuple[list[int], int]:
    if length <= tile:
        return [0], length + -length % multiple
    count = -(-(length - overlap) // (tile - overlap))
    size = -(-(length + (count - 1) * overlap) // count)
    size += -size % multiple
    return [round(k * (length - size) / (count - 1)) for k in range(count)], size


def windows(height: int, width: int, multiple: int, tile: int = TILE, overlap: int = OVERLAP) -> list[Window]:
    """Windows of one shape (multiples of `multiple`) that cover the image, row by row; one where it fits into a tile."""
    rows, tall = _starts(height, multiple, tile, overlap)
    columns, wide = _starts(width, multiple, tile, overlap)
    return [Window(y, x, tall, wide) for y in rows for x in columns]


def _ramp(start: int, size: int, overlap: int) -> NDArray[np.float32]:
    ramp = np.ones(size, np.float32)
    if start > 0:
        reach = min(overlap, size)
        ramp[:reach] = (np.arange(reach, dtype=np.float32) + 0.5) / reach
    return ramp


def paste(whole: NDArray[np.uint8], tile: NDArray[np.uint8], window: Window, overlap: int = OVERLAP) -> None:
    """Blend a tile's maps (C, h, w) into the image's (C, H, W), fading in over the overlap above and to the left.

    Tiles come row by row, so that what is faded over has been written before.
    """
    place = whole[:, window.y : window.y + window.height, window.x : window.x + window.width]
    _, height, width = place.shape
    weight = _ramp(window.y, height, overlap)[:, None] * _ramp(window.x, width, overlap)[None]
    if (weight == 1).all():
        place[:] = tile[:, :height, :width]
        return
    for old, new in zip(place, tile[:, :height, :width], strict=True):
        old[:] = np.rint(old + (new.astype(np.float32) - old) * weight).astype(np.uint8)
