"""GeoJSON, one feature collection an image, in the dialect of QuPath: drag it onto the open image, or File > Import objects.

https://qupath.readthedocs.io/en/stable/docs/advanced/exporting_annotations.html. Coordinates are px, holes are inner rings (RFC 7946).
"""

from collections.abc import Iterator, Sequence

import numpy as np

from cellhub_app.core.metrics.decimals import rows
from cellhub_app.domain.exports.archive import Archive, compact_json
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry, batches, outlines_of
from cellhub_app.domain.exports.tables import RATED, columns, numbers

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
        self._labels = [f",{compact_json(name)}:" for name in (*(column.header for column in self._columns), *RATED)]

    def add(self, image: ImageEntry) -> None:
        """The feature collection of a segmented image."""
        if image.is_segmented:
            self._archive.add_text(f"geojson/{image.stem}.geojson", self._lines(image))

    def finish(self) -> None:
        """Nothing is left to say."""

    def _lines(self, image: ImageEntry) -> Iterator[str]:
        origin = {"image": image.name, "imageId": str(image.id), "frame": image.frame, "width": image.width, "height": image.height}
        yield f'{{"type":"FeatureCollection","cellhub":{compact_json(origin)},"features":['
        joint = "\n"
        for entries in batches(image.objects):
            for feature in self._features(image, entries):
                yield joint + feature
                joint = ",\n"
        yield "\n]}\n"

    def _features(self, image: ImageEntry, entries: Sequence[ObjectEntry]) -> Iterator[str]:
        values = np.roll(numbers(entries, self._columns, image.pixel_size_um), -len(RATED), axis=1)
        kinds = {class_id: _kind(self._project.class_name(class_id), class_id) for class_id in {entry.class_id for entry in entries}}
        for entry, outline, measures in zip(entries, geometries(entries), rows(values, self._labels, None), strict=True):
            name, classification = kinds[entry.class_id]
            yield (
                f'{{"type":"Feature","id":"{entry.id}","geometry":{outline},"properties":{{"objectType":"annotation",'
                f'"name":"{name} {entry.number}","classification":{classification},"measurements":{{{measures[1:]}}}}}}}'
            )


def _kind(name: str, class_id: int) -> tuple[str, str]:
    """What a class is called, as JSON without its quotes, and its classification."""
    return compact_json(name)[1:-1], compact_json({"name": name, "color": COLOURS[class_id % len(COLOURS)]})


def geometries(entries: Sequence[ObjectEntry]) -> Iterator[str]:
    """Their outlines as GeoJSON polygons: closed rings of [x, y] in px."""
    for rings in outlines_of(entries).texts(",", "],[", is_closed=True, is_float=True):
        yield f'{{"type":"Polygon","coordinates":[{",".join(f"[[{ring}]]" for ring in rings)}]}}'
