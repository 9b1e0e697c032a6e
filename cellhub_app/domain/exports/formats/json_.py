"""Everything CellHub knows about the images, in one JSON file: outlines as GeoJSON in px, measures, and where each object comes from."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from cellhub_app.core.metrics.decimals import rows
from cellhub_app.domain.exports.archive import Archive, compact_json
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, Measure, ObjectEntry, RevisionEntry, batches
from cellhub_app.domain.exports.formats.geojson import geometries
from cellhub_app.domain.exports.tables import RATED, Values, columns, numbers

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
        joint = "\n"
        for entries in batches(image.objects):
            for written in self._objects(image, entries):
                self._out.write(joint + written)
                joint = ",\n"
        self._out.write("]}")

    def finish(self) -> None:
        """Close the document."""
        self._out.write("\n]}\n")

    def _objects(self, image: ImageEntry, entries: Sequence[ObjectEntry]) -> Iterator[str]:
        values = numbers(entries, self._columns, image.pixel_size_um)
        split = len(RATED)
        rated = rows(values[:, :split], [f',"{name}":' for name in RATED], "null")
        px, um = (self._measures(values[:, split:], is_um=is_um) for is_um in (False, True))
        kinds = {class_id: compact_json(self._bundle.project.class_name(class_id)) for class_id in {entry.class_id for entry in entries}}
        for entry, outline, rating, in_px, in_um in zip(entries, geometries(entries), rated, px, um, strict=True):
            micrometres = in_um if image.pixel_size_um else "null"
            yield (
                f'{{"id":"{entry.id}","number":{entry.number},"class":{kinds[entry.class_id]},"classId":{entry.class_id}{rating},'
                f'"revision":{entry.added_revision},"geometry":{outline},"px":{in_px}'
                + ("}" if self._bundle.units == "px" else f',"um":{micrometres}}}')
            )

    def _measures(self, values: Values, *, is_um: bool) -> Iterator[str]:
        """The measures in one unit, as a JSON object for each row of values (n, m)."""
        wanted = [place for place, column in enumerate(self._columns) if column.is_um == is_um]
        labels = [f",{compact_json(self._columns[place].header)}:" for place in wanted]
        return (f"{{{written[1:]}}}" for written in rows(np.ascontiguousarray(values[:, wanted]), labels, "null"))


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
        "timepoints": image.timepoints,
        "pixelSizeUm": image.pixel_size_um,
        "pixelSizeOrigin": image.pixel_size_origin,
        "bytes": image.bytes,
        "sha256": image.sha256,
        "status": image.status,
        "error": image.error,
        "segmentation": image.segmentation_status,
        "tags": list(image.tags),
        "experiment": asdict(image.experiment),
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
