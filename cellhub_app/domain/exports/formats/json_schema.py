"""The JSON Schema of json/project.json (draft 2020-12), as it is served and as it lies in the documentation."""

from typing import Any

NUMBER_OR_NULL = {"type": ["number", "null"]}
TEXT_OR_NULL = {"type": ["string", "null"]}
WHOLE_OR_NULL = {"type": ["integer", "null"]}
IDENTIFIER = {"type": "string", "format": "uuid"}
MOMENT = {"type": "string", "format": "date-time"}


def _object(properties: dict[str, Any], *optional: str, description: str = "") -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    described = {"description": description} if description else {}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False, **described}


def _rows(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_RING = {"type": "array", "minItems": 4, "items": {"type": "array", "prefixItems": [{"type": "number"}] * 2, "items": False, "minItems": 2}}
_MEASURED = {"type": "object", "additionalProperties": NUMBER_OR_NULL}
_OUTLINE = _object(
    {"type": {"const": "Polygon"}, "coordinates": {"type": "array", "minItems": 1, "items": _RING}},
    description="GeoJSON in px: the outline, then its holes, each closed",
)
_FOUND = _object(
    {
        "id": IDENTIFIER,
        "number": {"type": "integer", "minimum": 1, "description": "in its image; the value in label masks"},
        "class": {"type": "string"},
        "classId": {"type": "integer", "minimum": 0},
        "score": NUMBER_OR_NULL,
        "doubt": NUMBER_OR_NULL,
        "revision": {"type": "integer", "minimum": 1, "description": "which revision of the image made it"},
        "geometry": _OUTLINE,
        "px": _MEASURED,
        "um": {"description": "null where the size of a pixel is unknown", **_MEASURED, "type": ["object", "null"]},
    },
    "um",
)
_REVISION = _object(
    {
        "number": {"type": "integer", "minimum": 1},
        "kind": {"type": "string"},
        "model": TEXT_OR_NULL,
        "weightsSha256": TEXT_OR_NULL,
        "parameters": {"type": ["object", "null"]},
        "note": TEXT_OR_NULL,
        "createdAt": MOMENT,
    }
)
_IMAGE = _object(
    {
        "id": IDENTIFIER,
        "name": {"type": "string"},
        "frame": {"type": "integer", "minimum": 0},
        **dict.fromkeys(("width", "height", "channels", "bitDepth", "frames", "timepoints"), WHOLE_OR_NULL),
        "pixelSizeUm": NUMBER_OR_NULL,
        "pixelSizeOrigin": TEXT_OR_NULL,
        "bytes": {"type": "integer", "minimum": 0},
        "sha256": {"type": "string"},
        "status": {"type": "string"},
        "error": TEXT_OR_NULL,
        "segmentation": TEXT_OR_NULL,
        "tags": _rows({"type": "string"}),
        "experiment": _object(
            {name: {"type": "string"} for name in ("condition", "replicate", "plate", "well")},
            description="what the image was made to show; empty where nobody said",
        ),
        "createdAt": MOMENT,
        "revisions": _rows(_REVISION),
        "objects": _rows(_FOUND),
    }
)
_MEASURE = _object(
    {
        "key": {"type": "string"},
        "title": {"type": "string"},
        "unit": {"type": "string"},
        "umKey": TEXT_OR_NULL,
        "definition": {"type": "string"},
    }
)
_PROJECT = _object({"id": IDENTIFIER, "name": {"type": "string"}, "description": {"type": "string"}, "sampleKind": {"type": "string"}})

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "CellHub project, version 1",
    **_object(
        {
            "format": {"const": "cellhub-project"},
            "version": {"const": 1},
            "coordinates": {"type": "string"},
            "project": _PROJECT,
            "measuresVersion": {"type": "integer"},
            "measures": _rows(_MEASURE),
            "images": _rows(_IMAGE),
        }
    ),
}
