"""YOLO detection: one text file an image, a line an object with its upright box.

https://docs.ultralytics.com/datasets/detect: `class x_center y_center width height`, relative to width and height.
"""

from typing import ClassVar

from cellhub_app.domain.exports.bundle import ObjectEntry
from cellhub_app.domain.exports.formats.yolo import YoloWriter

README = {
    "yolo_boxes/data.yaml": "YOLO detection data set: names of classes; train and val are the same images unless a split was asked for.",
    "yolo_boxes/labels/<stem>.txt": "One line an object: class, then centre, width and height of its box as shares of width and height. "
    "An empty file is an image in which nothing was found. Images that were not segmented are left out, and so are frames after the first.",
    "yolo_boxes/images/<stem>.*": "The pictures, as in `yolo/images`.",
}


class YoloBoxesWriter(YoloWriter):
    """Boxes instead of outlines; everything else is the same data set."""

    folder: ClassVar[str] = "yolo_boxes"

    def _line(self, entry: ObjectEntry, width: int, height: int) -> str:
        left, top, right, bottom = entry.polygon.bounds
        left, right = (min(max(x, 0.0), width) / width for x in (left, right))
        top, bottom = (min(max(y, 0.0), height) / height for y in (top, bottom))
        shares = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
        return f"{entry.class_id} {' '.join(f'{share:.6f}' for share in shares)}\n"
