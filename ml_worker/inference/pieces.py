"""Very large images are labelled piece by piece, so that memory is bounded by the piece; every object comes whole, and once.

The image is divided into cores. For each, a window larger by a margin on every side is labelled, and the core keeps the objects whose seed
begins in it. An object nearer to the window's edge than its own size might continue, or might have been shaped by a neighbour out of sight;
and whether two neighbours are one (necks.py) may depend on a neighbour's neighbour. Then the window grows. What is larger than the largest
window ends at that window's edge.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.geometry.compiled import compiled
from ml_worker.inference.postprocess import Labels, Maps, renumber

Labelling = Callable[[Maps], tuple[Labels, Labels]]
"""Maps of a window (c, h, w) -> labels 1..n (h, w), and an image that is positive where their seeds are."""

Window = tuple[tuple[int, int], tuple[int, int]]
"""First and last row, first and last column of a window, the last ones left out."""

CORE = 3072
MARGIN = 256
MARGIN_MAX = 2048

TOP, LEFT, BOTTOM, RIGHT, SEED_Y, SEED_X = range(6)
HOPS = 2  # a neighbour that may join the object, and what else that one might join


@dataclass(frozen=True)
class Piece:
    """A window (h, w) whose top-left pixel is (y, x) of the image: its own objects are 1..count, those of other pieces come after.

    `share`: the part of the window that is the piece's own. `done`: the share of all pieces that have come, with this one.
    """

    y: int
    x: int
    labels: Labels
    count: int
    share: float
    done: float = 1.0

    def own(self) -> Labels:
        """The labels without the objects of other pieces."""
        return np.where(self.labels <= self.count, self.labels, np.int32(0))


@dataclass(frozen=True)
class _Span:
    """A core and its window along one axis."""

    start: int
    stop: int
    length: int

    @property
    def size(self) -> int:
        return self.stop - self.start

    def window(self, margin: int) -> tuple[int, int]:
        return max(0, self.start - margin), min(self.length, self.stop + margin)


def _spans(length: int, core: int) -> list[_Span]:
    count = max(1, -(-length // core))
    edges = [round(k * length / count) for k in range(count + 1)]
    return [_Span(start, stop, length) for start, stop in pairwise(edges)]


@compiled
def _boxes(labels: Labels, seeds: Labels, count: int) -> NDArray[np.int64]:
    """Per label 1..count: first and last row and column, and where its first seed pixel is, row by row."""
    boxes = np.full((count, 6), -1, np.int64)
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            if labels[y, x] > 0:
                box = boxes[labels[y, x] - 1]
                if box[0] < 0:
                    box[0], box[1], box[3] = y, x, x
                if box[4] < 0 and seeds[y, x] > 0:
                    box[4], box[5] = y, x
                box[1], box[2], box[3] = min(box[1], x), y, max(box[3], x)
    return boxes


def label_in_pieces(maps: Maps, label: Labelling, core: int = CORE, margin: int = MARGIN, margin_max: int = MARGIN_MAX) -> Iterator[Piece]:
    """The objects of maps (c, H, W), piece by piece.

    Together the pieces are what `label` would make of the whole, up to the numbers, for objects smaller than `margin_max`.
    """
    _, height, width = maps.shape
    cores = [(rows, columns) for rows in _spans(height, core) for columns in _spans(width, core)]
    for number, (rows, columns) in enumerate(cores, start=1):
        yield replace(_piece(maps, label, rows, columns, margin, margin_max), done=number / len(cores))


def _piece(maps: Maps, label: Labelling, rows: _Span, columns: _Span, margin: int, margin_max: int) -> Piece:
    while True:
        (top, bottom), (left, right) = window = rows.window(margin), columns.window(margin)
        labels, seeds = label(np.ascontiguousarray(maps[:, top:bottom, left:right]))
        boxes = _boxes(labels, seeds, int(labels.max(initial=0)))
        own = _begins_inside(boxes[:, SEED_Y] + top, rows) & _begins_inside(boxes[:, SEED_X] + left, columns)
        here = _seeded(labels, seeds, (rows.start - top, rows.stop - top), (columns.start - left, columns.stop - left))
        if margin >= margin_max or bool(_is_settled(labels, boxes, (rows.length, columns.length), window)[here].all()):
            break
        margin *= 2
    count = int(own.sum())
    renumber(labels, np.concatenate(([0], np.where(own, np.cumsum(own), count + np.cumsum(~own)))).astype(np.int32))
    return Piece(top, left, labels, count, rows.size * columns.size / labels.size)


def _begins_inside(places: NDArray[np.int64], span: _Span) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (places >= span.start) & (places < span.stop)
    return inside


def _seeded(labels: Labels, seeds: Labels, rows: tuple[int, int], columns: tuple[int, int]) -> NDArray[np.int64]:
    """Indices (label - 1) of the objects with a seed in that part of the window: the core's own, or joined to what may not be theirs."""
    part = slice(*rows), slice(*columns)
    found = np.unique(labels[part][seeds[part] > 0]).astype(np.int64)
    return found[found > 0] - 1


def _keeps_away(boxes: NDArray[np.int64], reach: NDArray[np.int64], shape: tuple[int, int], window: Window) -> NDArray[np.bool_]:
    """Whether each object is that far from every side of the window that is not a side of the image (H, W)."""
    (top, bottom), (left, right) = window
    away: NDArray[np.bool_] = (
        ((boxes[:, TOP] >= reach) | (top == 0))
        & ((boxes[:, LEFT] >= reach) | (left == 0))
        & ((boxes[:, BOTTOM] + reach < bottom - top) | (bottom == shape[0]))
        & ((boxes[:, RIGHT] + reach < right - left) | (right == shape[1]))
    )
    return away


@compiled
def _among_known(labels: Labels, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the known labels 1..n (index label - 1) have only known 4-neighbours."""
    height, width = labels.shape
    surrounded = known.copy()
    for y in range(height):
        for x in range(width):
            one = labels[y, x]
            for down in range(2):
                v, u = y + down, x + 1 - down
                if one > 0 and v < height and u < width and labels[v, u] > 0:
                    other = labels[v, u]
                    surrounded[one - 1] &= known[other - 1]
                    surrounded[other - 1] &= known[one - 1]
    return surrounded


def _is_settled(labels: Labels, boxes: NDArray[np.int64], shape: tuple[int, int], window: Window) -> NDArray[np.bool_]:
    """Whether each object keeps its own size away from what is out of sight, and no object within HOPS neighbours of it ends there."""
    size = np.maximum(boxes[:, BOTTOM] - boxes[:, TOP], boxes[:, RIGHT] - boxes[:, LEFT]) + 1
    known = _keeps_away(boxes, np.ones_like(size), shape, window)
    for _ in range(HOPS):
        known = _among_known(labels, known)
    return _keeps_away(boxes, size, shape, window) & known
