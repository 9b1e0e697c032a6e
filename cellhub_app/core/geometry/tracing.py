"""Outlines of every object of a label image in one pass, through the midpoints of pixel edges.

The tracer walks along the cracks between pixels with the object on its right (raw coordinates: exteriors turn positive, holes negative)
and notes the midpoint of each crack, which is marching squares on a binary mask at level 0.5. Objects are 4-connected, so pieces that
meet only at a corner are separate and no two rings ever touch.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.compiled import compiled

Labels = npt.NDArray[np.integer]

# east, south, west, north; then the pixel ahead on the right and on the left of a corner, as offsets from the pixel south-east of it
STEP_X, STEP_Y = (1, 0, -1, 0), (0, 1, 0, -1)
RIGHT_X, RIGHT_Y = (0, -1, -1, 0), (0, 0, -1, -1)
LEFT_X, LEFT_Y = (0, 0, -1, -1), (-1, 0, 0, -1)


@dataclass(frozen=True)
class Rings:
    """Closed rings of a label image, in the order in which their first pixel is met.

    `vertices` int32 (v, 2): x, y in half pixels; ring k owns `vertices[starts[k]:starts[k + 1]]`. `labels` (r,): the object of each ring.
    `areas` (r,): pixels enclosed, positive for exteriors and negative for holes.
    """

    vertices: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int32]
    areas: npt.NDArray[np.int64]


def trace(labels: Labels) -> Rings:
    """All rings of the labels > 0 of an integer image (H, W). Collinear vertices are left out."""
    padded = np.pad(np.asarray(labels, dtype=np.int32), 1)
    return Rings(*_trace(padded))


@compiled
def _count_edges(padded: npt.NDArray[np.int32]) -> tuple[int, int]:
    tops = 0
    lefts = 0
    for y in range(1, padded.shape[0] - 1):
        for x in range(1, padded.shape[1] - 1):
            label = padded[y, x]
            tops += label > 0 and padded[y - 1, x] != label
            lefts += label > 0 and padded[y, x - 1] != label
    return tops, lefts


@compiled
def _turn(padded: npt.NDArray[np.int32], label: int, x: int, y: int, heading: int) -> int:
    """The heading after the corner (x, y): hug the object on the right, and at a saddle stay with this 4-connected piece."""
    if padded[y + 1 + RIGHT_Y[heading], x + 1 + RIGHT_X[heading]] != label:
        return (heading + 1) & 3
    if padded[y + 1 + LEFT_Y[heading], x + 1 + LEFT_X[heading]] == label:
        return (heading + 3) & 3
    return heading


@compiled
def _walk(
    padded: npt.NDArray[np.int32], seen: npt.NDArray[np.bool_], start: tuple[int, int], out: npt.NDArray[np.int32], used: int
) -> tuple[int, int]:
    """Follow the ring that starts with the top edge of pixel `start` (x, y); returns the vertices used in `out` and the pixels enclosed."""
    x0, y0 = start
    label = padded[y0 + 1, x0 + 1]
    x, y, heading, area = x0, y0, 0, 0
    first_x = first_y = last_x = last_y = 0
    while True:
        if heading == 0:
            seen[y, x] = True
        middle_x, middle_y = 2 * x + STEP_X[heading], 2 * y + STEP_Y[heading]
        area += x * STEP_Y[heading] - y * STEP_X[heading]
        x += STEP_X[heading]
        y += STEP_Y[heading]
        turned = _turn(padded, label, x, y, heading)
        run_x, run_y = STEP_X[heading] + STEP_X[turned], STEP_Y[heading] + STEP_Y[turned]
        if last_x == 0 and last_y == 0:
            first_x, first_y = run_x, run_y
        elif run_x != last_x or run_y != last_y:
            out[used, 0], out[used, 1] = middle_x, middle_y
            used += 1
        last_x, last_y, heading = run_x, run_y, turned
        if x == x0 and y == y0 and heading == 0:
            break
    if first_x != last_x or first_y != last_y:
        out[used, 0], out[used, 1] = 2 * x0 + 1, 2 * y0
        used += 1
    return used, area // 2


@compiled
def _trace(
    padded: npt.NDArray[np.int32],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    tops, lefts = _count_edges(padded)
    vertices = np.empty((2 * (tops + lefts), 2), np.int32)
    starts = np.zeros(tops + 1, np.int64)
    owners = np.empty(tops, np.int32)
    areas = np.empty(tops, np.int64)
    seen = np.zeros((padded.shape[0] - 2, padded.shape[1] - 2), np.bool_)
    used = 0
    rings = 0
    for y in range(seen.shape[0]):
        for x in range(seen.shape[1]):
            label = padded[y + 1, x + 1]
            if label <= 0 or padded[y, x + 1] == label or seen[y, x]:
                continue
            used, areas[rings] = _walk(padded, seen, (x, y), vertices, used)
            owners[rings] = label
            rings += 1
            starts[rings] = used
    return vertices[:used].copy(), starts[: rings + 1].copy(), owners[:rings].copy(), areas[:rings].copy()
