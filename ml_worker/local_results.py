"""What `cellhub segment` writes of one image: labels as TIFF, outlines as GeoJSON, measurements as CSV."""

import csv
import json
import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.info import ImageInfo
from cellhub_app.core.metrics.measure import columns, measure_labels
from ml_worker.inference.instances import Instances
from ml_worker.inference.postprocess import Labels
from ml_worker.inference.preprocess import Pixels

LABELS, OUTLINES, TABLE = ".tif", ".geojson", ".csv"


@dataclass(frozen=True)
class Found:
    """One plane's pixels, (H, W, C), with what was found in it; `frame` is its number (core/imaging/planes.py)."""

    frame: int
    pixels: Pixels
    instances: Instances


def write_results(target: Path, info: ImageInfo, found: Iterable[Found], *, of_planes: bool) -> int:
    """Write target.tif, .geojson and .csv, or none of them where something fails on the way; returns the number of objects.

    `of_planes` says that objects are told by plane: a column and a property `frame`, and labels as an OME-TIFF of all planes, which count
    from 1 in each; else there is one plane. No more than one plane is held.
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
                for feature in _features(one.instances, place):
                    outlines.write((", " if count else "") + json.dumps(feature))
                    count += 1
                table.writerows([*place.values(), *row] for row in _rows(one))
                yield one.instances.labels

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


def _write_labels(path: Path, info: ImageInfo, labels: Iterator[Labels], *, of_planes: bool) -> None:
    sizes = {"T": info.timepoints, "Z": info.frames}
    stacked = {axis: size for axis, size in sizes.items() if of_planes and size > 1}
    if not stacked:
        [only] = labels
        tifffile.imwrite(path, only.astype(np.uint16 if only.max(initial=0) <= np.iinfo(np.uint16).max else np.uint32), compression="zlib")
        return
    tifffile.imwrite(
        path,
        (one.astype(np.uint32) for one in labels),
        shape=(*stacked.values(), info.height, info.width),
        dtype=np.uint32,
        compression="zlib",
        photometric="minisblack",
        ome=True,
        metadata={"axes": "".join(stacked) + "YX"},
    )


def _features(instances: Instances, place: dict[str, int]) -> Iterator[dict[str, object]]:
    polygons = polygons_from_labels(instances.labels)
    for label, polygon in enumerate(polygons, 1):
        score, doubt = (round(float(values[label - 1]), 4) for values in (instances.scores, instances.doubts))
        properties = {**place, "label": label, "score": score, "doubt": doubt}
        named = "-".join(str(number) for number in (*place.values(), label)) if place else label
        yield {"type": "Feature", "id": named, "properties": properties, "geometry": polygon.to_geojson()}


def _rows(found: Found) -> Iterator[list[object]]:
    instances = found.instances
    table = measure_labels(instances.labels, found.pixels)
    for label, (row, score, doubt) in enumerate(zip(table, instances.scores, instances.doubts, strict=True), 1):
        yield [label, *("" if math.isnan(value) else f"{value:.7g}" for value in (score, doubt, *row))]


def frames_of(info: ImageInfo, *, of_planes: bool) -> Iterator[tuple[int, int, int]]:
    """(frame, z, timepoint) of the planes that are asked for: all, or the first."""
    for frame in range(planes.count(info.frames, info.timepoints) if of_planes else 1):
        yield (frame, *planes.plane_of(frame, info.frames))
