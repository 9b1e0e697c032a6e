"""GeoJSON of QuPath, of CellHub, or of anybody whose coordinates are px: a feature collection, a list of features, or one feature."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports import untrusted
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, Target
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.reading import Reading
from cellhub_app.domain.imports.shapes import SPLIT

NO_AREA = "it is a point, a line or a collection, not an area"


def read(package: Package, reading: Reading) -> Iterator[ImageObjects]:
    """The objects of every file; its name is that of the image, unless CellHub wrote down which image it is."""
    return reading.each(package, (".geojson", ".json"), partial(_document, reading))


def _document(reading: Reading, name: str, data: bytes) -> Iterator[ImageObjects]:
    document = untrusted.parsed_json(name, data)
    features = _features(document)
    if features is None:
        raise Invalid(f"“{name}” is not GeoJSON with features.")
    origin = document.get("cellhub") if isinstance(document, dict) else None
    origin = origin if isinstance(origin, dict) else {}
    frame = untrusted.whole(origin.get("frame")) or 0
    size = (untrusted.whole(origin.get("height")), untrusted.whole(origin.get("width")))
    target = reading.target(name, identifier=None if frame else origin.get("imageId"), size=size)
    if target is not None:
        yield reading.done(target, [found for feature in features for found in _objects(reading, target, feature)])


def _features(document: Any) -> list[dict[str, Any]] | None:
    if isinstance(document, dict) and document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
        return untrusted.entries(document["features"])
    if isinstance(document, dict) and document.get("type") == "Feature":
        return [document]
    return untrusted.entries(document) if isinstance(document, list) else None


def _objects(reading: Reading, target: Target, feature: dict[str, Any]) -> Iterator[FoundObject]:
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    coordinates = geometry.get("coordinates")
    parts = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(untrusted.text(geometry.get("type")))
    if not isinstance(parts, list) or not parts or not all(isinstance(part, list) and part for part in parts):
        reading.lose(NO_AREA)
        return
    if len(parts) > 1:
        reading.report.repaired[SPLIT] += 1
    kind, score = _class_and_score(feature.get("properties"))
    for rings in parts:
        yield from reading.outline(target, rings, kind, score)


def _class_and_score(properties: object) -> tuple[str | None, float | None]:
    if not isinstance(properties, dict):
        return None, None
    classified, measured = properties.get("classification"), properties.get("measurements")
    kind = classified.get("name") if isinstance(classified, dict) else properties.get("class", properties.get("label"))
    rated = measured.get("score") if isinstance(measured, dict) else properties.get("score")
    return untrusted.class_name(kind), untrusted.score(rated)
