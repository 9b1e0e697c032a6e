"""The measures of outlines from the pixels of a file, in the process that opens untrusted files (reader.py)."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.imaging import bands
from cellhub_app.core.imaging.info import ImageInfo, Plane
from cellhub_app.core.imaging.planes import plane_of
from cellhub_app.core.imaging.read import opened, probe, read_plane
from cellhub_app.core.imaging.tiff_bands import Rows, open_tiff_bands
from cellhub_app.core.imaging.tiles import TILE_PX
from cellhub_app.core.metrics import measure


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """The vectors of the outlines "outlines" (hex) from the pixels of a file, as JSON into the file "measured"."""
    path, name = Path(task["path"]), task["name"]
    info = probe(path, name)
    shapes = [codec.decode(bytes.fromhex(outline)) for outline in task["outlines"]]
    place = plane_of(task["frame"], info.frames)
    if bands.fits_whole(info) or info.format != "tiff":
        plane = read_plane(path, *place, name=name)
        measures = [measure.measure_polygon(shape, plane).tolist() for shape in shapes]
    else:
        with opened(path, name) as file, open_tiff_bands(file, *place) as rows:
            measures = _from_parts(shapes, rows, info)
    Path(task["measured"]).write_text(json.dumps(measures))
    return {"measured": len(shapes)}


def _from_parts(shapes: Sequence[Polygon], rows: Rows, info: ImageInfo) -> list[list[float]]:
    """The vectors from a plane that is too large to be decoded whole: from the top to the bottom, so that each band is read about once."""
    band = lru_cache(maxsize=2)(lambda number: rows(number * TILE_PX, min(info.height, (number + 1) * TILE_PX)))
    measures: list[list[float]] = [[] for _ in shapes]
    for index in sorted(range(len(shapes)), key=lambda index: shapes[index].bounds[1]):
        left, top, right, bottom = shapes[index].bounds
        x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
        x1, y1 = min(info.width, int(np.ceil(right))), min(info.height, int(np.ceil(bottom)))
        measures[index] = measure.measure_polygon(shapes[index], _part(band, (y0, y1), (x0, x1), info), (y0, x0)).tolist()
    return measures


def _part(band: Any, rows: tuple[int, int], columns: tuple[int, int], info: ImageInfo) -> Plane:
    """Rows and columns (first, and one after the last) of the plane; what is out of it is empty."""
    parts = [np.zeros((0, max(0, columns[1] - columns[0]), info.channels), info.dtype)]
    for number in range(rows[0] // TILE_PX, -(-rows[1] // TILE_PX)):
        first = number * TILE_PX
        parts.append(band(number)[max(0, rows[0] - first) : rows[1] - first, slice(*columns)])
    return np.concatenate(parts)
