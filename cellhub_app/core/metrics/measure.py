"""The one ordered table of measures, and the vectors that follow it: shape first, then for each channel the intensities."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.raster import mask_from_polygon, trace_whole
from cellhub_app.core.geometry.tracing import Labels, Rings
from cellhub_app.core.metrics.intensity import INTENSITY_METRICS, intensity_table
from cellhub_app.core.metrics.metric import Metric
from cellhub_app.core.metrics.moments import LabelImage, moments
from cellhub_app.core.metrics.shape import SHAPE_METRICS, shape_table

VERSION = 1  # of the order and the definitions; stored with every vector
METRICS = (*SHAPE_METRICS, *INTENSITY_METRICS)

Image = npt.NDArray[np.generic]
Measures = npt.NDArray[np.float32]


def metrics(channels: int) -> list[Metric]:
    """The measures of a vector in their order, intensities repeated for each channel with keys ending in _c1, _c2 ..."""
    by_channel = [
        replace(metric, key=f"{metric.key}_c{channel}", title=f"{metric.title}, channel {channel}" if channels > 1 else metric.title)
        for channel in range(1, channels + 1)
        for metric in INTENSITY_METRICS
    ]
    return [*SHAPE_METRICS, *by_channel]


def columns(channels: int) -> list[str]:
    """The names of the values of a vector, units in pixels: area_px2 ... hole_count, intensity_mean_c1 ..."""
    return [metric.px_name for metric in metrics(channels)]


def measure_labels(labels: Labels, image: Image) -> Measures:
    """The vectors of the objects 1..n of a label image (H, W), with the original pixel values of its image (H, W, C): float32 (n, k).

    Of a label in several 4-connected pieces only the largest is measured, as `polygons_from_labels` keeps it. NaN stands for what has no
    meaning. Raises Invalid when a label is missing or the sizes differ.
    """
    return measure_traced(*trace_whole(labels), image)


def measure_traced(rings: Rings, kept: LabelImage, image: Image) -> Measures:
    """The same from what `trace_whole` answered, for callers who trace the outlines anyway. Raises Invalid when the sizes differ."""
    if image.shape[:2] != kept.shape:
        raise Invalid(f"The labels are {kept.shape[1]} × {kept.shape[0]} pixels and the image {image.shape[1]} × {image.shape[0]}.")
    count = int(kept.max(initial=0))
    table = np.concatenate([shape_table(_outlines(rings, count), moments(kept, count)), intensity_table(kept, image, count)], axis=1)
    return table.astype(np.float32)


def measure_polygon(polygon: Polygon, image: Image, place: tuple[int, int] = (0, 0)) -> Measures:
    """The vector (k,) of one polygon: outline measures from its vertices, the others from the pixels whose centres it holds.

    `image` may be a part of the whole, around the polygon, whose first row and column there are `place`. A polygon that holds no pixel
    centre of the image has area 0 and NaN for what pixels would tell.
    """
    top, left = place
    mask, x0, y0 = mask_from_polygon(polygon, top + image.shape[0], left + image.shape[1])
    intensities = intensity_table(mask.astype(np.int32), image[y0 - top :, x0 - left :][: mask.shape[0], : mask.shape[1]], 1)
    return np.concatenate([_shape(polygon, mask, x0, y0), intensities[0]]).astype(np.float32)


def measure_shape(polygon: Polygon) -> Measures:
    """The shape measures alone (the first of the vector) of a polygon, where no image is at hand."""
    _, _, right, bottom = polygon.bounds
    mask, x0, y0 = mask_from_polygon(polygon, max(1, int(np.ceil(bottom))), max(1, int(np.ceil(right))))
    return _shape(polygon, mask, x0, y0).astype(np.float32)


def um_factors(names: list[str], pixel_size_um: float) -> npt.NDArray[np.float64]:
    """What to multiply the values of the named columns by to have them in um: vector * um_factors(columns(1), 0.3)."""
    powers = {metric.px_name: metric.power for metric in SHAPE_METRICS}
    return np.array([pixel_size_um ** powers.get(name, 0) for name in names])


def as_um(values: Mapping[str, float | None], pixel_size_um: float) -> dict[str, float | None]:
    """Named values in pixels as named values in um: area_px2 becomes area_um2, ratios and intensities stay."""
    names = {metric.px_name: metric.um_name for metric in SHAPE_METRICS}
    factors = um_factors(list(values), pixel_size_um).tolist()
    return {
        names.get(name, name): None if value is None else value * factor
        for (name, value), factor in zip(values.items(), factors, strict=True)
    }


def _shape(polygon: Polygon, mask: npt.NDArray[np.bool_], x0: int, y0: int) -> npt.NDArray[np.float64]:
    pixels = moments(mask.astype(np.int32), 1)
    placed = replace(pixels, centroid_x=pixels.centroid_x + x0, centroid_y=pixels.centroid_y + y0)
    row: npt.NDArray[np.float64] = shape_table([polygon.rings], placed)[0]
    return row


def _outlines(rings: Rings, count: int) -> list[list[npt.NDArray[np.float64]]]:
    """The rings of each label, px; the tracer meets an exterior before its holes."""
    outlines: list[list[npt.NDArray[np.float64]]] = [[] for _ in range(count)]
    vertices = rings.vertices / np.float64(2)
    starts = rings.starts.tolist()
    for index, label in enumerate(rings.labels.tolist()):
        outlines[label - 1].append(vertices[starts[index] : starts[index + 1]])
    return outlines
