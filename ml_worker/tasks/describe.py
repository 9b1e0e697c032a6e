"""From what the network saw to what is stored: objects with outline, measures, score and doubt, and the picture of their outlines."""

from dataclasses import dataclass

import numpy as np

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.thumbnail import draw_overlay
from cellhub_app.core.metrics import measure
from cellhub_app.domain.annotations.schemas import NewObject
from ml_worker.inference.segmenter import Instances

AREA = [metric.key for metric in measure.METRICS].index("area")


@dataclass(frozen=True)
class Described:
    """What is stored of one segmented plane; `doubt` is the mean of its objects' doubts, None without objects."""

    objects: list[NewObject]
    overlay: bytes
    doubt: float | None


def describe(instances: Instances, plane: Plane) -> Described:
    """Outlines, measures (in pixels, of every channel) and the overlay of the instances found in a plane (H, W, C)."""
    polygons = polygons_from_labels(instances.labels)
    measures = measure.measure_labels(instances.labels, plane)
    rows = zip(polygons, codec.encode_many(polygons), measures.tolist(), instances.scores.tolist(), instances.doubts.tolist(), strict=True)
    objects = [
        NewObject(new_id(), geometry, values[AREA], polygon.bounds, values, measure.VERSION, score=score, doubt=doubt)
        for polygon, geometry, values, score, doubt in rows
    ]
    doubt = float(np.mean(instances.doubts)) if objects else None
    return Described(objects, draw_overlay(polygons, plane.shape[1], plane.shape[0]), doubt)
