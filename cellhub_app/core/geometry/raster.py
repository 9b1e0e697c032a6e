"""Label images to polygons and back, exactly: a pixel belongs to a polygon if and only if its centre (x + .5, y + .5) does."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from skimage import measure

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.compiled import compiled
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.tracing import Labels, Rings, trace

MANY_CROSSINGS = 32  # of one row
ROWS_AT_ONCE = 128  # whose crossings with an outline are in memory

LabelImage = npt.NDArray[np.int32]


def polygons_from_labels(labels: Labels) -> list[Polygon]:
    """One polygon for each label 1..n of an integer image (H, W), in order, through the midpoints of pixel edges (px).

    Of a label in several 4-connected pieces the largest is kept (`relabel_components` keeps them all). Raises Invalid when a label between
    1 and the largest is missing.
    """
    return polygons_from_rings(trace_whole(labels)[0])


def trace_whole(labels: Labels) -> tuple[Rings, LabelImage]:
    """The rings of a label image with exactly one exterior for each label 1..n, and the int32 label image that they follow.

    Smaller pieces of a label are left out of both. Raises Invalid when a label is missing.
    """
    whole: LabelImage = np.asarray(labels, dtype=np.int32)
    rings = trace(whole)
    exteriors = np.bincount(rings.labels[rings.areas > 0], minlength=1)[1:]
    if (exteriors == 0).any():
        missing = int(np.argmin(exteriors)) + 1
        raise Invalid(f"The label image has no object {missing}: labels must run from 1 to {len(exteriors)} without gaps.")
    if (exteriors > 1).any():
        whole = keep_largest_components(whole)
        rings = trace(whole)
    return rings, whole


def relabel_components(labels: Labels) -> LabelImage:
    """Give every 4-connected piece of every label a label of its own, 1..n in the order of first pixels. (H, W) -> int32 (H, W)."""
    pieces = measure.label(np.maximum(labels, 0), background=0, connectivity=1)  # type: ignore[no-untyped-call]
    return np.asarray(pieces, dtype=np.int32)


def keep_largest_components(labels: Labels) -> LabelImage:
    """Keep only the largest 4-connected piece of each label (the first of equals); the others become background."""
    pieces = relabel_components(labels)
    sizes = np.bincount(pieces.ravel())
    owners = np.zeros(len(sizes), dtype=np.int64)
    owners[pieces.ravel()] = np.asarray(labels).ravel()
    order = np.lexsort((-sizes, owners))
    is_largest = np.zeros(len(sizes), dtype=bool)
    is_largest[order[np.concatenate(([True], np.diff(owners[order]) != 0))]] = True
    is_largest[0] = False
    return np.where(is_largest[pieces], labels, 0).astype(np.int32)


def polygons_from_rings(rings: Rings) -> list[Polygon]:
    """One polygon for each label of what `trace_whole` traced, in order (px)."""
    vertices = rings.vertices / np.float64(2)
    vertices.setflags(write=False)
    exteriors: dict[int, npt.NDArray[np.float64]] = {}
    holes: dict[int, list[npt.NDArray[np.float64]]] = {}
    starts = rings.starts.tolist()
    for index, (label, area) in enumerate(zip(rings.labels.tolist(), rings.areas.tolist(), strict=True)):
        ring = vertices[starts[index] : starts[index + 1]]
        if area > 0:
            exteriors[label] = ring
        else:
            holes.setdefault(label, []).append(ring)
    return [Polygon(exteriors[label], tuple(holes.get(label, ()))) for label in sorted(exteriors)]


def labels_from_polygons(polygons: Sequence[Polygon], height: int, width: int) -> LabelImage:
    """Paint polygon k as label k + 1 into an int32 image (height, width); where polygons overlap the later one wins."""
    labels = np.zeros((height, width), dtype=np.int32)
    if polygons:
        _paint(labels, *_flatten(polygons), np.zeros(2, dtype=np.int64), 1)
    return labels


def mask_from_polygon(polygon: Polygon, height: int, width: int) -> tuple[npt.NDArray[np.bool_], int, int]:
    """The pixels of a polygon inside an image as (mask, x0, y0): a crop (h, w) and its place. The crop may be empty (0, 0)."""
    left, top, right, bottom = polygon.bounds
    x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    x1, y1 = min(width, int(np.ceil(right))), min(height, int(np.ceil(bottom)))
    if x1 <= x0 or y1 <= y0:
        return np.zeros((0, 0), dtype=bool), 0, 0
    crop = np.zeros((y1 - y0, x1 - x0), dtype=np.int32)
    _paint(crop, *_flatten([polygon]), np.array([x0, y0], dtype=np.int64), 1)
    return crop > 0, x0, y0


def paint_outlines(
    band: LabelImage,
    vertices: npt.NDArray[np.float64],
    ring_starts: npt.NDArray[np.int64],
    polygon_starts: npt.NDArray[np.int64],
    first: int,
    first_row: int = 0,
) -> None:
    """Give the pixels of many polygons the values `first`, `first + 1` ... in an int32 band (h, width) that begins at `first_row`.

    The arrays are those of `outlines.Outlines`. Where polygons overlap the later one wins.
    """
    _paint(band, vertices, ring_starts, polygon_starts, np.array([0, first_row], dtype=np.int64), first)


def pixel_counts(
    vertices: npt.NDArray[np.float64], ring_starts: npt.NDArray[np.int64], polygon_starts: npt.NDArray[np.int64], height: int, width: int
) -> npt.NDArray[np.int64]:
    """How many pixels of an image (height, width) each of many polygons covers; the arrays are those of `outlines.Outlines`."""
    return _count_all(vertices, ring_starts, polygon_starts, height, width)  # type: ignore[no-any-return]


def _flatten(polygons: Sequence[Polygon]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Vertices (v, 2), where each ring starts in them, where each polygon starts in the rings."""
    rings = [ring for polygon in polygons for ring in polygon.rings]
    ring_starts = np.concatenate(([0], np.cumsum([len(ring) for ring in rings])))
    polygon_starts = np.concatenate(([0], np.cumsum([1 + len(polygon.holes) for polygon in polygons])))
    return np.concatenate(rings).astype(np.float64), ring_starts.astype(np.int64), polygon_starts.astype(np.int64)


