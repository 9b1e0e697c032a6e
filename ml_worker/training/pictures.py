"""Pictures of mistakes: outlines of the worst held-out images, without the images themselves."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.metrics.matching import matched_pairs, overlaps

SIDE = 320
FOUND, MISSED, INVENTED = (70, 150, 60), (40, 40, 210), (210, 120, 30)  # BGR: green, red, blue
TITLE_PX = 26
Picture = NDArray[np.uint8]
Labels = NDArray[np.integer]


def _rims(labels: Labels, ranks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The 1 px inner rims of the objects whose rank (their place among the sorted labels) is chosen."""
    values = np.unique(labels)
    chosen = values[values > 0][ranks]
    kept = np.where(np.isin(labels, chosen), labels, 0).astype(np.float32)
    thickened = cv2.dilate(kept, np.ones((3, 3), np.uint8)) != cv2.erode(kept, np.ones((3, 3), np.uint8))
    rims: NDArray[np.bool_] = thickened & (kept > 0)
    return rims


def _busiest(marked: NDArray[np.bool_], side: int) -> tuple[slice, slice]:
    """The window with the most marked pixels."""
    height, width = marked.shape
    tall, wide = min(side, height), min(side, width)
    sums = cv2.boxFilter(marked.astype(np.float32), -1, (wide, tall), normalize=False, borderType=cv2.BORDER_CONSTANT)
    inner = sums[tall // 2 : height - (tall - tall // 2) + 1, wide // 2 : width - (wide - wide // 2) + 1]
    y, x = np.unravel_index(int(inner.argmax()), inner.shape)
    return slice(int(y), int(y) + tall), slice(int(x), int(x) + wide)


def draw_mistakes(truth: Labels, predicted: Labels, side: int = SIDE) -> Picture:
    """(side, side, 3) BGR on white: truth that was found in green, missed in red, and objects that are not there in blue.

    Found means paired at IoU >= 0.5. Of a larger image the part with the most mistakes.
    """
    pairs = matched_pairs(overlaps(truth, predicted), 0.5)
    invented = np.ones(int((np.unique(predicted) > 0).sum()), np.bool_)
    invented[pairs[pairs >= 0]] = False
    missed_rims, invented_rims = _rims(truth, pairs < 0), _rims(predicted, invented)
    canvas = np.full((*truth.shape, 3), 255, np.uint8)
    canvas[_rims(truth, pairs >= 0)] = FOUND
    canvas[missed_rims] = MISSED
    canvas[invented_rims] = INVENTED
    rows, columns = _busiest(missed_rims | invented_rims, side)
    piece = np.full((side, side, 3), 255, np.uint8)
    shown = canvas[rows, columns]
    piece[: shown.shape[0], : shown.shape[1]] = shown
    return piece


def write_sheet(path: Path, tiles: Sequence[tuple[str, Picture]]) -> None:
    """One PNG of titled tiles side by side, three in a row."""
    framed = []
    for title, tile in tiles:
        head = np.full((TITLE_PX, tile.shape[1], 3), 255, np.uint8)
        cv2.putText(head, title, (4, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (60, 60, 60), 1, cv2.LINE_AA)
        framed.append(cv2.copyMakeBorder(np.vstack([head, tile]), 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=(235, 235, 235)))
    framed += [np.full_like(framed[0], 235)] * (-len(framed) % 3)
    rows = [np.hstack(framed[first : first + 3]) for first in range(0, len(framed), 3)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", np.vstack(rows), [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes())
