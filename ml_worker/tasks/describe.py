"""From what the network saw to what is stored: objects with outline, measures, score and doubt, and the picture of their outlines."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.raster import polygons_from_rings, trace_whole
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.quality import Flaw
from cellhub_app.core.imaging.thumbnail import draw_overlay
from cellhub_app.core.metrics import measure
from cellhub_app.domain.annotations.schemas import NewObject
from ml_worker.inference.doubt import image_doubt
from ml_worker.inference.instances import Instances

KEYS = [metric.key for metric in measure.METRICS]
AREA = KEYS.index("area")
CENTROID = [KEYS.index("centroid_x"), KEYS.index("centroid_y")]

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


def describe(pieces: Iterable[Instances], plane: Plane) -> Described:
    """Outlines, measures (in pixels, of every channel) and the overlay of the instances found in a plane (H, W, C), piece by piece."""
    polygons: list[Polygon] = []
    objects: list[NewObject] = []
    missed = 0.0
    for piece in pieces:
        found, measures = _outlined(piece, plane)
        rows = zip(found, codec.encode_many(found), measures.tolist(), piece.scores.tolist(), piece.doubts.tolist(), strict=True)
        objects += [
            NewObject(new_id(), geometry, values[AREA], polygon.bounds, values, measure.VERSION, score=score, doubt=doubt)
            for polygon, geometry, values, score, doubt in rows
        ]
        polygons += found
        missed += piece.missed
    doubt = image_doubt(np.array([item.doubt for item in objects], np.float32), missed)
    return Described(objects, draw_overlay(polygons, plane.shape[1], plane.shape[0]), doubt)


def _outlined(piece: Instances, plane: Plane) -> tuple[list[Polygon], measure.Measures]:
    """The polygons of a piece in the image's coordinates, and their measures."""
    height, width = piece.labels.shape
    rings, kept = trace_whole(piece.labels)
    polygons = polygons_from_rings(rings)
    measures = measure.measure_traced(rings, kept, plane[piece.y : piece.y + height, piece.x : piece.x + width])
    if not (piece.y or piece.x):
        return polygons, measures
    shift = np.array([piece.x, piece.y], np.float64)
    measures[:, CENTROID] += shift.astype(np.float32)
    return [Polygon(one.exterior + shift, tuple(hole + shift for hole in one.holes)) for one in polygons], measures
