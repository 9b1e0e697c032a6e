"""Foreign outlines and masks as polygons of the house: valid, inside their image, with at least one pixel."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.polygon import MAX_COORDINATE, MAX_HOLES, MAX_VERTICES, STEPS_PER_PIXEL, Polygon, Ring, from_rings
from cellhub_app.core.geometry.raster import mask_from_polygon, polygons_from_labels, relabel_components

Mask = npt.NDArray[np.bool_]
Crop = tuple[Mask, int, int]

SLACK_PX = 1 / (2 * STEPS_PER_PIXEL)  # what rounding to the grid takes back

CROSSINGS_MAX = 10_000_000  # of an outline with rows of pixels: what filling it holds in memory

NO_NUMBERS = "its points are not pairs of numbers"
TOO_FEW_POINTS = "it has fewer than three points"
TOO_INTRICATE = "its outline is too long or has too many rings"
NO_PIXEL = "it covers no pixel of its image"
CUT = "it reached beyond the image and was cut there"
REDRAWN = "its outline crossed or touched itself and was redrawn along its pixels"
SPLIT = "it had several pieces; each is an object now"


class ShapeLost(Exception):
    """Nothing can be made of a shape; the reason completes the sentence "The object is not imported: ..."."""


def polygons_of(rings: Sequence[Any], height: int, width: int) -> tuple[list[Polygon], str | None]:
    """The polygons of an exterior and its holes in px, and what had to be repaired.

    Valid outlines inside the image stay as they are, on the grid of 1/16 px; others are filled by the even-odd rule and traced again.
    Raises ShapeLost.
    """
    if len(rings) > MAX_HOLES + 1:
        raise ShapeLost(TOO_INTRICATE)
    drawn = [drawn_ring(ring) for ring in rings]
    mask, x0, y0 = merged([filled(ring, height, width) for ring in drawn], np.logical_xor)
    if not mask.any():
        raise ShapeLost(NO_PIXEL)
    vertices = np.concatenate(drawn)
    if vertices.min() < -SLACK_PX or (vertices.max(axis=0) > np.array([width, height]) + SLACK_PX).any():
        return polygons_of_mask(mask, x0, y0)[0], CUT
    try:
        return [from_rings([ring.tolist() for ring in drawn])], None
    except Invalid:
        polygons, note = polygons_of_mask(mask, x0, y0)
        return polygons, note or REDRAWN


def polygons_of_mask(mask: Mask, x0: int = 0, y0: int = 0) -> tuple[list[Polygon], str | None]:
    """One polygon for each 4-connected piece of a mask crop (h, w) at (x0, y0), largest area first, and whether it was split.

    Raises ShapeLost when it is empty.
    """
    if not mask.any():
        raise ShapeLost(NO_PIXEL)
    pieces = sorted(polygons_from_labels(relabel_components(mask.astype(np.int32))), key=lambda piece: -piece.area)
    origin = np.array([x0, y0], np.float64)
    moved = [Polygon(piece.exterior + origin, tuple(hole + origin for hole in piece.holes)) for piece in pieces]
    return moved, SPLIT if len(moved) > 1 else None


def filled(ring: Ring, height: int, width: int) -> Crop:
    """The pixels of a ring (n, 2) inside an image by the even-odd rule, as (mask, x0, y0). Raises ShapeLost when it is too intricate."""
    rows = np.clip(ring[:, 1], 0, height)
    if len(ring) > MAX_VERTICES or np.abs(rows - np.roll(rows, 1)).sum() > CROSSINGS_MAX:
        raise ShapeLost(TOO_INTRICATE)
    return mask_from_polygon(Polygon(ring), height, width)


def merged(crops: Sequence[Crop], merge: Callable[[Mask, Mask], Mask]) -> Crop:
    """Several crops in their common box, put together pixel by pixel; empty ones do not count."""
    crops = [crop for crop in crops if crop[0].size]
    if len(crops) < 2:
        return crops[0] if crops else (np.zeros((0, 0), bool), 0, 0)
    x0, y0 = min(x for _, x, _ in crops), min(y for _, _, y in crops)
    right, bottom = max(x + mask.shape[1] for mask, x, _ in crops), max(y + mask.shape[0] for mask, _, y in crops)
    whole = np.zeros((bottom - y0, right - x0), bool)
    for mask, x, y in crops:
        part = whole[y - y0 : y - y0 + mask.shape[0], x - x0 : x - x0 + mask.shape[1]]
        part[:] = merge(part, mask)
    return whole, x0, y0


def drawn_ring(points: Any) -> Ring:
    """The points as they were drawn, finite but unchecked: good for filling, not for storing. Raises ShapeLost."""
    try:
        ring = np.array(points, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ShapeLost(NO_NUMBERS) from None
    if ring.ndim and len(ring) < 3:
        raise ShapeLost(TOO_FEW_POINTS)
    if ring.ndim != 2 or ring.shape[1] < 2 or not (np.abs(ring) <= MAX_COORDINATE).all():
        raise ShapeLost(NO_NUMBERS)
    return ring[:, :2]
