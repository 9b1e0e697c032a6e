"""Annotations of other tools, read in the guarded process: what a file holds goes into a file of lines, what became of it is answered.

A line is one frame of an image: {"image", "frame", "objects": [{"outline", "area", "bounds", "measures", "class", "score"}]}, the outline
as core/geometry/codec.py packs it, in base64.
"""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from cellhub_app.core.errors import ImageRefused, Invalid
from cellhub_app.core.geometry import codec
from cellhub_app.core.metrics import measure
from cellhub_app.domain.imports import registry
from cellhub_app.domain.imports.findings import FoundObject, ImageObjects, KnownImage, Report
from cellhub_app.domain.imports.matching import Images
from cellhub_app.domain.imports.package import Package
from cellhub_app.domain.imports.recognising import recognise

AUTO = "auto"
COUNTED = ("images", "read", "repaired", "lost", "unmatched", "unmatched_count", "refused", "refused_count")


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """Read one file for the images listed in the file `images`, into the file `found`. Raises ImageRefused."""
    name = str(task["name"])
    try:
        with Package.open(Path(task["path"]), name) as package:
            format_ = recognise(package) if task["annotations"] == AUTO else str(task["annotations"])
            report = _read(package, format_, _known(Path(task["images"])), Path(task["found"]))
    except Invalid as error:
        raise ImageRefused(error.code, error.detail) from error
    except MemoryError as error:
        raise ImageRefused("tooLarge", f"Couldn't read {name}: it needs more memory than is allowed. Split it.") from error
    return {"report": {"file": name, "format": format_, **{key: getattr(report, key) for key in COUNTED}}}


def _known(path: Path) -> Images:
    rows = json.loads(path.read_text(encoding="utf-8"))
    return Images([KnownImage(UUID(identifier), *rest) for identifier, *rest in rows])


def _read(package: Package, format_: str, images: Images, target: Path) -> Report:
    report = Report(package.name)
    with target.open("w", encoding="utf-8") as out:
        for found in registry.read(format_, package, images, report):
            out.write(json.dumps(_line(found)) + "\n")
    return report


def _line(found: ImageObjects) -> dict[str, Any]:
    outlines = codec.encode_many([item.polygon for item in found.objects])
    return {"image": str(found.target.image.id), "frame": found.target.frame, "objects": _rows(found.objects, outlines)}


def _rows(objects: Sequence[FoundObject], outlines: Sequence[bytes]) -> list[dict[str, Any]]:
    rows = []
    for item, outline in zip(objects, outlines, strict=True):
        measures = measure.measure_shape(item.polygon).tolist()
        text = base64.b64encode(outline).decode()
        rows.append(
            {
                "outline": text,
                "area": measures[0],
                "bounds": item.polygon.bounds,
                "measures": measures,
                "class": item.class_name,
                "score": item.score,
            }
        )
    return rows
