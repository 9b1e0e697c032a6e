"""The measures of outlines from the pixels of a file, in the process that opens untrusted files (reader.py)."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.imaging import bands
from cellhub_app.core.imaging.info import ImageInfo, Plane
from cellhub_app.core.imaging.limits import MAX_PLANE_BYTES
from cellhub_app.core.imaging.planes import plane_of
from cellhub_app.core.imaging.read import opened, probe, read_plane
from cellhub_app.core.imaging.tiff_bands import Rows, open_tiff_bands
from cellhub_app.core.imaging.tiles import TILE_PX
from cellhub_app.core.metrics import measure

Vector = list[float]


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The vectors of the outlines "outlines" (hex) from the pixels of a file, as JSON into the file "measured".

    Of an outline around more pixels than there is memory for it has null.
    """
    path, name = Path(task["path"]), task["name"]
    info = probe(path, name)
    shapes = [codec.decode(bytes.fromhex(outline)) for outline in task["outlines"]]
    place = plane_of(task["frame"], info.frames)
    if bands.fits_whole(info) or info.format != "tiff":
        plane = read_plane(path, *place, name=name)
        measures = [_vector(partial(measure.measure_polygon, shape, plane)) for shape in shapes]
    else:
        with opened(path, name) as file, open_tiff_bands(file, *place) as rows:
            measures = _from_parts(shapes, rows, info)
    Path(task["measured"]).write_text(json.dumps(measures))
    return {"measured": len(shapes)}


def _vector(measured: Callable[[], measure.Measures]) -> Vector | None:
    """None where memory runs out: one large outline must not take the others with it."""
    try:
        vector: Vector = measured().tolist()
    except MemoryError:
        return None
    return vector


def _from_parts(shapes: Sequence[Polygon], rows: Rows, info: ImageInfo) -> list[Vector | None]:
    """The vectors from a plane that is too large to be decoded whole: from the top to the bottom, so that each band is read about once."""
    band = lru_cache(maxsize=2)(lambda number: rows(number * TILE_PX, min(info.height, (number + 1) * TILE_PX)))
    measures: list[Vector | None] = [None for _ in shapes]
    for index in sorted(range(len(shapes)), key=lambda index: shapes[index].bounds[1]):
        measures[index] = _vector(partial(_measured, shapes[index], band, info))
    return measures


def _measured(shape: Polygon, band: Any, info: ImageInfo) -> measure.Measures:
    """The vector of one outline. Raises MemoryError where the pixels around it are more than a plane may be."""
    left, top, right, bottom = shape.bounds
    x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    x1, y1 = max(x0, min(info.width, int(np.ceil(right)))), max(y0, min(info.height, int(np.ceil(bottom))))
    if (x1 - x0) * (y1 - y0) * info.channels * np.dtype(info.dtype).itemsize > MAX_PLANE_BYTES:
        raise MemoryError
    return measure.measure_polygon(shape, _part(band, (y0, y1), (x0, x1), info), (y0, x0))


def _part(band: Any, rows: tuple[int, int], columns: tuple[int, int], info: ImageInfo) -> Plane:
    """Rows and columns (first, and one after the last) of the plane."""
    part = np.zeros((rows[1] - rows[0], columns[1] - columns[0], info.channels), info.dtype)
    if not part.size:
        return part
    for number in range(rows[0] // TILE_PX, -(-rows[1] // TILE_PX)):
        first, last = max(rows[0], number * TILE_PX), min(rows[1], (number + 1) * TILE_PX)
        part[first - rows[0] : last - rows[0]] = band(number)[first - number * TILE_PX : last - number * TILE_PX, slice(*columns)]
    return part