@compiled
def _rows_crossed(y0: float, y1: float, height: int) -> tuple[int, int]:
    """Rows whose centre lies in [min, max) of an edge."""
    low, high = min(y0, y1), max(y0, y1)
    return max(0, int(np.ceil(low - 0.5))), min(height, int(np.ceil(high - 0.5)))


@compiled
def _count_crossings(vertices: npt.NDArray[np.float64], ring_starts: npt.NDArray[np.int64], height: int) -> npt.NDArray[np.int64]:
    counts = np.zeros(height + 1, np.int64)
    for ring in range(len(ring_starts) - 1):
        j = ring_starts[ring + 1] - 1
        for i in range(ring_starts[ring], ring_starts[ring + 1]):
            first, last = _rows_crossed(vertices[j, 1], vertices[i, 1], height)
            for row in range(first, last):
                counts[row + 1] += 1
            j = i
    return counts


@compiled
def _sort_few(values: npt.NDArray[np.float64]) -> None:
    """Insertion sort in place: a row has few crossings."""
    for i in range(1, len(values)):
        value = values[i]
        j = i
        while j > 0 and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value


@compiled
def _fill_rows(image: npt.NDArray[np.int32], value: int, crossings: npt.NDArray[np.float64], rows: npt.NDArray[np.int64]) -> None:
    """Fill each row between pairs of crossings: pixels whose centre lies in [enter, leave)."""
    for row in range(image.shape[0]):
        edges = crossings[rows[row] : rows[row + 1]]
        if len(edges) > MANY_CROSSINGS:
            edges.sort()
        else:
            _sort_few(edges)
        for pair in range(0, len(edges) - 1, 2):
            first = max(0, int(np.ceil(edges[pair] - 0.5)))
            last = min(image.shape[1], int(np.ceil(edges[pair + 1] - 0.5)))
            if first < last:  # both lie left of the image otherwise, and a negative end would count from the right
                image[row, first:last] = value


