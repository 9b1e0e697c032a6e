"""Binary masks: one PNG an image, white where there is an object."""

import cv2
import numpy as np

from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry
from cellhub_app.domain.exports.painting import bands

README = {
    "binary/<stem>.png": "8-bit mask of the image's size: 255 where there is an object, else 0. Objects that touch become one; take the "
    "label masks to keep them apart. Segmented images only."
}


class BinaryWriter:
    """Every image is a PNG."""

    def __init__(self, _bundle: Bundle, archive: Archive) -> None:
        self._archive = archive

    def add(self, image: ImageEntry) -> None:
        """The mask of a segmented image."""
        if not image.is_segmented or not image.width or not image.height:
            return
        mask = np.concatenate([(band > 0).astype(np.uint8) for band in bands(image, image.height, image.width)])
        _, png = cv2.imencode(".png", mask * np.uint8(255))
        self._archive.add_bytes(f"binary/{image.stem}.png", png.tobytes())

    def finish(self) -> None:
        """Nothing is left to say."""
