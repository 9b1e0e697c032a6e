"""Label image -> the three maps that a network learns: foreground, boundary, normalised distance."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.geometry.compiled import compiled


@compiled
def _touching(labels: NDArray[np.int32]) -> NDArray[np.uint8]:
    height, width = labels.shape
    touching = np.zeros((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            here = labels[y, x]
            if x + 1 < width and labels[y, x + 1] != here:
                touching[y, x] = touching[y, x + 1] = 1
            if y + 1 < height and labels[y + 1, x] != here:
                touching[y, x] = touching[y + 1, x] = 1
    return touching


@compiled
def _normalise(distance: NDArray[np.float32], labels: NDArray[np.int32]) -> None:
    largest = np.zeros(labels.max() + 1, np.float32)
    height, width = labels.shape
    for y in range(height):
        for x in range(width):
            largest[labels[y, x]] = max(largest[labels[y, x]], distance[y, x])
    for y in range(height):
        for x in range(width):
            if labels[y, x] > 0:
                distance[y, x] /= largest[labels[y, x]]


def make_targets(labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """(H, W) labels -> (3, H, W) float32 maps in 0..1.

    Boundary pixels have a 4-neighbour of another label, on both sides of an edge. The distance counts pixels to the
    object's edge, 1 at its rim, and is divided by the object's largest; the border of the image is not an edge.
    """
    labels = np.ascontiguousarray(labels, np.int32)
    boundary = _touching(labels)
    inside = labels > 0
    core = (inside & (boundary == 0)).astype(np.uint8)
    if core.all():
        distance = np.ones(labels.shape, np.float32)
    else:
        distance = cv2.distanceTransform(core, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) + inside.astype(np.float32)
    distance = np.ascontiguousarray(distance, np.float32)
    _normalise(distance, labels)
    return np.stack([inside.astype(np.float32), boundary.astype(np.float32), distance])
