"""Masks of polygons as COCO's run lengths: column by column through the whole image, background first, and their compressed text."""

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.compiled import compiled
from cellhub_app.core.geometry.raster import paint_rows

COLUMNS_AT_ONCE = 256  # that are painted: an object may be as large as its image
MOST_BYTES = 13  # of one number
FIRST_CHARACTER = 48

Runs = npt.NDArray[np.int64]
Vertices = npt.NDArray[np.float64]


def compressed(runs: Runs) -> str:
    """The run lengths as the text that pycocotools writes: differences to the run before last, five bits a character."""
    out = np.empty(MOST_BYTES * len(runs), np.uint8)
    return out[: _compress(runs, out)].tobytes().decode("ascii")


@compiled
def column_runs(vertices: Vertices, ring_starts: Runs, height: int, width: int) -> Runs:
    """The run lengths of one polygon in an image (height, width), as plain numbers that add up to height * width.

    `vertices` float64 (v, 2) of x, y in px; `ring_starts` says where each ring starts in them. An odd number of runs ends in background.
    """
    left, right = max(0, int(np.floor(vertices[:, 0].min()))), min(width, int(np.ceil(vertices[:, 0].max())))
    top, bottom = max(0, int(np.floor(vertices[:, 1].min()))), min(height, int(np.ceil(vertices[:, 1].max())))
    runs = np.empty(4 * max(1, right - left) + 4, np.int64)
    count = place = 0  # place: of the last change, column by column
    is_inside = False
    for first in range(left, right if bottom > top else left, COLUMNS_AT_ONCE):
        crop = np.zeros((bottom - top, min(COLUMNS_AT_ONCE, right - first)), np.int32)
        local = vertices.copy()
        local[:, 0] -= first
        local[:, 1] -= top
        paint_rows(crop, 1, local, ring_starts, 0, bottom - top)
        for column in range(crop.shape[1]):
            if len(runs) - count < crop.shape[0] + 4:
                runs = np.append(runs, np.empty(len(runs) + crop.shape[0], np.int64))
            start = (first + column) * height + top
            if is_inside and top:  # the column before ended inside, at the last row of the box
                is_inside, count, place = _change(runs, count, place, start - top, is_inside)
            for row in range(crop.shape[0]):
                if (crop[row, column] > 0) != is_inside:
                    is_inside, count, place = _change(runs, count, place, start + row, is_inside)
            if is_inside and bottom < height:
                is_inside, count, place = _change(runs, count, place, start + crop.shape[0], is_inside)
    if is_inside and right < width:
        is_inside, count, place = _change(runs, count, place, right * height, is_inside)
    runs[count] = height * width - place
    return runs[: count + 1].copy()


@compiled
def _change(runs: Runs, count: int, place: int, here: int, is_inside: bool) -> tuple[bool, int, int]:
    runs[count] = here - place
    return not is_inside, count + 1, here


@compiled
def _compress(runs: Runs, out: npt.NDArray[np.uint8]) -> int:
    place = 0
    for index in range(len(runs)):
        value = runs[index] - (runs[index - 2] if index > 2 else 0)
        is_more = True
        while is_more:
            bits = value & 31
            value >>= 5
            is_more = value != (-1 if bits & 16 else 0)
            out[place] = FIRST_CHARACTER + (bits | (32 if is_more else 0))
            place += 1
    return place
