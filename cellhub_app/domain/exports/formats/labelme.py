"""LabelMe, one JSON an image: polygons, and masks for objects with holes, which LabelMe polygons do not have.

https://github.com/wkentaro/labelme (labelme/_label_file.py). A mask is a PNG of the box that its two points span, both ends included.
"""

import base64
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.geometry.raster import mask_from_polygon
from cellhub_app.domain.exports.archive import Archive, compact_json
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry

README = {
    "labelme/<stem>.json": "Outlines for LabelMe 5.2 and later; an object with holes is a mask. The files look for the pictures in "
    "`originals/`: choose that format as well, or put the images there. Segmented images only."
}

VERSION = "5.4.1"


class LabelmeWriter:
    """Every image is a file of its own, written object by object."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project, self._archive = bundle.project, archive

    def add(self, image: ImageEntry) -> None:
        """The document of a segmented image."""
        if image.is_segmented and image.width and image.height:
            self._archive.add_text(f"labelme/{image.stem}.json", self._lines(image, image.width, image.height))

    def finish(self) -> None:
        """Nothing is left to say."""

    def _lines(self, image: ImageEntry, width: int, height: int) -> Iterator[str]:
        yield f'{{"version":"{VERSION}","flags":{{}},"shapes":['
        for place, entry in enumerate(image.objects):
            yield ("," if place else "") + "\n" + compact_json(self._shape(entry, width, height))
        picture = {"imagePath": f"../originals/{image.file_name}", "imageData": None, "imageHeight": height, "imageWidth": width}
        yield "\n]," + compact_json(picture)[1:] + "\n"

    def _shape(self, entry: ObjectEntry, width: int, height: int) -> dict[str, Any]:
        return {
            "label": self._project.class_name(entry.class_id),
            **_outline(entry.polygon, width, height),
            "group_id": None,
            "description": str(entry.id),
            "flags": {},
        }


def _outline(polygon: Polygon, width: int, height: int) -> dict[str, Any]:
    if not polygon.holes:
        return {"shape_type": "polygon", "points": polygon.exterior.tolist(), "mask": None}
    mask, x0, y0 = mask_from_polygon(polygon, height, width)
    _, png = cv2.imencode(".png", mask.astype(np.uint8) * np.uint8(255))
    corners = [[x0, y0], [x0 + mask.shape[1] - 1, y0 + mask.shape[0] - 1]]
    return {"shape_type": "mask", "points": corners, "mask": base64.b64encode(png.tobytes()).decode()}
