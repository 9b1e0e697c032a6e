"""The measures of shape. Lengths in px, areas in px²; docs/measurements.md discusses the choices."""

from collections.abc import Sequence
from math import inf, pi

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.polygon import Ring
from cellhub_app.core.metrics.metric import Metric, Unit
from cellhub_app.core.metrics.moments import Moments
from cellhub_app.core.metrics.outline import outline_table

ISO = "ISO 9276-6:2008"
FERET = "Feret 1930; Toussaint 1983 (rotating calipers)"
ELLIPSE = "ellipse of the same second moments (Hu 1962)"

SHAPE_METRICS = (
    Metric("area", "Area", "A", Unit.AREA, "number of pixels, holes not counted", "pixel count"),
    Metric("perimeter", "Perimeter", "P", Unit.LENGTH, "length of the exterior, detail below 0.75 px left out", "Douglas & Peucker 1973"),
    Metric("perimeter_with_holes", "Perimeter with holes", "P_h", Unit.LENGTH, "P + lengths of the holes", "Douglas & Peucker 1973"),
    Metric("equivalent_diameter", "Equivalent diameter", "d", Unit.LENGTH, "sqrt(4 A / pi)", ISO),
    Metric("feret_max", "Feret diameter, max", "F_max", Unit.LENGTH, "largest distance of two points of the outline", FERET),
    Metric("feret_min", "Feret diameter, min", "F_min", Unit.LENGTH, "smallest distance of two parallel tangents", FERET),
    Metric("feret_orthogonal", "Feret diameter, orthogonal", "F_90", Unit.LENGTH, "width at right angles to F_max", FERET),
    Metric("aspect_ratio", "Feret aspect ratio", "AR", Unit.NONE, "F_max / F_min", ISO, low=1.0),
    Metric("major_axis", "Major axis", "a", Unit.LENGTH, "4 sqrt(larger eigenvalue of the covariance)", ELLIPSE),
    Metric("minor_axis", "Minor axis", "b", Unit.LENGTH, "4 sqrt(smaller eigenvalue of the covariance)", ELLIPSE),
    Metric("bbox_width", "Bounding box width", "w", Unit.LENGTH, "columns from the first to the last pixel", "axis-aligned box"),
    Metric("bbox_height", "Bounding box height", "h", Unit.LENGTH, "rows from the first to the last pixel", "axis-aligned box"),
    Metric("extent", "Extent", "E", Unit.NONE, "A / (w h)", "axis-aligned box", high=1.0),
    Metric("circularity", "Circularity", "C", Unit.NONE, "min(1, 4 pi A / P²)", "Cox 1927", high=1.0),
    Metric("sphericity", "Sphericity", "S", Unit.NONE, "min(1, pi d / P)", "Wadell 1935, in two dimensions", high=1.0),
    Metric("compactness", "Compactness", "K", Unit.NONE, "min(1, d / F_max)", ISO, high=1.0),
    Metric("convexity", "Convexity", "V", Unit.NONE, "perimeter of the convex hull / P", ISO, high=1.0),
    Metric("solidity", "Solidity", "Q", Unit.NONE, "area inside the outline, holes not counted / area of the convex hull", ISO, high=1.0),
    Metric("eccentricity", "Eccentricity", "e", Unit.NONE, "sqrt(1 - b² / a²)", ELLIPSE, high=1.0),
    Metric(
        "orientation", "Orientation", "theta", Unit.ANGLE, "angle of the major axis to the x axis, counter-clockwise as seen", ELLIPSE,
        low=-pi / 2, high=pi / 2,
    ),
    Metric("centroid_x", "Centroid x", "x", Unit.LENGTH, "mean x of the pixels' centres", "first moments", low=-inf),
    Metric("centroid_y", "Centroid y", "y", Unit.LENGTH, "mean y of the pixels' centres, downwards", "first moments", low=-inf),
    Metric("hole_count", "Holes", "n_h", Unit.NONE, "number of holes", "Euler number"),
)  # fmt: skip


def shape_table(outlines: Sequence[Sequence[Ring]], pixels: Moments) -> npt.NDArray[np.float64]:
    """The SHAPE_METRICS of each object (n, k) from its rings, exterior first, and its pixels. NaN where a measure has no meaning."""
    perimeter, with_holes, hull_perimeter, inside, hull_area, feret_max, feret_min, feret_orthogonal = outline_table(outlines).T
    area = pixels.area
    diameter = np.sqrt(4 * area / pi)
    major, minor, orientation = _ellipse(pixels)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = (
            area, perimeter, with_holes, diameter, feret_max, feret_min, feret_orthogonal, feret_max / feret_min, major, minor,
            pixels.width, pixels.height, area / (pixels.width * pixels.height),
            np.minimum(1, 4 * pi * area / perimeter**2), np.minimum(1, pi * diameter / perimeter), np.minimum(1, diameter / feret_max),
            np.minimum(1, hull_perimeter / perimeter), np.minimum(1, inside / hull_area), np.sqrt(1 - np.minimum(1, (minor / major) ** 2)),
            orientation, pixels.centroid_x, pixels.centroid_y, np.array([len(rings) - 1 for rings in outlines], dtype=np.float64),
        )  # fmt: skip
    return np.stack(columns, axis=1)


def _ellipse(pixels: Moments) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Major axis, minor axis (px) and orientation (rad) of the ellipses with the objects' second moments."""
    middle = (pixels.variance_x + pixels.variance_y) / 2
    half_gap = np.hypot((pixels.variance_x - pixels.variance_y) / 2, pixels.covariance)
    angle = 0.5 * np.arctan2(-2 * pixels.covariance, pixels.variance_x - pixels.variance_y)
    return 4 * np.sqrt(middle + half_gap), 4 * np.sqrt(np.maximum(middle - half_gap, 0)), angle
