"""CellHub's own JSON: everything it knew about the images."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports import untrusted
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading
from cellhub_app.domain.imports.shapes import NO_NUMBERS


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The objects of every segmented image of a project document."""
    return reading.each(package, (".json",), partial(_document, reading))


def _document(reading: Reading, name: str, data: bytes) -> Iterator[ImageObjects]:
    document = untrusted.parsed_json(name, data)
    if not isinstance(document, dict) or document.get("format") != "cellhub-project" or document.get("version") != 1:
        raise Invalid(f"“{name}” is not a project document that CellHub wrote.")
    for image in untrusted.entries(document.get("images")):
        if not image.get("revisions"):
            continue
        frame = untrusted.whole(image.get("frame")) or 0
        called = untrusted.text(image.get("name"), "an image without a name")
        names = (f"{called.rpartition('.')[0] or called}_frame{frame}",) if frame else (called,)
        size = (untrusted.whole(image.get("height")), untrusted.whole(image.get("width")))
        target = reading.target(*names, identifier=None if frame else image.get("id"), size=size)
        if target is not None:
            objects = [found for entry in untrusted.entries(image.get("objects")) for found in _objects(reading, target, entry)]
            yield reading.done(target, objects)


def _objects(reading: Reading, target: Target, entry: dict[str, Any]) -> list[FoundObject]:
    geometry = entry.get("geometry")
    rings = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Polygon" else None
    if not isinstance(rings, list) or not rings:
        reading.lose(NO_NUMBERS)
        return []
    return reading.outline(target, rings, untrusted.class_name(entry.get("class")), untrusted.score(entry.get("score")))
