"""COCO instances: polygons where one ring says it all, run lengths for objects with holes, so that areas are right either way.

https://cocodataset.org/#format-data. Coordinates are px with (0, 0) at the top-left corner of the first pixel, as COCO's own masks.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.raster import mask_from_polygon
from cellhub_app.domain.exports.archive import Archive, append, compact_json
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry
from cellhub_app.domain.exports.tables import rounded

README = {
    "coco/annotations.json": "COCO instances for pycocotools, CVAT, Detectron2, MMDetection. `segmentation` is a polygon in px, or "
    "uncompressed run lengths for an object with holes; `area` is the number of pixels; `score` is the network's. Segmented images only."
}


class CocoWriter:
    """Annotations are written as they come; images wait in a scratch file, because COCO wants each kind in one list."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._bundle = bundle
        self._out = archive.grow("coco/annotations.json")
        self._image_lines = archive.scratch()
        self._images = self._annotations = 0
        self._classes: set[int] = {0}
        info = {"description": bundle.project.name, "version": "1.0", "contributor": "CellHub"}
        self._out.write(f'{{"info":{compact_json(info)},"licenses":[],"annotations":[')

    def add(self, image: ImageEntry) -> None:
        """One COCO image and its annotations."""
        if not image.is_segmented or not image.width or not image.height:
            return
        self._images += 1
        entry = {"id": self._images, "file_name": image.file_name, "width": image.width, "height": image.height}
        extra = {"cellhub_id": str(image.id), "frame": image.frame, "pixel_size_um": image.pixel_size_um}
        self._image_lines.write(("" if self._images == 1 else ",") + "\n" + compact_json({**entry, **extra}))
        for entry_object in image.objects:
            self._write_annotation(entry_object, image.width, image.height)

    def finish(self) -> None:
        """The lists of images and categories, which close the file."""
        self._out.write('],\n"images":[')
        append(self._image_lines, self._out)
        project = self._bundle.project
        kinds = [{"id": number + 1, "name": project.class_name(number), "supercategory": "object"} for number in sorted(self._classes)]
        self._out.write(f'],\n"categories":{compact_json(kinds)}}}\n')

    def _write_annotation(self, entry: ObjectEntry, width: int, height: int) -> None:
        mask, x0, y0 = mask_from_polygon(entry.polygon, height, width)
        self._annotations += 1
        self._classes.add(entry.class_id)
        annotation: dict[str, Any] = {
            "id": self._annotations,
            "image_id": self._images,
            "category_id": entry.class_id + 1,
            "iscrowd": 0,
            "area": int(mask.sum()),
            "bbox": _box(entry, width, height),
            "segmentation": [entry.polygon.exterior.ravel().tolist()],
            "cellhub_id": str(entry.id),
        }
        if entry.polygon.holes:
            annotation["segmentation"] = {"size": [height, width], "counts": run_lengths(mask, x0, y0, width, height)}
        if entry.score is not None:
            annotation["score"] = rounded(entry.score)
        self._out.write(("" if self._annotations == 1 else ",") + "\n" + compact_json(annotation))


def _box(entry: ObjectEntry, width: int, height: int) -> list[float]:
    left, top, right, bottom = entry.polygon.bounds
    left, top, right, bottom = max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom)
    return [left, top, max(0.0, right - left), max(0.0, bottom - top)]


def run_lengths(mask: npt.NDArray[np.bool_], x0: int, y0: int, width: int, height: int) -> list[int]:
    """COCO's uncompressed run lengths of a mask crop (h, w) placed at (x0, y0) in an image: column by column, background first."""
    padded = np.pad(mask.astype(np.int8), ((1, 1), (0, 0)))
    columns, rows = np.nonzero(np.diff(padded, axis=0).T)
    edges = (columns + x0) * height + rows + y0
    inner = edges[1:-1].reshape(-1, 2)
    split = np.concatenate((edges[:1], inner[inner[:, 0] != inner[:, 1]].ravel(), edges[-1:]))
    return np.diff(split, prepend=0, append=width * height).tolist()  # type: ignore[no-any-return]
