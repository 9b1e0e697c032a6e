"""Which format an upload has, from the names in it and, where these don't tell, from how its first file begins."""

import json
from collections.abc import Callable

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.registry import FORMATS

LOOKED_AT_BYTES = 64 * 1024 * 1024
_FOLDERS = ("json", "coco", "geojson", "masks", "imagej", "cvat", "labelme", "yolo")  # of an export, the most complete first
_ENDINGS = {
    ".geojson": "geojson",
    ".roi": "imagej",
    "_roiset.zip": "imagej",
    ".xml": "cvat",
    ".tif": "masks",
    ".tiff": "masks",
    ".png": "masks",
    ".bmp": "masks",
}
_DOCUMENTS: tuple[tuple[str, Callable[[dict[str, object]], bool]], ...] = (
    ("json", lambda document: document.get("format") == "cellhub-project"),
    ("coco", lambda document: isinstance(document.get("annotations"), list) and isinstance(document.get("images"), list)),
    ("labelme", lambda document: isinstance(document.get("shapes"), list)),
    ("geojson", lambda document: document.get("type") in {"FeatureCollection", "Feature"}),
)


def recognise(package: Package) -> str:
    """The name of the upload's format. Raises Invalid when it can't be told."""
    names = package.names
    folders = {name.split("/", 1)[0] for name in names if "/" in name}
    known = next((folder for folder in _FOLDERS if folder in folders), None)
    if known and package.is_archive:
        return known
    lowered = [name.lower() for name in names]
    if any(name.endswith(".json") for name in lowered) and (found := _by_document(package)):
        return found
    for ending, found in _ENDINGS.items():
        if any(name.endswith(ending) for name in lowered):
            return found
    if any(name.endswith(".txt") for name in lowered):
        return "yolo"
    titles = ", ".join(entry.title for entry in FORMATS.values())
    raise Invalid(f"{package.name} is of no known format. Choose it by hand if it is one of these: {titles}.")


def _by_document(package: Package) -> str | None:
    """What the first JSON file is; a list of features is GeoJSON as QuPath writes it."""
    name = next(name for name in package.names if name.lower().endswith(".json"))
    try:
        document = json.loads(package.read(name)[:LOOKED_AT_BYTES])
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list):
        return "geojson"
    return next((found for found, fits in _DOCUMENTS if fits(document)), None) if isinstance(document, dict) else None
