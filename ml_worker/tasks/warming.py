"""What is compiled for outlines, compiled before anybody waits: the first import, edit or export of a home would take half a minute.

A child of its own does it, at the pace that the machine has left; what it compiled is kept on disk for every process of the home.
"""

from typing import Any

import structlog

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.outlines import decode_many
from cellhub_app.core.limits import IMPORT_TIME_LIMIT_S
from cellhub_app.core.metrics import measure
from cellhub_app.domain.imports.shapes import polygons_of
from ml_worker.tasks.reader_pool import ReaderPool

log = structlog.get_logger(__name__)

SIDE = 16
SQUARE = [[2, 2], [10, 2], [10, 10], [2, 10]]
HOLE = [[4, 4], [4, 8], [8, 8], [8, 4]]
BOW_TIE = [[2, 2], [10, 10], [10, 2], [2, 10]]


def answer(_task: dict[str, Any]) -> dict[str, Any]:
    """Check, redraw, measure, write, read and export a few outlines; answers how many there were."""
    polygons = [polygon for rings in ([SQUARE, HOLE], [BOW_TIE]) for polygon in polygons_of(rings, SIDE, SIDE)[0]]
    for polygon in polygons:
        measure.measure_shape(polygon)
        codec.decode(codec.encode(polygon))
    outlines = decode_many(codec.encode_many(polygons))
    outlines.pixels(SIDE, SIDE)
    outlines.texts(",", ",")
    return {"warmed": len(polygons)}


async def warm_up(pool: ReaderPool) -> None:
    """Have a child compile; it may fail, for everything is compiled again where it is missing."""
    try:
        await pool.ask({"name": "outlines", "warm": True}, IMPORT_TIME_LIMIT_S)
    except ImageRefused:
        log.warning("outlines could not be warmed up")
    finally:
        await pool.close()
