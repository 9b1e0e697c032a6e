"""Label masks: one TIFF an image in which every object's pixels hold its number."""

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tifffile

from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry
from cellhub_app.domain.exports.painting import ROWS_PER_STEP, bands

README = {
    "masks/<stem>.tif": "Label image of the image's size: 0 is background, every object has its number of the tables. 16 bit, or 32 bit "
    "beyond 65,535 objects. Where objects overlap the later one wins. Segmented images only."
}

UM_PER_CM = 10_000
OBJECTS_IN_16_BITS = 65_535


class MasksWriter:
    """Every image is a TIFF, written strip by strip."""

    def __init__(self, _bundle: Bundle, archive: Archive) -> None:
        self._archive = archive

    def add(self, image: ImageEntry) -> None:
        """The label image of a segmented image."""
        if not image.is_segmented or not image.width or not image.height:
            return
        path = self._archive.scratch_path("labels.tif")
        pixel_type = np.uint16 if sum(1 for _ in image.objects) <= OBJECTS_IN_16_BITS else np.uint32
        tifffile.imwrite(
            path, _strips(image, image.height, image.width, pixel_type), shape=(image.height, image.width), dtype=pixel_type,
            compression="zlib", rowsperstrip=ROWS_PER_STEP, photometric="minisblack", metadata=None, software="CellHub", **_scale(image),
        )  # fmt: skip
        self._archive.add_file(f"masks/{image.stem}.tif", path)

    def finish(self) -> None:
        """Nothing is left to say."""


def _strips(image: ImageEntry, height: int, width: int, pixel_type: type[np.unsignedinteger[Any]]) -> Iterator[bytes]:
    """The strips of the TIFF, compressed."""
    for band in bands(image, height, width):
        for row in range(0, len(band), ROWS_PER_STEP):
            yield zlib.compress(band[row : row + ROWS_PER_STEP].astype(pixel_type).tobytes())


def _scale(image: ImageEntry) -> dict[str, Any]:
    if not image.pixel_size_um:
        return {}
    per_cm = UM_PER_CM / image.pixel_size_um
    return {"resolution": (per_cm, per_cm), "resolutionunit": "CENTIMETER"}
