"""Label image -> the three maps that a network learns: foreground, boundary, normalised distance."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def _boundary(labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    boundary = np.zeros(labels.shape, np.bool_)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    boundary[:, 1:] |= across
    boundary[:, :-1] |= across
    boundary[1:] |= down
    boundary[:-1] |= down
    return boundary


def _exact(distance: NDArray[Any]) -> NDArray[np.float32]:
    """OpenCV's last digit depends on where the image lies in memory; the squares are whole numbers."""
    return np.asarray(np.sqrt(np.rint(np.square(distance, dtype=np.float32))), np.float32)


def _normalise(distance: NDArray[np.float32], labels: NDArray[np.int32], inside: NDArray[np.bool_]) -> None:
    owners = labels[inside]
    largest = np.zeros(int(labels.max(initial=0)) + 1, np.float32)
    np.maximum.at(largest, owners, distance[inside])
    distance[inside] /= largest[owners]


def make_targets(labels: NDArray[np.int32]) -> NDArray[np.float32]:
    """(H, W) labels -> (3, H, W) float32 maps in 0..1.

    Boundary pixels have a 4-neighbour of another label, on both sides of an edge. The distance counts pixels to the
    object's edge, 1 at its rim, and is divided by the object's largest; the border of the image is not an edge.
    """
    labels = np.ascontiguousarray(labels, np.int32)
    boundary, inside = _boundary(labels), labels > 0
    core = (inside & ~boundary).astype(np.uint8)
    distance: NDArray[np.float32]
    if core.all():
        distance = np.ones(labels.shape, np.float32)
    else:
        distance = _exact(cv2.distanceTransform(core, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)) + inside.astype(np.float32)
    _normalise(distance, labels, inside)
    return np.stack([inside.astype(np.float32), boundary.astype(np.float32), distance])
