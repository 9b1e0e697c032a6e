"""GeoJSON, one feature collection an image, in the dialect of QuPath: drag it onto the open image, or File > Import objects.

https://qupath.readthedocs.io/en/stable/docs/advanced/exporting_annotations.html. Coordinates are px, holes are inner rings (RFC 7946).
"""

from collections.abc import Iterator
from typing import Any

from cellhub_app.domain.exports.archive import Archive, compact_json
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry
from cellhub_app.domain.exports.tables import columns, rounded

README = {
    "geojson/<stem>.geojson": "Outlines with holes for QuPath, geopandas and web maps: class, number, measures and identifier of every "
    "object; coordinates are px. Segmented images only."
}

COLOURS = ((45, 212, 191), (250, 176, 5), (244, 114, 182), (96, 165, 250), (163, 230, 53), (192, 132, 252))


class GeojsonWriter:
    """Every image is a file of its own, written object by object."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project, self._archive = bundle.project, archive
        self._columns = columns(bundle)

    def add(self, image: ImageEntry) -> None:
        """The feature collection of a segmented image."""
        if image.is_segmented:
            self._archive.add_text(f"geojson/{image.stem}.geojson", self._lines(image))

    def finish(self) -> None:
        """Nothing is left to say."""

    def _lines(self, image: ImageEntry) -> Iterator[str]:
        origin = {"image": image.name, "imageId": str(image.id), "frame": image.frame, "width": image.width, "height": image.height}
        yield f'{{"type":"FeatureCollection","cellhub":{compact_json(origin)},"features":['
        for place, entry in enumerate(image.objects):
            yield ("," if place else "") + "\n" + compact_json(self._feature(image, entry))
        yield "\n]}\n"

    def _feature(self, image: ImageEntry, entry: ObjectEntry) -> dict[str, Any]:
        kind = self._project.class_name(entry.class_id)
        measured = {column.header: column.value(entry, image.pixel_size_um) for column in self._columns}
        rated = {"score": rounded(entry.score), "doubt": rounded(entry.doubt)}
        return {
            "type": "Feature",
            "id": str(entry.id),
            "geometry": entry.polygon.to_geojson(),
            "properties": {
                "objectType": "annotation",
                "name": f"{kind} {entry.number}",
                "classification": {"name": kind, "color": COLOURS[entry.class_id % len(COLOURS)]},
                "measurements": {key: value for key, value in {**measured, **rated}.items() if value is not None},
            },
        }
