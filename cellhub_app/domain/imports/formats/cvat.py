"""CVAT for images 1.1: polygons and masks. https://docs.cvat.ai/docs/manual/advanced/xml_format."""

import io
from collections.abc import Iterator
from functools import partial
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports import untrusted
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading
from cellhub_app.domain.imports.shapes import NO_NUMBERS

NO_OUTLINE = "it is a box, a line, a point or a skeleton, not an outline"
BAD_RUNS = "its run lengths do not fit its box"
OTHER_SHAPES = ("box", "ellipse", "polyline", "points", "cuboid", "skeleton")


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The shapes of every image of the document."""
    return reading.each(package, (".xml",), partial(_document, reading))


def _document(reading: Reading, name: str, data: bytes) -> Iterator[ImageObjects]:
    try:
        events = iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True)
        root = next(events)[1]
        if root.tag != "annotations":
            raise Invalid(f"“{name}” is not CVAT for images: it does not begin with <annotations>.")
        for event, element in events:
            if element.tag == "track":
                raise Invalid(f"“{name}” is CVAT for video; export it as CVAT for images 1.1.")
            if event == "end" and element.tag == "image":
                yield from _image(reading, element)
                root.clear()
    except DefusedXmlException:
        raise Invalid(f"“{name}” declares a document type or entities, which annotations do not need.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise Invalid(f"“{name}” is not valid XML: it is damaged, or another kind of file.") from error


def _image(reading: Reading, element: Any) -> Iterator[ImageObjects]:
    size = (untrusted.whole(element.get("height")), untrusted.whole(element.get("width")))
    target = reading.target(element.get("name") or "an image without a name", size=size)
    if target is not None:
        yield reading.done(target, [found for shape in element for found in _objects(reading, target, shape)])


def _objects(reading: Reading, target: Target, shape: Any) -> list[FoundObject]:
    kind = untrusted.class_name(shape.get("label"))
    if shape.tag == "polygon":
        return reading.outline(target, [[pair.split(",") for pair in (shape.get("points") or "").split(";")]], kind)
    if shape.tag == "mask":
        return _from_runs(reading, target, shape, kind)
    if shape.tag in OTHER_SHAPES:
        reading.lose(NO_OUTLINE)
    return []


def _from_runs(reading: Reading, target: Target, shape: Any, kind: str | None) -> list[FoundObject]:
    box = [untrusted.whole(shape.get(key)) for key in ("left", "top", "width", "height")]
    runs = [untrusted.whole(run) for run in (shape.get("rle") or "").split(",")]
    if None in box or None in runs:
        reading.lose(NO_NUMBERS)
        return []
    left, top, width, height = (value or 0 for value in box)
    counts = np.array(runs, np.int64)
    is_inside = min(left, top) >= 0 and 0 < width <= target.width - left and 0 < height <= target.height - top
    if not is_inside or (counts < 0).any() or counts.max() > width * height or counts.sum() != width * height:
        reading.lose(BAD_RUNS)
        return []
    mask = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(height, width)
    return reading.mask(mask, left, top, kind)
