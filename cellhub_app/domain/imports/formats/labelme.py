"""LabelMe: polygons and masks, one JSON an image. https://github.com/wkentaro/labelme."""

import base64
import binascii
from collections.abc import Iterator
from functools import partial
from typing import Any

from cellhub_app.core.errors import ImageRefused, Invalid
from cellhub_app.core.imaging.read import probe, read_plane
from cellhub_app.domain.imports import untrusted
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading
from cellhub_app.domain.imports.shapes import Mask, ShapeLost

NO_OUTLINE = "it is a box, a circle, a line or a point, not an outline"
BAD_MASK = "its mask does not fit its box"


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The shapes of every file; its image is the one it names, else the one it is called like."""
    return reading.each(package, (".json",), partial(_document, reading))


def _document(reading: Reading, name: str, data: bytes) -> Iterator[ImageObjects]:
    document = untrusted.parsed_json(name, data)
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        raise Invalid(f"“{name}” is not LabelMe: it has no list of shapes.")
    size = (untrusted.whole(document.get("imageHeight")), untrusted.whole(document.get("imageWidth")))
    target = reading.target(untrusted.text(document.get("imagePath")) or name, name, size=size)
    if target is not None:
        shapes = untrusted.entries(document["shapes"])
        yield reading.done(target, [found for shape in shapes for found in _objects(reading, target, shape)])


def _objects(reading: Reading, target: Target, shape: dict[str, Any]) -> list[FoundObject]:
    kind, type_ = untrusted.class_name(shape.get("label")), shape.get("shape_type", "polygon")
    if type_ == "polygon":
        return reading.outline(target, [shape.get("points")], kind)
    if type_ != "mask":
        reading.lose(NO_OUTLINE)
        return []
    try:
        mask, x0, y0 = _mask(shape, target)
    except ShapeLost as loss:
        reading.lose(str(loss))
        return []
    return reading.mask(mask, x0, y0, kind)


def _mask(shape: dict[str, Any], target: Target) -> tuple[Mask, int, int]:
    """The crop of a mask and its place; its two points are the first and the last pixel of its box."""
    corners = [untrusted.whole(value) for point in _points(shape.get("points")) for value in point]
    if len(corners) != 4 or None in corners:
        raise ShapeLost(BAD_MASK)
    x0, y0, x1, y1 = (value or 0 for value in corners)
    try:
        png = base64.b64decode(untrusted.text(shape.get("mask")), validate=True)
        info = probe(png)
        if (info.height, info.width) != (y1 - y0 + 1, x1 - x0 + 1) or min(x0, y0) < 0 or x1 >= target.width or y1 >= target.height:
            raise ShapeLost(BAD_MASK)
        return read_plane(png)[:, :, 0].astype(bool), x0, y0
    except (binascii.Error, ValueError, ImageRefused):
        raise ShapeLost(BAD_MASK) from None


def _points(value: object) -> list[list[Any]]:
    """The points of a shape that are lists."""
    return [point for point in value if isinstance(point, list)] if isinstance(value, list) else []
