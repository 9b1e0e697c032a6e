"""CVAT for images 1.1: one XML with polygons, and masks for objects with holes, which CVAT polygons do not have.

https://docs.cvat.ai/docs/manual/advanced/xml_format. A mask is a box with run lengths row by row, background first.
"""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.raster import mask_from_polygon
from cellhub_app.domain.exports.archive import Archive, append
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry
from cellhub_app.domain.exports.formats.geojson import COLOURS

README = {
    "cvat/annotations.xml": "CVAT for images 1.1: make a task with the images, then Upload annotations. An object with holes is a mask. "
    "Segmented images only."
}


class CvatWriter:
    """Images wait in a scratch file, because the labels that the head names are known at the end."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project = bundle.project
        self._out = archive.grow("cvat/annotations.xml")
        self._image_lines = archive.scratch()
        self._images = 0
        self._classes: set[int] = {0}

    def add(self, image: ImageEntry) -> None:
        """One image element with its shapes."""
        if not image.is_segmented or not image.width or not image.height:
            return
        size = f'width="{image.width}" height="{image.height}"'
        self._image_lines.write(f'  <image id="{self._images}" name={quoteattr(image.file_name)} {size}>\n')
        self._images += 1
        for entry in image.objects:
            self._classes.add(entry.class_id)
            self._image_lines.write(self._shape(entry, image.width, image.height))
        self._image_lines.write("  </image>\n")

    def finish(self) -> None:
        """The head with all labels, then the images."""
        self._out.writelines(self._head())
        append(self._image_lines, self._out)
        self._out.write("</annotations>\n")

    def _head(self) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n'
        yield f"      <size>{self._images}</size>\n      <mode>annotation</mode>\n      <labels>\n"
        for number in sorted(self._classes):
            colour = "#{:02x}{:02x}{:02x}".format(*COLOURS[number % len(COLOURS)])
            yield f"        <label><name>{self._project.class_name(number)}</name><color>{colour}</color><attributes/></label>\n"
        yield "      </labels>\n    </task>\n  </meta>\n"

    def _shape(self, entry: ObjectEntry, width: int, height: int) -> str:
        head = f'label={quoteattr(self._project.class_name(entry.class_id))} source="auto" occluded="0" z_order="0"'
        if not entry.polygon.holes:
            points = ";".join(f"{x:.10g},{y:.10g}" for x, y in entry.polygon.exterior.tolist())
            return f'    <polygon {head} points="{points}"/>\n'
        mask, x0, y0 = mask_from_polygon(entry.polygon, height, width)
        runs = ", ".join(map(str, row_runs(mask)))
        return f'    <mask {head} rle="{runs}" left="{x0}" top="{y0}" width="{mask.shape[1]}" height="{mask.shape[0]}"/>\n'


def row_runs(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Run lengths of a mask (h, w) row by row, background first (0 where the first pixel is set)."""
    flat = np.concatenate(([False], mask.ravel()))
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return np.diff(edges, prepend=0, append=mask.size).tolist()  # type: ignore[no-any-return]
