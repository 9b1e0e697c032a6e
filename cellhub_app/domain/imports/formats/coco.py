"""COCO instances: polygons, and run lengths both plain and compressed. https://cocodataset.org/#format-data."""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.polygon import MAX_HOLES
from cellhub_app.domain.imports import untrusted
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading
from cellhub_app.domain.imports.shapes import NO_NUMBERS, TOO_INTRICATE, Crop, ShapeLost, drawn_ring, filled, merged

ONLY_BOX = "it has only a box, no outline"
CROWD = "it marks a crowd, not one object"
BAD_RUNS = "its run lengths do not fit the image"

Runs = npt.NDArray[np.int64]


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The annotations of every image that the document lists."""
    return reading.each(package, (".json",), partial(_document, reading))


def _document(reading: Reading, name: str, data: bytes) -> Iterator[ImageObjects]:
    document = untrusted.parsed_json(name, data)
    if not isinstance(document, dict) or not all(isinstance(document.get(key), list) for key in ("images", "annotations")):
        raise Invalid(f"“{name}” is not COCO: it has no lists of images and annotations.")
    kinds = {
        untrusted.whole(kind.get("id")): untrusted.class_name(kind.get("name")) for kind in untrusted.entries(document.get("categories"))
    }
    by_image: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for annotation in untrusted.entries(document["annotations"]):
        by_image[untrusted.whole(annotation.get("image_id"))].append(annotation)
    for image in untrusted.entries(document["images"]):
        target = _target(reading, image)
        annotations = by_image.pop(untrusted.whole(image.get("id")), [])
        if target is not None:
            yield reading.done(target, [found for entry in annotations for found in _objects(reading, target, entry, kinds)])
    for _ in range(sum(map(len, by_image.values()))):
        reading.lose("it belongs to no image of the file")


def _target(reading: Reading, image: dict[str, Any]) -> Target | None:
    identifier = None if untrusted.whole(image.get("frame")) else image.get("cellhub_id")
    size = (untrusted.whole(image.get("height")), untrusted.whole(image.get("width")))
    return reading.target(untrusted.text(image.get("file_name"), "an image without a name"), identifier=identifier, size=size)


def _objects(reading: Reading, target: Target, entry: dict[str, Any], kinds: dict[int | None, str | None]) -> list[FoundObject]:
    segmentation, kind, score = entry.get("segmentation"), kinds.get(untrusted.whole(entry.get("category_id"))), entry.get("score")
    if entry.get("iscrowd") not in (None, 0, False):
        reading.lose(CROWD)
        return []
    if not segmentation:
        reading.lose(ONLY_BOX)
        return []
    try:
        if isinstance(segmentation, list) and len(segmentation) == 1:
            return reading.outline(target, [_pairs(segmentation[0])], kind, untrusted.score(score))
        mask, x0, y0 = _union(segmentation, target) if isinstance(segmentation, list) else _from_runs(segmentation, target)
    except ShapeLost as loss:
        reading.lose(str(loss))
        return []
    return reading.mask(mask, x0, y0, kind, untrusted.score(score))


def _pairs(flat: object) -> list[tuple[Any, Any]]:
    """x, y, x, y ... as points."""
    if not isinstance(flat, list) or len(flat) % 2:
        raise ShapeLost(NO_NUMBERS)
    return list(zip(flat[::2], flat[1::2], strict=True))


def _union(parts: list[Any], target: Target) -> Crop:
    """Several polygons of one object, put together."""
    if len(parts) > MAX_HOLES + 1:
        raise ShapeLost(TOO_INTRICATE)
    return merged([filled(drawn_ring(_pairs(part)), target.height, target.width) for part in parts], np.logical_or)


def _from_runs(segmentation: object, target: Target) -> Crop:
    if not isinstance(segmentation, dict) or segmentation.get("size") != [target.height, target.width]:
        raise ShapeLost(BAD_RUNS)
    counts = segmentation.get("counts")
    runs = decompressed(counts) if isinstance(counts, str) else _plain_runs(counts)
    if not len(runs) or runs.min() < 0 or runs.max() > target.height * target.width or runs.sum() != target.height * target.width:
        raise ShapeLost(BAD_RUNS)
    return _crop(runs, target.height)


def _plain_runs(counts: object) -> Runs:
    found = [untrusted.whole(count) for count in counts] if isinstance(counts, list) else []
    if not found or None in found:
        raise ShapeLost(BAD_RUNS)
    return np.array(found, np.int64)


def decompressed(counts: str) -> Runs:
    """The runs of COCO's compressed text: 5 bits a character, lowest first, signed, from the fourth on added to the run before last.

    rleFrString of the COCO API (maskApi.c). Raises ShapeLost.
    """
    runs: list[int] = []
    value = shift = 0
    for code in counts.encode("utf-8", "replace"):
        bits = code - 48
        if not 0 <= bits < 64 or shift > 60:
            raise ShapeLost(BAD_RUNS)
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            if bits & 0x10:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            if abs(runs[-1]) > 2**53:
                raise ShapeLost(BAD_RUNS)
            value = shift = 0
    return np.array(runs, np.int64)


def _crop(runs: Runs, height: int) -> Crop:
    """The columns that hold something, of runs that go down column by column, background first."""
    edges = np.cumsum(runs)
    starts, ends = edges[:-1:2], edges[1::2]
    filled = ends > starts[: len(ends)]
    if not filled.any():
        return np.zeros((0, 0), bool), 0, 0
    x0, x1 = int(starts[: len(ends)][filled][0]) // height, (int(ends[filled][-1]) - 1) // height + 1
    flat = np.zeros((x1 - x0) * height, bool)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=False):
        flat[max(0, start - x0 * height) : max(0, end - x0 * height)] = True
    columns = flat.reshape(x1 - x0, height)
    rows = np.flatnonzero(columns.any(axis=0))
    return columns[:, rows[0] : rows[-1] + 1].T, x0, int(rows[0])
