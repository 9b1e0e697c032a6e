"""Many stored polygons at once: decoded, boxed, counted in pixels and written as text without a Python object for each vertex.

All of it works on the storage grid (1/16 px), where every coordinate is an integer and its decimal text is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.codec import GARBAGE, decode_into
from cellhub_app.core.geometry.compiled import compiled
from cellhub_app.core.geometry.polygon import STEPS_PER_PIXEL
from cellhub_app.core.geometry.raster import pixel_counts

Places = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

NUMBER_BYTES = 13  # a sign, seven digits, a point and four decimals
_FRACTIONS = [f"{step / STEPS_PER_PIXEL:.4f}"[1:].rstrip("0").rstrip(".") for step in range(STEPS_PER_PIXEL)]
POINT, ZERO = 46, 48
FRACTION_SIZES = np.array([len(text) for text in _FRACTIONS], dtype=np.int64)
FRACTIONS = np.array([list(text.ljust(5).encode()) for text in _FRACTIONS], dtype=np.uint8)


@dataclass(frozen=True)
class Outlines:
    """Polygons in a row: `grid` int64 (v, 2) of x, y in 1/16 px; where each ring starts in it; where each polygon starts in the rings."""

    grid: Places
    ring_starts: Places
    polygon_starts: Places

    def __len__(self) -> int:
        return len(self.polygon_starts) - 1

    @cached_property
    def vertices(self) -> npt.NDArray[np.float64]:
        """The vertices in px, float64 (v, 2)."""
        return self.grid / STEPS_PER_PIXEL

    @cached_property
    def bounds(self) -> npt.NDArray[np.float64]:
        """Smallest x, smallest y, largest x, largest y of each polygon in px, float64 (n, 4)."""
        if not len(self):
            return np.zeros((0, 4))
        exteriors = self.ring_starts[np.stack([self.polygon_starts[:-1], self.polygon_starts[:-1] + 1], axis=1)]
        low, high = (extreme.reduceat(self._padded, exteriors.ravel())[::2] for extreme in (np.minimum, np.maximum))
        return np.concatenate([low, high], axis=1) / STEPS_PER_PIXEL

    @property
    def _padded(self) -> Places:
        """The grid with one more row: `reduceat` takes no place behind the last."""
        return np.concatenate([self.grid, self.grid[-1:]])

    @property
    def has_holes(self) -> list[bool]:
        """Of each polygon, whether it has any."""
        return (np.diff(self.polygon_starts) > 1).tolist()  # type: ignore[no-any-return]

    def pixels(self, height: int, width: int) -> list[int]:
        """How many pixels of an image each polygon covers."""
        return pixel_counts(self.vertices, self.ring_starts, self.polygon_starts, height, width).tolist()  # type: ignore[no-any-return]

    def one(self, index: int) -> tuple[npt.NDArray[np.float64], Places]:
        """The vertices of one of the polygons in px, and where each of its rings starts in them."""
        starts = self.ring_starts[self.polygon_starts[index] : self.polygon_starts[index + 1] + 1]
        return self.vertices[starts[0] : starts[-1]], starts - starts[0]

    def texts(self, between: str, after: str, *, is_closed: bool = False, is_float: bool = False) -> list[list[str]]:
        """The rings of each polygon as text, exterior first: `x between y after x between y`, in px and exact.

        `is_closed` repeats the first vertex at the end; `is_float` ends whole numbers in .0, as `repr` does.
        """
        joints = [np.frombuffer(text.encode("ascii"), dtype=np.uint8) for text in (between, after)]
        count = len(self.grid) + len(self.ring_starts)
        out = np.empty(count * (2 * NUMBER_BYTES + sum(map(len, joints))), dtype=np.uint8)
        ends = _write(self.grid, self.ring_starts, joints[0], joints[1], is_closed, is_float, out).tolist()
        whole = out[: ends[-1] if ends else 0].tobytes().decode("ascii")
        rings = [whole[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []
        places = self.polygon_starts.tolist()
        return [rings[start:end] for start, end in pairwise(places)]


def decode_many(stored: Sequence[bytes]) -> Outlines:
    """The polygons of `codec.encode`, much faster than one by one. Raises Invalid for anything that it could not have written."""
    raw = np.frombuffer(b"".join(stored), dtype=np.uint8)
    ends = np.cumsum([len(data) for data in stored], dtype=np.int64)
    grid = np.empty((len(raw) // 2 + 1, 2), dtype=np.int64)
    ring_starts = np.zeros(len(raw) + 1, dtype=np.int64)
    polygon_starts = np.zeros(len(stored) + 1, dtype=np.int64)
    rings = int(_decode_all(raw, ends, grid, ring_starts, polygon_starts))
    if rings < 0:
        raise Invalid(GARBAGE)
    return Outlines(grid[: ring_starts[rings]], ring_starts[: rings + 1], polygon_starts)


@compiled
def _decode_all(raw: Bytes, ends: Places, grid: Places, ring_starts: Places, polygon_starts: Places) -> int:
    """Fill the arrays; answers the number of rings, or -1 for garbage."""
    start = vertices = rings = 0
    for index in range(len(ends)):
        found = decode_into(raw[start : ends[index]], grid[vertices:], ring_starts[rings + 1 :])
        if found < 1:
            return -1
        for ring in range(rings + 1, rings + found + 1):
            ring_starts[ring] += vertices
        rings += found
        vertices = ring_starts[rings]
        polygon_starts[index + 1] = rings
        start = ends[index]
    return rings


@compiled
def _put_number(out: Bytes, place: int, value: int, is_float: bool) -> int:
    if value < 0:
        out[place] = 45
        place += 1
        value = -value
    whole = value // 16
    first = place
    while whole > 9:
        out[place] = 48 + whole % 10
        whole //= 10
        place += 1
    out[place] = 48 + whole
    place += 1
    for step in range((place - first) // 2):
        out[first + step], out[place - 1 - step] = out[place - 1 - step], out[first + step]
    fraction = value % 16
    for index in range(FRACTION_SIZES[fraction]):
        out[place] = FRACTIONS[fraction, index]
        place += 1
    if is_float and fraction == 0:
        out[place], out[place + 1] = POINT, ZERO
        place += 2
    return place


@compiled
def _put_text(out: Bytes, place: int, text: Bytes) -> int:
    for index in range(len(text)):
        out[place + index] = text[index]
    return place + len(text)


@compiled
def _write(grid: Places, ring_starts: Places, between: Bytes, after: Bytes, is_closed: bool, is_float: bool, out: Bytes) -> Places:
    """Write all rings one after the other; answers where each ends."""
    ends = np.empty(len(ring_starts) - 1, np.int64)
    place = 0
    for ring in range(len(ends)):
        size = ring_starts[ring + 1] - ring_starts[ring]
        for step in range(size + is_closed):
            if step:
                place = _put_text(out, place, after)
            vertex = ring_starts[ring] + step % size
            place = _put_number(out, place, grid[vertex, 0], is_float)
            place = _put_text(out, place, between)
            place = _put_number(out, place, grid[vertex, 1], is_float)
        ends[ring] = place
    return ends
