"""Polygons as people draw them, checked and measured: about two milliseconds each."""

import asyncio
import math
import threading
from collections.abc import Sequence

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry import codec, polygon
from cellhub_app.core.metrics import measure
from cellhub_app.domain.annotations.appending import Place
from cellhub_app.domain.annotations.schemas import AddedObject, NewObject

AT_ONCE = 10
_is_prepared = threading.Event()
TRIANGLE = {"type": "Polygon", "coordinates": [[[0, 0], [8, 0], [0, 8], [0, 0]]]}


async def measured(place: Place, items: Sequence[AddedObject]) -> list[NewObject]:
    """The objects of an edit as they are stored. Raises Invalid.

    Many of them, or the first while what measures them is still compiled, in a thread, so that nobody else waits.
    """
    if len(items) <= AT_ONCE and _is_prepared.is_set():
        return [_hand_made(place, item) for item in items]
    return await asyncio.to_thread(lambda: [_hand_made(place, item) for item in items])


def prepare() -> None:
    """Load what checks and measures polygons, in a thread: the first edit of a process would wait for it, long if it is to be compiled."""
    threading.Thread(target=_try_out, name="prepare measuring", daemon=True).start()


def _try_out() -> None:
    shape = polygon.from_geojson(TRIANGLE)
    measure.measure_shape(shape)
    codec.decode(codec.encode(shape))
    _is_prepared.set()


def _inside(place: Place, bounds: tuple[float, float, float, float]) -> bool:
    x0, y0, x1, y1 = bounds
    return min(x0, y0) >= -1 and x1 <= (place.width or math.inf) + 1 and y1 <= (place.height or math.inf) + 1


def _hand_made(place: Place, item: AddedObject) -> NewObject:
    shape = polygon.from_geojson(item.feature.get("geometry", item.feature))
    if not _inside(place, shape.bounds):
        raise Invalid("A polygon leaves the image. Move it inside and save again.")
    properties = item.feature.get("properties") or {}
    class_id = properties.get("classId", 0)
    if not isinstance(class_id, int) or not 0 <= class_id < 2**15:
        raise Invalid("classId must be a whole number from 0 to 32767.")
    values = measure.measure_shape(shape).tolist()
    return NewObject(
        item.id, codec.encode(shape), values[0], shape.bounds, values, measure.VERSION, class_id=class_id, parents=item.parents
    )
