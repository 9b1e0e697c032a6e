"""Raw tiles: one channel of 512 x 512 px in its own depth, packed so that a browser unpacks it with what it has.

A tile is a header of 10 bytes (`CHT1`, bytes a value: 1, 2 or 4, a zero, width and height in px as uint16) and deflated little-endian
values, row by row, split into planes: the first bytes of all values, then their second bytes, and so on. Splitting alone packs
16-bit pictures to 52-68 % of their size; differences between neighbours gained 0-4 % more on smooth pictures, lost as much on noisy
ones, and took a third longer.
"""

import struct
from typing import Any

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid

Values = npt.NDArray[Any]

TILE_PX = 512
HEADER = struct.Struct("<4sBxHH")
MAGIC = b"CHT1"
LEVEL = 1
TYPES = {1: "<u1", 2: "<u2", 4: "<f4"}


class TileUnreadable(Invalid):
    """These bytes are no tile."""

    code, title = "tileUnreadable", "These bytes are not a tile"


def kept_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type that tiles keep: uint8, uint16 and float32 as they are, any other number as float32."""
    native = dtype.newbyteorder("=")
    return native if native in (np.uint8, np.uint16, np.float32) else np.dtype(np.float32)


def encode_tile(values: Values) -> bytes:
    """A tile of values (H, W), uint8, uint16 or float32, at most 65,535 px a side."""
    size = values.dtype.itemsize
    height, width = values.shape
    little: Values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    planes = little.view(np.uint8).reshape(-1, size).T.tobytes()
    return HEADER.pack(MAGIC, size, width, height) + bytes(imagecodecs.deflate_encode(planes, LEVEL, raw=True))


def decode_tile(data: bytes) -> Values:
    """The values (H, W) of a tile. Raises TileUnreadable."""
    if len(data) < HEADER.size:
        raise TileUnreadable
    magic, size, width, height = HEADER.unpack_from(data)
    if magic != MAGIC or size not in TYPES:
        raise TileUnreadable
    count = width * height * size
    try:
        planes = np.frombuffer(imagecodecs.deflate_decode(data[HEADER.size :], raw=True, out=count), np.uint8)
    except imagecodecs.DeflateError as error:
        raise TileUnreadable from error
    if len(planes) != count:
        raise TileUnreadable
    values: Values = np.ascontiguousarray(planes.reshape(size, -1).T).view(np.dtype(TYPES[size]))
    return values.reshape(height, width)


def level_sizes(width: int, height: int, tile: int = TILE_PX) -> list[tuple[int, int]]:
    """Width and height of each level in px, the whole picture first, each half of the one before (rounded up), until one tile holds all."""
    sizes = [(width, height)]
    while max(sizes[-1]) > tile:
        wide, high = sizes[-1]
        sizes.append(((wide + 1) // 2, (high + 1) // 2))
    return sizes


def halved(values: Values) -> Values:
    """Half as wide and high (rounded up): the mean of each 2 x 2 px, rounded half up for integers, of what there is at odd edges.

    Of float values only the finite ones count; where there is none the result is not a number.
    """
    height, width = values.shape
    if height % 2 or width % 2:
        values = np.pad(values, ((0, height % 2), (0, width % 2)), mode="edge")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        return _mean_of_finite(values)
    return np.asarray(cv2.resize(values, (values.shape[1] // 2, values.shape[0] // 2), interpolation=cv2.INTER_AREA))


def _mean_of_finite(values: Values) -> Values:
    height, width = values.shape
    blocks = values.reshape(height // 2, 2, width // 2, 2)
    is_finite = np.isfinite(blocks)
    count = is_finite.sum(axis=(1, 3), dtype=np.float32)
    total = np.where(is_finite, blocks, 0).sum(axis=(1, 3), dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(values.dtype)
