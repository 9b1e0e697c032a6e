"""COCO instances: polygons where one ring says it all, run lengths for objects with holes, or for all; areas are right either way.

https://cocodataset.org/#format-data. Coordinates are px with (0, 0) at the top-left corner of the first pixel, as COCO's own masks.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.outlines import Outlines
from cellhub_app.core.geometry.run_lengths import column_runs, compressed
from cellhub_app.domain.exports.archive import Archive, append, compact_json
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry, batches, outlines_of
from cellhub_app.domain.exports.tables import rounded

README = {
    "coco/annotations.json": "COCO instances for pycocotools, CVAT, Detectron2, MMDetection. `segmentation` is a polygon in px, or "
    "uncompressed run lengths for an object with holes (compressed ones for every object if that was asked for); `area` is the number of "
    "pixels; `score` is the network's. Segmented images only. "
    "With a split there is one file for each group instead, as annotations_train.json."
}


class CocoWriter:
    """One file, or one for each group of a split; all of them have the same categories."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project = bundle.project
        self._classes: set[int] = {0}
        groups = {group: f"annotations_{group}" for group in bundle.split.used} if bundle.split else {None: "annotations"}
        head, is_rle = self._project.name, bundle.coco == "rle"
        self._files = {group: _CocoFile(f"coco/{name}.json", head, archive, is_rle=is_rle) for group, name in groups.items()}

    def add(self, image: ImageEntry) -> None:
        """One COCO image and its annotations."""
        if image.is_segmented and image.width and image.height:
            self._files[image.group].add(image, image.width, image.height, self._classes)

    def finish(self) -> None:
        """The lists of images and categories, which close the files."""
        names = {number: self._project.class_name(number) for number in sorted(self._classes)}
        kinds = [{"id": number + 1, "name": name, "supercategory": "object"} for number, name in names.items()]
        for file in self._files.values():
            file.finish(kinds)


class _CocoFile:
    """Annotations are written as they come; images wait in a scratch file, because COCO wants each kind in one list."""

    def __init__(self, name: str, description: str, archive: Archive, *, is_rle: bool) -> None:
        self._is_rle = is_rle
        self._out = archive.grow(name)
        self._image_lines = archive.scratch()
        self._images = self._annotations = 0
        info = {"description": description, "version": "1.0", "contributor": "CellHub"}
        self._out.write(f'{{"info":{compact_json(info)},"licenses":[],"annotations":[')

    def add(self, image: ImageEntry, width: int, height: int, classes: set[int]) -> None:
        """An image with its annotations; their classes are noted in `classes`."""
        self._images += 1
        entry = {"id": self._images, "file_name": image.file_name, "width": width, "height": height}
        extra = {"cellhub_id": str(image.id), "frame": image.frame, "pixel_size_um": image.pixel_size_um}
        self._image_lines.write(("" if self._images == 1 else ",") + "\n" + compact_json({**entry, **extra}))
        for entries in batches(image.objects):
            classes.update(one.class_id for one in entries)
            self._out.writelines(self._lines(entries, width, height))

    def finish(self, categories: list[dict[str, Any]]) -> None:
        """The images, then the categories."""
        self._out.write('],\n"images":[')
        append(self._image_lines, self._out)
        self._out.write(f'],\n"categories":{compact_json(categories)}}}\n')

    def _lines(self, entries: Sequence[ObjectEntry], width: int, height: int) -> Iterator[str]:
        outlines = outlines_of(entries)
        boxes = _boxes(outlines.bounds, width, height)
        described = zip(entries, outlines.pixels(height, width), boxes, outlines.texts(",", ","), strict=True)
        for index, (entry, area, box, (exterior, *holes)) in enumerate(described):
            self._annotations += 1
            shape = _runs(outlines, index, width, height, is_short=self._is_rle) if holes or self._is_rle else f"[[{exterior}]]"
            score = "" if entry.score is None else f',"score":{compact_json(rounded(entry.score))}'
            yield (
                f'{"" if self._annotations == 1 else ","}\n{{"id":{self._annotations},"image_id":{self._images},'
                f'"category_id":{entry.class_id + 1},"iscrowd":0,"area":{area},"bbox":[{",".join(map(_short, box))}],'
                f'"segmentation":{shape},"cellhub_id":"{entry.id}"{score}}}'
            )


def _runs(outlines: Outlines, index: int, width: int, height: int, *, is_short: bool) -> str:
    runs = column_runs(*outlines.one(index), height, width)
    return compact_json({"size": [height, width], "counts": compressed(runs) if is_short else runs.tolist()})


def _boxes(bounds: npt.NDArray[np.float64], width: int, height: int) -> list[list[float]]:
    """Left, top, width and height of boxes (n, 4), cut at the border of the image."""
    low, high = np.maximum(bounds[:, :2], 0.0), np.minimum(bounds[:, 2:], (width, height))
    return np.concatenate([low, np.maximum(high - low, 0.0)], axis=1).tolist()  # type: ignore[no-any-return]


def _short(number: float) -> str:
    return f"{number:.11g}"
