"""Overlays: the picture of the viewer with the outlines drawn in, a colour for each class."""

import cv2
import numpy as np
from PIL import Image

from cellhub_app.core.imaging.display import Rgb
from cellhub_app.core.imaging.outlines import draw_outline, line_width
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry
from cellhub_app.domain.exports.formats.geojson import COLOURS

README = {
    "overlays/<stem>.png": "The 8-bit picture of the viewer with the outlines drawn in; sides beyond 8,192 px are scaled down. Segmented "
    "images only, and only the first frame of each."
}


class OverlaysWriter:
    """Every image is a PNG."""

    def __init__(self, _bundle: Bundle, archive: Archive) -> None:
        self._archive = archive

    def add(self, image: ImageEntry) -> None:
        """The picture of a segmented image with its outlines; the viewer's picture shows the first frame."""
        if image.frame or not image.is_segmented or not image.width or not image.height:
            return
        with Image.open(image.display()) as shown:
            picture: Rgb = np.array(shown.convert("RGB"))
        rows, columns = picture.shape[:2]
        scale = (columns / image.width, rows / image.height)
        for entry in image.objects:
            draw_outline(picture, entry.polygon, scale, COLOURS[entry.class_id % len(COLOURS)], line_width(columns, rows))
        _, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        self._archive.add_bytes(f"overlays/{image.stem}.png", png.tobytes())

    def finish(self) -> None:
        """Nothing is left to say."""
