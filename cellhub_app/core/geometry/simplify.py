"""Fewer vertices, same topology."""

import cv2
import numpy as np

from cellhub_app.core.geometry.polygon import STEPS_PER_PIXEL, Polygon, Ring
from cellhub_app.core.geometry.validity import find_problem

MIN_TOLERANCE_PX = 0.05


def simplify(polygon: Polygon, tolerance_px: float) -> Polygon:
    """Drop vertices that lie within `tolerance_px` of the simplified outline (Douglas & Peucker 1973).

    The result is a valid polygon with the same number of holes: where dropping vertices would make rings cross or collapse, the tolerance
    is halved until they do not, and in the end the polygon is returned unchanged. Outlines of neighbours are simplified one by one, so a
    shared border may open by up to twice the tolerance.
    """
    while tolerance_px >= MIN_TOLERANCE_PX:
        rings = [simplify_ring(ring, tolerance_px) for ring in polygon.rings]
        grids = [np.rint(ring * STEPS_PER_PIXEL).astype(np.int64) for ring in rings]
        if all(len(ring) >= 3 for ring in rings) and find_problem(grids) is None:
            return Polygon(rings[0], tuple(rings[1:]))
        tolerance_px /= 2
    return polygon


def simplify_ring(ring: Ring, tolerance_px: float) -> Ring:
    """The vertices of a closed ring (n, 2) that Douglas-Peucker keeps; possibly fewer than three, and not checked for crossings."""
    local = np.ascontiguousarray(ring - ring[0], dtype=np.float32)
    kept = cv2.approxPolyDP(local[:, None], tolerance_px, True)
    simplified: Ring = kept[:, 0].astype(np.float64) + ring[0]
    return simplified
