"""What `cellhub segment` writes of one image: labels as TIFF, outlines as GeoJSON, measurements as CSV."""

import csv
import json
import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.info import ImageInfo
from cellhub_app.core.metrics.measure import columns
from ml_worker.inference.instances import Instances
from ml_worker.inference.outlined import outlined
from ml_worker.inference.postprocess import Labels
from ml_worker.inference.preprocess import Pixels
from ml_worker.inference.room import is_large, room_for

LABELS, OUTLINES, TABLE = ".tif", ".geojson", ".csv"
TILE = 512


@dataclass(frozen=True)
class Found:
    """One plane's pixels, (H, W, C), with what is found in it, piece by piece; `frame` is its number (core/imaging/planes.py)."""

    frame: int
    pixels: Pixels
    pieces: Iterable[Instances]


def write_results(target: Path, info: ImageInfo, found: Iterable[Found], *, of_planes: bool) -> int:
    """Write target.tif, .geojson and .csv, or none of them where something fails on the way; returns the number of objects.

    `of_planes` says that objects are told by plane: a column and a property `frame`, and labels as an OME-TIFF of all planes, which count
    from 1 in each; else there is one plane. No more than one plane is held, and one that is larger than memory on disk.
    """
    with _all_or_none(target) as parts, ExitStack() as opened:
        outlines = opened.enter_context(parts[OUTLINES].open("w", encoding="utf-8"))
        table = csv.writer(opened.enter_context(parts[TABLE].open("w", newline="", encoding="utf-8")))
        table.writerow([*(["frame"] if of_planes else []), "label", "score", "doubt", *columns(info.channels)])
        outlines.write('{"type": "FeatureCollection", "features": [')
        count = 0

        def labels() -> Iterator[Labels]:
            nonlocal count
            for one in found:
                place = {"frame": one.frame} if of_planes else {}
                whole, before = Whole((one.pixels.shape[0], one.pixels.shape[1])), count
                for piece in one.pieces:
                    for feature, row in _objects(piece, np.asarray(one.pixels), place, count - before + 1):
                        outlines.write((", " if count else "") + json.dumps(feature))
                        table.writerow(row)
                        count += 1
                    whole.add(piece)
                yield whole.labels
                del one, whole  # or both would stay until the next plane is read

        _write_labels(parts[LABELS], info, labels(), of_planes=of_planes)
        outlines.write("]}")
    return count


@contextmanager
def _all_or_none(target: Path) -> Iterator[dict[str, Path]]:
    """Suffix -> where to write meanwhile; at the end all have their names, and none of them where something failed."""
    parts = {suffix: target.with_name(f"{target.name}{suffix}.part") for suffix in (LABELS, OUTLINES, TABLE)}
    try:
        yield parts
        for suffix, part in parts.items():
            part.replace(target.with_name(f"{target.name}{suffix}"))
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


class Whole:
    """The labels (H, W) of an image, numbered on from piece to piece."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._labels: Labels | None = None
        self._count = 0

    @property
    def labels(self) -> Labels:
        """Those of the pieces that were added."""
        if self._labels is None:
            self._labels = room_for(self._shape, *self._shape, np.int32)
            self._labels[:] = 0
        return self._labels

    def add(self, piece: Instances) -> None:
        """Put a piece into its place; the only one of an image is taken as it is."""
        if self._labels is None and piece.labels.shape == self._shape:
            self._labels = piece.labels
        else:
            height, width = piece.labels.shape
            place = self.labels[piece.y : piece.y + height, piece.x : piece.x + width]
            np.copyto(place, piece.labels + np.int32(self._count), where=piece.labels > 0)
        self._count += len(piece.scores)


def _write_labels(path: Path, info: ImageInfo, labels: Iterator[Labels], *, of_planes: bool) -> None:
    sizes = {"T": info.timepoints, "Z": info.frames}
    stacked = {axis: size for axis, size in sizes.items() if of_planes and size > 1}
    if is_large(info.height, info.width):
        _write_in_tiles(path, (info.height, info.width), labels, stacked)
        return
    if not stacked:
        [only] = labels
        tifffile.imwrite(path, only.astype(np.uint16 if only.max(initial=0) <= np.iinfo(np.uint16).max else np.uint32), compression="zlib")
        return
    shape = (*stacked.values(), info.height, info.width)
    tifffile.imwrite(path, (one.astype(np.uint32) for one in labels), shape=shape, dtype=np.uint32, **_layout(stacked))


def _write_in_tiles(path: Path, shape: tuple[int, int], labels: Iterator[Labels], stacked: dict[str, int]) -> None:
    """Large labels, of which only a tile at a time is copied."""
    tiles = (
        one[y : y + TILE, x : x + TILE].astype(np.uint32)
        for one in labels
        for y in range(0, shape[0], TILE)
        for x in range(0, shape[1], TILE)
    )
    whole = (*stacked.values(), *shape)
    tifffile.imwrite(path, tiles, shape=whole, dtype=np.uint32, tile=(TILE, TILE), bigtiff=True, **_layout(stacked))


def _layout(stacked: dict[str, int]) -> dict[str, Any]:
    named = {"ome": True, "metadata": {"axes": "".join(stacked) + "YX"}} if stacked else {}
    return {"compression": "zlib", "photometric": "minisblack", **named}


def _objects(piece: Instances, plane: Pixels, place: dict[str, int], first: int) -> Iterator[tuple[dict[str, object], list[object]]]:
    """The GeoJSON feature and the row of the table of each object, whose numbers begin at `first`."""
    polygons, measures = outlined(piece, plane)
    for label, (polygon, row, score, doubt) in enumerate(zip(polygons, measures, piece.scores, piece.doubts, strict=True), first):
        properties = {**place, "label": label, "score": round(float(score), 4), "doubt": round(float(doubt), 4)}
        named = "-".join(str(number) for number in (*place.values(), label)) if place else label
        values = ("" if math.isnan(value) else f"{value:.7g}" for value in (score, doubt, *row))
        feature: dict[str, object] = {"type": "Feature", "id": named, "properties": properties, "geometry": polygon.to_geojson()}
        yield feature, [*place.values(), label, *values]


def frames_of(info: ImageInfo, *, of_planes: bool) -> Iterator[tuple[int, int, int]]:
    """(frame, z, timepoint) of the planes that are asked for: all, or the first."""
    for frame in range(planes.count(info.frames, info.timepoints) if of_planes else 1):
        yield (frame, *planes.plane_of(frame, info.frames))
