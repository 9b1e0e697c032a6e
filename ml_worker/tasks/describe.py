"""From what the network saw to what is stored: objects with outline, measures, score and doubt, and the picture of their outlines."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from cellhub_app.core.geometry import codec
from cellhub_app.core.ids import new_id
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.thumbnail import Overlay
from cellhub_app.core.metrics import measure
from cellhub_app.domain.annotations.schemas import NewObject
from ml_worker.inference.doubt import image_doubt
from ml_worker.inference.instances import Instances
from ml_worker.inference.outlined import KEYS, outlined

AREA = KEYS.index("area")
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


def _with_breaks(pieces: Iterable[Instances], between: Callable[[], None]) -> Iterator[Instances]:
    between()
    for piece in pieces:
        yield piece
        between()


def describe(pieces: Iterable[Instances], plane: Plane, between: Callable[[], None] = lambda: None) -> Described:
    """Outlines, measures (in pixels, of every channel) and the overlay of the instances found in a plane (H, W, C), piece by piece.

    `between` is called before each piece is looked for; what it raises ends the work.
    """
    overlay = Overlay(plane.shape[1], plane.shape[0])
    objects: list[NewObject] = []
    missed = 0.0
    for piece in _with_breaks(pieces, between):
        polygons, measures = outlined(piece, plane)
        overlay.add(polygons)
        # Lists of numbers take eight times as much memory as arrays of them, and a slide has hundreds of thousands of objects.
        vectors = [array("f", row.tobytes()) for row in measures]
        rows = zip(polygons, codec.encode_many(polygons), vectors, piece.scores.tolist(), piece.doubts.tolist(), strict=True)
        objects += [
            NewObject(new_id(), geometry, values[AREA], polygon.bounds, values, measure.VERSION, score=score, doubt=doubt)
            for polygon, geometry, values, score, doubt in rows
        ]
        missed += piece.missed
    doubt = image_doubt(np.array([item.doubt for item in objects], np.float32), missed)
    return Described(objects, overlay.encode(), doubt)
