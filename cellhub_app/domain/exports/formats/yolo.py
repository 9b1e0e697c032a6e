"""YOLO segmentation: one text file an image, a line an object, and the pictures beside them.

https://docs.ultralytics.com/datasets/segment: `class x1 y1 x2 y2 ...`, relative to width and height. The format has no holes.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry, ObjectEntry
from cellhub_app.domain.exports.options import GROUPS, Split

README = {
    "yolo/data.yaml": "YOLO segmentation data set: names of the classes; train and val are the same images unless a split was asked for.",
    "yolo/labels/<stem>.txt": "One line an object: class, then x and y of its outline as shares of width and height. YOLO has no holes: "
    "they are filled. An empty file is an image in which nothing was found. Images that were not segmented are left out, and so "
    "are frames after the first.",
    "yolo/images/<stem>.*": "The pictures: 8-bit PNG, JPEG and BMP as uploaded, others as the 8-bit WebP that the viewer shows. "
    "With a split they and their labels lie in train, val and test.",
}

AS_UPLOADED = {"png": ".png", "jpeg": ".jpg", "bmp": ".bmp"}
EXIF_WITHIN_BYTES = 64 * 1024


class YoloWriter:
    """Labels and pictures go straight into the ZIP; `folder` holds the data set."""

    folder: ClassVar[str] = "yolo"

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._project = bundle.project
        self._archive = archive
        self._split = bundle.split
        self._last_class = 0

    def add(self, image: ImageEntry) -> None:
        """The label file and the picture of a segmented image."""
        if image.frame or not image.is_segmented or not image.width or not image.height:
            return
        name = f"{image.group}/{image.stem}" if image.group else image.stem
        self._archive.add_text(f"{self.folder}/labels/{name}.txt", self._lines(image, image.width, image.height))
        path, suffix = _picture(image)
        self._archive.add_file(f"{self.folder}/images/{name}{suffix}", path)

    def finish(self) -> None:
        """The description of the data set."""
        names = (f"  {number}: {json.dumps(self._project.class_name(number))}\n" for number in range(self._last_class + 1))
        self._archive.add_text(f"{self.folder}/data.yaml", [*_places(self._split), "names:\n", *names])

    def _lines(self, image: ImageEntry, width: int, height: int) -> Iterator[str]:
        for entry in image.objects:
            self._last_class = max(self._last_class, entry.class_id)
            yield self._line(entry, width, height)

    def _line(self, entry: ObjectEntry, width: int, height: int) -> str:
        """One object: class, then x and y of its outline as shares of width and height."""
        shares = np.clip(entry.polygon.exterior / (width, height), 0.0, 1.0)
        return f"{entry.class_id} {' '.join(f'{share:.6f}' for share in shares.ravel().tolist())}\n"


def _places(split: Split | None) -> Iterator[str]:
    """Where the pictures of each group are; Ultralytics asks for train and val, whatever there is."""
    used = split.used if split else ()
    for group in GROUPS:
        if group in used:
            yield f"{group}: images/{group}\n"
        elif group != "test":
            yield f"{group}: images/train\n" if used else f"{group}: images\n"


def _picture(image: ImageEntry) -> tuple[Path, str]:
    """The upload itself where every reader sees the same upright 8-bit pixels in it, else the picture of the viewer."""
    suffix = AS_UPLOADED.get(image.format or "")
    if suffix is None or image.bit_depth != 8:
        return image.display(), ".webp"
    original = image.original()
    return (image.display(), ".webp") if suffix == ".jpg" and _may_be_turned(original) else (original, suffix)


def _may_be_turned(jpeg: Path) -> bool:
    with jpeg.open("rb") as file:
        return b"Exif\0\0" in file.read(EXIF_WITHIN_BYTES)
