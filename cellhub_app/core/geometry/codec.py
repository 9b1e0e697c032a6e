"""The compact bytes of polygons, as stored and as sent to the browser.

One polygon: varint ring count; then for each ring, exterior first, a varint vertex count and the zigzag varints of x and y in 1/16 px, the
first vertex of every ring absolute and the others as differences from the one before. Rings are not closed. Varints are LEB128: seven bits
a byte, lowest first, the high bit says that more follow.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.compiled import compiled
from cellhub_app.core.geometry.polygon import MAX_COORDINATE, STEPS_PER_PIXEL, Polygon

MAGIC = b"CHP1"
HEADER = struct.Struct("<4sII")
RECORD = struct.Struct("<16sfffHHI")
MEDIA_TYPE = "application/x-cellhub-polygons"

GARBAGE = "The stored outline of an object can't be read: its bytes are damaged."
MAX_GRID = MAX_COORDINATE * STEPS_PER_PIXEL
BYTES_PER_VARINT = 5

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class CollectionItem:
    """One object of the binary polygons response; `geometry` is the encoded polygon."""

    id: UUID
    score: float
    doubt: float
    area_px: float
    class_id: int
    geometry: bytes


def encode(polygon: Polygon) -> bytes:
    """The bytes of one polygon, its coordinates rounded to 1/16 px."""
    return encode_many([polygon])[0]


def encode_many(polygons: Sequence[Polygon]) -> list[bytes]:
    """The bytes of each polygon; much faster than one by one."""
    if not polygons:
        return []
    rings = [ring for polygon in polygons for ring in polygon.rings]
    grid = np.rint(np.concatenate(rings) * STEPS_PER_PIXEL).astype(np.int64)
    sizes = np.array([len(ring) for ring in rings], dtype=np.int64)
    counts = np.array([1 + len(polygon.holes) for polygon in polygons], dtype=np.int64)
    out = np.empty(BYTES_PER_VARINT * (2 * len(grid) + len(sizes) + len(counts)), dtype=np.uint8)
    ends = _encode(grid, sizes, counts, out).tolist()
    data = out[: ends[-1]].tobytes()
    return [data[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def decode(data: bytes) -> Polygon:
    """The polygon of `encode`. Raises Invalid for anything that `encode` could not have written."""
    raw = np.frombuffer(data, dtype=np.uint8)
    grid = np.empty((len(raw) // 2 + 1, 2), dtype=np.int64)
    ends = np.empty(len(raw) + 1, dtype=np.int64)
    rings = int(decode_into(raw, grid, ends))
    if rings < 1:
        raise Invalid(GARBAGE)
    vertices = grid[: ends[rings - 1]] / STEPS_PER_PIXEL
    places = [0, *ends[:rings].tolist()]
    exterior, *holes = (vertices[start:end] for start, end in pairwise(places))
    return Polygon(exterior, tuple(holes))


def encode_collection(revision: int, items: Iterable[CollectionItem]) -> bytes:
    """The body of a binary polygons response, little endian.

    "CHP1", uint32 revision, uint32 count; then for each object 16 bytes uuid, float32 score, doubt and area_px, uint16 class_id, uint16
    reserved, uint32 n and the n bytes of the polygon.
    """
    parts = [
        RECORD.pack(item.id.bytes, item.score, item.doubt, item.area_px, item.class_id, 0, len(item.geometry)) + item.geometry
        for item in items
    ]
    return b"".join([HEADER.pack(MAGIC, revision, len(parts)), *parts])


def decode_collection(data: bytes) -> tuple[int, list[CollectionItem]]:
    """The revision and objects of `encode_collection`. Raises Invalid for anything else; the polygons themselves are not decoded."""
    try:
        magic, revision, count = HEADER.unpack_from(data)
        items, place = [], HEADER.size
        for _ in range(count):
            uuid, score, doubt, area, class_id, _, size = RECORD.unpack_from(data, place)
            place += RECORD.size + size
            items.append(CollectionItem(UUID(bytes=uuid), score, doubt, area, class_id, data[place - size : place]))
    except struct.error:
        raise Invalid("The list of outlines is cut short.") from None
    if magic != MAGIC or place != len(data):
        raise Invalid("These bytes are not a list of outlines.")
    return revision, items


@compiled
def _put(out: Bytes, place: int, value: int) -> int:
    while value >= 128:
        out[place] = (value & 127) | 128
        value >>= 7
        place += 1
    out[place] = value
    return place + 1


@compiled
def _encode(grid: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], out: Bytes) -> npt.NDArray[np.int64]:
    """Write all polygons one after the other; returns where each ends."""
    ends = np.empty(len(counts), np.int64)
    place = ring = vertex = 0
    for polygon in range(len(counts)):
        place = _put(out, place, counts[polygon])
        for _ in range(counts[polygon]):
            place = _put(out, place, sizes[ring])
            last_x = last_y = 0
            for _ in range(sizes[ring]):
                step_x, step_y = grid[vertex, 0] - last_x, grid[vertex, 1] - last_y
                place = _put(out, place, (step_x << 1) ^ (step_x >> 63))
                place = _put(out, place, (step_y << 1) ^ (step_y >> 63))
                last_x, last_y = grid[vertex, 0], grid[vertex, 1]
                vertex += 1
            ring += 1
        ends[polygon] = place
    return ends


@compiled
def _get(raw: Bytes, place: int) -> tuple[int, int]:
    """The varint at a place and the place after it; the place is -1 when there is none."""
    value = 0
    for count in range(BYTES_PER_VARINT):
        if place >= len(raw):
            return 0, -1
        byte = int(raw[place])
        value |= (byte & 127) << (7 * count)
        place += 1
        if byte < 128:
            return value, place
    return 0, -1


@compiled
def _get_step(raw: Bytes, place: int) -> tuple[int, int]:
    value, place = _get(raw, place)
    return (value >> 1) ^ -(value & 1), place


@compiled
def decode_into(raw: Bytes, grid: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> int:
    """Fill `grid` and where each ring ends in it; returns the number of rings, or 0 for garbage."""
    rings, place = _get(raw, 0)
    if place < 0 or rings > len(raw):
        return 0
    used = 0
    for ring in range(rings):
        size, place = _get(raw, place)
        if place < 0 or size < 3 or 2 * size > len(raw) - place:
            return 0
        x = y = 0
        for _ in range(size):
            step_x, place = _get_step(raw, place)
            step_y, place = _get_step(raw, max(place, 0)) if place >= 0 else (0, -1)
            x += step_x
            y += step_y
            if place < 0 or abs(x) > MAX_GRID or abs(y) > MAX_GRID:
                return 0
            grid[used, 0], grid[used, 1] = x, y
            used += 1
        ends[ring] = used
    return rings if place == len(raw) else 0
