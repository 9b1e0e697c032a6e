"""Everything CellHub knows about the images, in one JSON file: outlines as GeoJSON in px, measures, and where each object comes from."""

from typing import Any

from cellhub_app.domain.exports.archive import Archive, compact_json
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, Measure, ObjectEntry, RevisionEntry
from cellhub_app.domain.exports.tables import Column, columns, rounded

README = {
    "json/project.json": "Everything: images, outlines as GeoJSON polygons in px, measures, and for each object the revision that made it, "
    "with model, hash of the weights and parameters."
}

FORMAT_VERSION = 1
COORDINATES = "px, (0, 0) is the top-left corner of the first pixel, y down"


class JsonWriter:
    """One document, written object by object."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._bundle = bundle
        self._columns = columns(bundle)
        self._out = archive.grow("json/project.json")
        self._first = True
        head = {
            "format": "cellhub-project",
            "version": FORMAT_VERSION,
            "coordinates": COORDINATES,
        }
        project = bundle.project
        kind = {"id": str(project.id), "name": project.name, "description": project.description, "sampleKind": project.sample_kind}
        measures = {"measuresVersion": bundle.measures_version, "measures": [_definition(measure) for measure in bundle.measures]}
        opened = compact_json({**head, "project": kind, **measures})
        self._out.write(f'{opened[:-1]},"images":[')

    def add(self, image: ImageEntry) -> None:
        """One image with its revisions and objects."""
        described = compact_json(_image(image))
        self._out.write(f'{"" if self._first else ","}\n{described[:-1]},"objects":[')
        self._first = False
        for place, entry in enumerate(image.objects):
            self._out.write(("," if place else "") + "\n" + compact_json(self._object(image, entry)))
        self._out.write("]}")

    def finish(self) -> None:
        """Close the document."""
        self._out.write("\n]}\n")

    def _object(self, image: ImageEntry, entry: ObjectEntry) -> dict[str, Any]:
        return {
            "id": str(entry.id),
            "number": entry.number,
            "class": self._bundle.project.class_name(entry.class_id),
            "classId": entry.class_id,
            "score": rounded(entry.score),
            "doubt": rounded(entry.doubt),
            "revision": entry.added_revision,
            "geometry": entry.polygon.to_geojson(),
            "px": {column.header: column.value(entry, None) for column in self._columns if not column.is_um},
            **({"um": _um(self._columns, image, entry)} if self._bundle.units != "px" else {}),
        }


def _um(measured: tuple[Column, ...], image: ImageEntry, entry: ObjectEntry) -> dict[str, float | None] | None:
    if not image.pixel_size_um:
        return None
    return {column.header: column.value(entry, image.pixel_size_um) for column in measured if column.is_um}


def _definition(measure: Measure) -> dict[str, Any]:
    return {"key": measure.key, "title": measure.title, "unit": measure.unit, "umKey": measure.um_key, "definition": measure.definition}


def _image(image: ImageEntry) -> dict[str, Any]:
    return {
        "id": str(image.id),
        "name": image.name,
        "frame": image.frame,
        "width": image.width,
        "height": image.height,
        "channels": image.channels,
        "bitDepth": image.bit_depth,
        "frames": image.frames,
        "pixelSizeUm": image.pixel_size_um,
        "pixelSizeOrigin": image.pixel_size_origin,
        "bytes": image.bytes,
        "sha256": image.sha256,
        "status": image.status,
        "error": image.error,
        "segmentation": image.segmentation_status,
        "tags": list(image.tags),
        "createdAt": image.created_at.isoformat(),
        "revisions": [_revision(entry) for entry in image.revisions],
    }


def _revision(entry: RevisionEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "kind": entry.kind,
        "model": entry.model,
        "weightsSha256": entry.weights_sha256,
        "parameters": entry.parameters,
        "note": entry.note,
        "createdAt": entry.created_at.isoformat(),
    }
