"""Labels from rendered bodies: who owns a pixel that several cover, and which pieces are too small to outline."""

import numpy as np
import skimage.measure
from numpy.typing import NDArray

from cellhub_app.core.simulator.bodies import Rendered

Labels = NDArray[np.uint16]


def paint(bodies: list[tuple[float, Rendered]], shape: tuple[int, int], *, through: bool = False) -> Labels:
    """Labels 1..n of bodies that come with their defocus: the sharpest lies on top.

    Where they are seen `through` one another, what would be hidden by more than half lies on all others, for it is outlined as well.
    """
    labels = np.zeros(shape, np.uint16)
    numbered = list(enumerate((body for _, body in sorted(bodies, key=lambda pair: -pair[0])), 1))
    for number, body in numbered:
        body.window.of(labels)[body.inside] = number
    if not through:
        return labels
    hidden = [(number, body) for number, body in numbered if 2 * (body.window.of(labels) == number).sum() < body.inside.sum()]
    for number, body in sorted(hidden, key=lambda one: -one[1].inside.sum()):
        body.window.of(labels)[body.inside] = number
    return labels


def connected(values: NDArray[np.generic]) -> NDArray[np.int32]:
    """Number the 4-connected pieces of equal value that are not 0, from 1."""
    return skimage.measure.label(values, connectivity=1).astype(np.int32)  # type: ignore[no-untyped-call, no-any-return]


def tidy(labels: Labels, smallest: int) -> Labels:
    """The largest connected piece of each label, numbered 1..n; pieces below `smallest` px become background."""
    pieces = connected(labels)
    areas = np.bincount(pieces.ravel())
    owner = np.zeros(areas.size, np.int64)
    owner[pieces.ravel()] = labels.ravel()
    best: dict[int, int] = {}
    for piece in np.argsort(areas, kind="stable"):
        if owner[piece] and areas[piece] >= smallest:
            best[int(owner[piece])] = int(piece)
    renumbered = np.zeros(areas.size, np.uint16)
    renumbered[[best[one] for one in sorted(best)]] = np.arange(1, len(best) + 1)
    return np.asarray(renumbered[pieces], np.uint16)
