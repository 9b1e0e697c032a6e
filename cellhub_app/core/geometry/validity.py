"""Is a polygon simple? Exact tests on integer coordinates, so that no rounding decides."""

from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.compiled import compiled

GridRing = npt.NDArray[np.int64]
Point = tuple[int, int]

BUDGET, TEST_COST = 200_000_000, 8  # pairs of edges compared, and what an exact test counts; below half a second


class Problem(Enum):
    """What is wrong with a set of rings."""

    CROSSING = 1
    TOUCHING = 2
    TOO_TANGLED = 3
    HOLE_OUTSIDE = 4
    HOLE_IN_HOLE = 5


def find_problem(rings: Sequence[GridRing]) -> Problem | None:
    """The first problem of a polygon given as integer rings (n, 2), exterior first, without repeated neighbouring vertices."""
    starts = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])))
    vertices = np.concatenate(rings)
    axis = int(np.argmax(np.ptp(vertices, axis=0)))
    met = int(_first_contact(vertices, _sorted_edges(vertices, starts, axis), axis))
    if met:
        return Problem(met)
    lost = int(_misplaced_hole(vertices, starts))
    return Problem(lost) if lost else None


@compiled
def contains(ring: GridRing, point: Point) -> bool:
    """Whether a point (x, y) that is not on the ring (n, 2) lies inside it (even-odd rule, exact for integers)."""
    inside = False
    j = len(ring) - 1
    for i in range(len(ring)):
        if (ring[i, 1] > point[1]) != (ring[j, 1] > point[1]):
            inside ^= (_turn(_point(ring, i), _point(ring, j), point) > 0) == (ring[j, 1] > ring[i, 1])
        j = i
    return inside


@compiled
def _misplaced_hole(vertices: GridRing, starts: npt.NDArray[np.int64]) -> int:
    """With rings that do not touch, one vertex tells where a ring lies. The value of the Problem, or 0."""
    boxes = np.empty((len(starts) - 1, 4), np.int64)
    for i in range(len(boxes)):
        ring = vertices[starts[i] : starts[i + 1]]
        boxes[i] = ring[:, 0].min(), ring[:, 1].min(), ring[:, 0].max(), ring[:, 1].max()
    for i in range(1, len(boxes)):
        point = _point(vertices, starts[i])
        if not contains(vertices[: starts[1]], point):
            return 4
        for j in range(1, len(boxes)):
            near = i != j and boxes[j, 0] < point[0] < boxes[j, 2] and boxes[j, 1] < point[1] < boxes[j, 3]
            if near and contains(vertices[starts[j] : starts[j + 1]], point):
                return 5
    return 0


def _sorted_edges(vertices: GridRing, starts: npt.NDArray[np.int64], axis: int) -> npt.NDArray[np.int64]:
    """Edges (n, 3): first vertex, last vertex, ring; by their smallest coordinate along an axis."""
    first = np.arange(len(vertices))
    last = first + 1
    last[starts[1:] - 1] = starts[:-1]
    ring = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.argsort(np.minimum(vertices[first, axis], vertices[last, axis]), kind="stable")
    return np.stack([first, last, ring], axis=1)[order]


@compiled
def _point(vertices: GridRing, index: int) -> Point:
    return vertices[index, 0], vertices[index, 1]


@compiled
def _turn(a: Point, b: Point, c: Point) -> int:
    """Twice the signed area of the triangle a, b, c."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


@compiled
def _on_edge(a: Point, b: Point, c: Point) -> bool:
    """Whether c, known to lie on the line through a and b, lies between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


@compiled
def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the closed segments ab and cd share a point."""
    abc, abd, cda, cdb = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if abc != 0 and abd != 0 and cda != 0 and cdb != 0:
        return (abc > 0) != (abd > 0) and (cda > 0) != (cdb > 0)
    return (
        (abc == 0 and _on_edge(a, b, c))
        or (abd == 0 and _on_edge(a, b, d))
        or (cda == 0 and _on_edge(c, d, a))
        or (cdb == 0 and _on_edge(c, d, b))
    )


@compiled
def _folds_back(a: Point, b: Point, c: Point) -> bool:
    """Whether the path a, b, c returns over itself at b."""
    return _turn(a, b, c) == 0 and (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) < 0


@compiled
def _clash(vertices: GridRing, edges: npt.NDArray[np.int64], one: int, other: int) -> bool:
    """Whether two edges meet where they should not: neighbours share a vertex and may not share more."""
    a, b = _point(vertices, edges[one, 0]), _point(vertices, edges[one, 1])
    c, d = _point(vertices, edges[other, 0]), _point(vertices, edges[other, 1])
    if edges[one, 1] == edges[other, 0]:
        return _folds_back(a, b, d)
    if edges[other, 1] == edges[one, 0]:
        return _folds_back(c, d, b)
    return _meet(a, b, c, d)


@compiled
def _first_contact(vertices: GridRing, edges: npt.NDArray[np.int64], axis: int) -> int:
    """Sweep the sorted edges; the value of the Problem met first, or 0."""
    budget = BUDGET
    for i in range(len(edges)):
        a, b = _point(vertices, edges[i, 0]), _point(vertices, edges[i, 1])
        reach = max(a[axis], b[axis])
        low, high = min(a[1 - axis], b[1 - axis]), max(a[1 - axis], b[1 - axis])
        for j in range(i + 1, len(edges)):
            c, d = _point(vertices, edges[j, 0]), _point(vertices, edges[j, 1])
            if min(c[axis], d[axis]) > reach:
                break
            budget -= 1
            if min(c[1 - axis], d[1 - axis]) > high or max(c[1 - axis], d[1 - axis]) < low:
                continue
            budget -= TEST_COST
            if _clash(vertices, edges, i, j):
                return 1 if edges[i, 2] == edges[j, 2] else 2
        if budget < 0:
            return 3
    return 0
