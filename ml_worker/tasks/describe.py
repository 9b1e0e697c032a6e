"""From what the network saw to what is stored: objects with outline, measures, score and doubt, and the picture of their outlines."""

from dataclasses import dataclass, replace
from typing import Self

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.quality import Flaw
from cellhub_app.core.imaging.thumbnail import draw_overlay
from cellhub_app.core.metrics import measure
from cellhub_app.domain.annotations.schemas import NewObject
from ml_worker.inference.segmenter import Instances

AREA = [metric.key for metric in measure.METRICS].index("area")

FLAWED_DOUBT = 0.9


@dataclass(frozen=True)
class Described:
    """What is stored of one segmented plane; `doubt` is that of the image, None where there is nothing to doubt."""

    objects: list[NewObject]
    overlay: bytes
    doubt: float | None
    flaws: tuple[Flaw, ...] = ()

    def of_flawed(self, flaws: tuple[Flaw, ...]) -> Self:
        """The same for a picture with these flaws, which make all of it doubtful."""
        return replace(self, flaws=flaws, doubt=max(self.doubt or 0.0, FLAWED_DOUBT)) if flaws else self


def describe(instances: Instances, plane: Plane) -> Described:
    """Outlines, measures (in pixels, of every channel) and the overlay of the instances found in a plane (H, W, C)."""
    polygons = polygons_from_labels(instances.labels)
    measures = measure.measure_labels(instances.labels, plane)
    rows = zip(polygons, codec.encode_many(polygons), measures.tolist(), instances.scores.tolist(), instances.doubts.tolist(), strict=True)
    objects = [
        NewObject(new_id(), geometry, values[AREA], polygon.bounds, values, measure.VERSION, score=score, doubt=doubt)
        for polygon, geometry, values, score, doubt in rows
    ]
    return Described(objects, draw_overlay(polygons, plane.shape[1], plane.shape[0]), instances.doubt)