@compiled
def _paint_one(image: npt.NDArray[np.int32], value: int, vertices: npt.NDArray[np.float64], ring_starts: npt.NDArray[np.int64]) -> None:
    """Even-odd scanline fill of one polygon whose coordinates are relative to the image."""
    rows = np.cumsum(_count_crossings(vertices, ring_starts, image.shape[0]))
    crossings = np.empty(rows[-1], np.float64)
    used = rows[:-1].copy()
    for ring in range(len(ring_starts) - 1):
        j = ring_starts[ring + 1] - 1
        for i in range(ring_starts[ring], ring_starts[ring + 1]):
            first, last = _rows_crossed(vertices[j, 1], vertices[i, 1], image.shape[0])
            for row in range(first, last):
                share = (row + 0.5 - vertices[j, 1]) / (vertices[i, 1] - vertices[j, 1])
                crossings[used[row]] = vertices[j, 0] + share * (vertices[i, 0] - vertices[j, 0])
                used[row] += 1
            j = i
    _fill_rows(image, value, crossings, rows)


@compiled
def _count_all(
    vertices: npt.NDArray[np.float64], ring_starts: npt.NDArray[np.int64], polygon_starts: npt.NDArray[np.int64], height: int, width: int
) -> npt.NDArray[np.int64]:
    """Paint each polygon into rows of its own, some at a time, and count."""
    counts = np.zeros(len(polygon_starts) - 1, np.int64)
    for index in range(len(counts)):
        rings = ring_starts[polygon_starts[index] : polygon_starts[index + 1] + 1]
        local = vertices[rings[0] : rings[-1]].copy()
        left, right = max(0, int(np.floor(local[:, 0].min()))), min(width, int(np.ceil(local[:, 0].max())))
        top, bottom = max(0, int(np.floor(local[:, 1].min()))), min(height, int(np.ceil(local[:, 1].max())))
        if right <= left or bottom <= top:
            continue
        local[:, 0] -= left
        local[:, 1] -= top
        for first in range(top, bottom, ROWS_AT_ONCE):
            rows = np.zeros((min(ROWS_AT_ONCE, bottom - first), right - left), np.int32)
            _paint_one(rows, 1, local, rings - rings[0])
            counts[index] += rows.sum()
            local[:, 1] -= len(rows)
    return counts


@compiled
def paint_rows(
    image: npt.NDArray[np.int32],
    value: int,
    vertices: npt.NDArray[np.float64],
    ring_starts: npt.NDArray[np.int64],
    top: int,
    bottom: int,
) -> None:
    """Paint the rows [top, bottom) of a polygon, some at a time: a comb of 100,000 teeth would need gigabytes. Moves the vertices."""
    vertices[:, 1] -= top
    for first in range(top, bottom, ROWS_AT_ONCE):
        last = min(bottom, first + ROWS_AT_ONCE)
        _paint_one(image[first:last], value, vertices, ring_starts)
        vertices[:, 1] -= last - first


@compiled
def _paint(
    image: npt.NDArray[np.int32],
    vertices: npt.NDArray[np.float64],
    ring_starts: npt.NDArray[np.int64],
    polygon_starts: npt.NDArray[np.int64],
    origin: npt.NDArray[np.int64],
    first: int,
) -> None:
    """Paint each polygon into the rows of its own box; the first gets the value `first`, the next one more, and so on."""
    for index in range(len(polygon_starts) - 1):
        rings = ring_starts[polygon_starts[index] : polygon_starts[index + 1] + 1]
        local = vertices[rings[0] : rings[-1]] - origin
        top = max(0, int(np.floor(local[:, 1].min())))
        bottom = min(image.shape[0], int(np.ceil(local[:, 1].max())))
        if bottom <= top:
            continue
        paint_rows(image, first + index, local, rings - rings[0], top, bottom)
