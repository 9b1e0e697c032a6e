"""Polygons with holes, in pixel coordinates: (0, 0) is the top-left corner of the first pixel, x to the right, y down."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.validity import Problem, find_problem

Ring = npt.NDArray[np.float64]

STEPS_PER_PIXEL = 16  # outlines are stored on this grid
MAX_COORDINATE = 1_000_000  # px
MAX_VERTICES = 100_000  # of one polygon
MAX_HOLES = 1_000

SENTENCES = {
    Problem.CROSSING: "The outline of the polygon crosses or touches itself.",
    Problem.TOUCHING: "Two rings of the polygon cross or touch each other.",
    Problem.HOLE_OUTSIDE: "A hole of the polygon lies outside its outline.",
    Problem.HOLE_IN_HOLE: "A hole of the polygon lies inside another hole.",
    Problem.TOO_TANGLED: "The outline of the polygon is too tangled to check; simplify it.",
}


@dataclass(frozen=True, eq=False)
class Polygon:
    """One exterior and any number of holes; each ring is float64 (n, 2) of x, y in px, not closed (the first vertex is not repeated).

    The exterior has a positive shoelace sum in these raw coordinates and each hole a negative one, as RFC 7946 asks. The constructor
    trusts its caller: `from_geojson` and `from_rings` check.
    """

    exterior: Ring
    holes: tuple[Ring, ...] = ()

    @property
    def rings(self) -> tuple[Ring, ...]:
        """The exterior, then the holes."""
        return (self.exterior, *self.holes)

    @cached_property
    def area(self) -> float:
        """Area inside the exterior and outside the holes, px²."""
        return abs(signed_area(self.exterior)) - sum(abs(signed_area(hole)) for hole in self.holes)

    @cached_property
    def perimeter(self) -> float:
        """Length of the exterior, px."""
        return ring_length(self.exterior)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Smallest x, smallest y, largest x, largest y, px."""
        low, high = self.exterior.min(axis=0), self.exterior.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @cached_property
    def centroid(self) -> tuple[float, float]:
        """Centre of gravity of the area (holes left out) as x, y in px."""
        moments = np.sum([_ring_moments(ring) for ring in self.rings], axis=0)
        return float(moments[1] / moments[0]), float(moments[2] / moments[0])

    def to_geojson(self) -> dict[str, Any]:
        """A GeoJSON Polygon geometry: closed rings of [x, y] in px."""
        rings = [ring.tolist() for ring in self.rings]
        return {"type": "Polygon", "coordinates": [[*ring, ring[0]] for ring in rings]}


def signed_area(ring: Ring) -> float:
    """Shoelace area of a ring (n, 2), px²; positive for exteriors."""
    x, y = (ring - ring[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def ring_length(ring: Ring) -> float:
    """Length of a closed ring (n, 2), px."""
    steps = np.roll(ring, -1, axis=0) - ring
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum())


def _ring_moments(ring: Ring) -> tuple[float, float, float]:
    """Signed area and its first moments about the origin (Bourke 1988)."""
    origin = ring[0]
    x, y = (ring - origin).T
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    cross = x * next_y - next_x * y
    area = float(cross.sum()) / 2
    moment_x, moment_y = float((x + next_x) @ cross) / 6, float((y + next_y) @ cross) / 6
    return area, moment_x + origin[0] * area, moment_y + origin[1] * area


def from_geojson(geometry: Any) -> Polygon:
    """A checked polygon from a GeoJSON Polygon geometry, or from a Feature that holds one.

    Raises Invalid, with one plain sentence, for anything else and for what `from_rings` refuses.
    """
    if isinstance(geometry, dict) and geometry.get("type") == "Feature":
        geometry = geometry.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        raise Invalid("The shape is not a GeoJSON polygon.")
    rings = geometry.get("coordinates")
    if not isinstance(rings, list | tuple) or not rings:
        raise Invalid("The polygon has no outline.")
    return from_rings(rings)


def from_rings(rings: Sequence[Any]) -> Polygon:
    """A checked polygon from its exterior and holes, each a sequence of (x, y) in px, closed or not, in either direction.

    Coordinates are rounded to 1/16 px and repeated vertices dropped, then checked exactly. Raises Invalid when a ring has fewer than three
    distinct points, coordinates are not finite or beyond MAX_COORDINATE, counts pass the limits, a ring crosses or touches itself or
    another, or a hole is not inside the exterior.
    """
    if len(rings) - 1 > MAX_HOLES:
        raise Invalid(f"The polygon has {len(rings) - 1:,} holes; at most {MAX_HOLES:,} are allowed.")
    if sum(len(ring) for ring in rings if hasattr(ring, "__len__")) > MAX_VERTICES:
        raise Invalid(f"The polygon has more than {MAX_VERTICES:,} points; simplify it.")
    snapped = [_snap(ring) for ring in rings]
    problem = find_problem(snapped)
    if problem is not None:
        raise Invalid(SENTENCES[problem])
    exterior, *holes = (ring / STEPS_PER_PIXEL for ring in snapped)
    return Polygon(_oriented(exterior, positive=True), tuple(_oriented(hole, positive=False) for hole in holes))


def _snap(points: Any) -> npt.NDArray[np.int64]:
    """A ring on the storage grid, without repeated or closing vertices."""
    try:
        ring = np.asarray([(float(point[0]), float(point[1])) for point in points], dtype=np.float64).reshape(-1, 2)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise Invalid("The polygon's points are not pairs of numbers.") from None
    if not np.isfinite(ring).all():
        raise Invalid("The polygon has a coordinate that is not a finite number.")
    if np.abs(ring).max(initial=0) > MAX_COORDINATE:
        raise Invalid("The polygon has a coordinate far outside any image.")
    grid = np.rint(ring * STEPS_PER_PIXEL).astype(np.int64)
    grid = grid[np.any(grid != np.roll(grid, -1, axis=0), axis=1)] if len(grid) > 1 else grid
    if len(np.unique(grid, axis=0)) < 3:
        raise Invalid("The polygon needs at least three different points.")
    return grid


def _oriented(ring: Ring, *, positive: bool) -> Ring:
    return ring if (signed_area(ring) > 0) == positive else ring[::-1].copy()
