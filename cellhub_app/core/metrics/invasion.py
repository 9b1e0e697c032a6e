"""How far a spheroid has come apart. Its core is the largest piece; whatever lies outside has left it.

There is no standard for these measures. The definitions are ours, written out so that they can be cited: the index weighs what left the
core by how far it went, is 0 for one whole piece, and tends to 1 for a cloud of equal pieces far apart.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cellhub_app.core.metrics.metric import Metric, Unit

OURS = "definition of CellHub"
INVASION_METRICS = (
    Metric("core_area", "Core area", "A_c", Unit.AREA, "area of the largest piece", OURS),
    Metric("invasion_area", "Invasion area", "A_i", Unit.AREA, "area of all other pieces", OURS),
    Metric("fragment_count", "Fragments", "n_f", Unit.NONE, "number of pieces beside the core", OURS),
    Metric("largest_fragment_fraction", "Largest piece", "f_1", Unit.NONE, "A_c / (A_c + A_i)", OURS, high=1.0),
    Metric("dispersed_mass_fraction", "Dispersed mass", "f_d", Unit.NONE, "A_i / (A_c + A_i)", OURS, high=1.0),
    Metric(
        "disintegration_index", "Disintegration index", "DI", Unit.NONE,
        "sum(A_k d_k / (d_k + r_c)) / (A_c + A_i) over the fragments k; d_k: distance of the centroids of fragment and core; "
        "r_c = sqrt(A_c / pi)", OURS, high=1.0,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Invasion:
    """The INVASION_METRICS of one image, px and px²."""

    core_area: float
    invasion_area: float
    fragment_count: int
    largest_fragment_fraction: float
    dispersed_mass_fraction: float
    disintegration_index: float


def invasion(areas: npt.NDArray[np.floating], x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> Invasion | None:
    """The measures of the pieces of a spheroid from their areas (n,) and centroids (n,); None where there is no piece.

    Of pieces of equal size the first is the core. Raises ValueError when the lengths differ.
    """
    if not areas.shape == x.shape == y.shape:
        raise ValueError("Each piece has one area and one centroid.")
    if not len(areas) or areas.sum() <= 0:
        return None
    core = int(np.argmax(areas))
    whole, largest = float(areas.sum()), float(areas[core])
    distance = np.hypot(x - x[core], y - y[core])
    weight = areas * distance / (distance + np.sqrt(largest / np.pi))
    outside = whole - largest
    return Invasion(largest, outside, len(areas) - 1, largest / whole, outside / whole, float(weight.sum()) / whole)
