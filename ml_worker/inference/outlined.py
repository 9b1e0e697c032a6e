"""Outlines and measures of what was found, in the coordinates of the image."""

import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.raster import polygons_from_rings, trace_whole
from cellhub_app.core.metrics import measure
from ml_worker.inference.instances import Instances

KEYS = [metric.key for metric in measure.METRICS]
CENTROID = [KEYS.index("centroid_x"), KEYS.index("centroid_y")]


def outlined(piece: Instances, plane: NDArray[np.generic]) -> tuple[list[Polygon], measure.Measures]:
    """The polygons of an image, or of a piece of it, and their measures (in pixels, of every channel) from its plane (H, W, C)."""
    height, width = piece.labels.shape
    rings, kept = trace_whole(piece.labels)
    polygons = polygons_from_rings(rings)
    measures = measure.measure_traced(rings, kept, plane[piece.y : piece.y + height, piece.x : piece.x + width])
    if not (piece.y or piece.x):
        return polygons, measures
    shift = np.array([piece.x, piece.y], np.float64)
    measures[:, CENTROID] += shift.astype(np.float32)
    return [Polygon(one.exterior + shift, tuple(hole + shift for hole in one.holes)) for one in polygons], measures
