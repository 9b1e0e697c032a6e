"""Overlays: the picture of the viewer with the outlines drawn in, a colour for each class."""

import cv2
import numpy as np
from PIL import Image

from cellhub_app.core.imaging.display import Rgb
from cellhub_app.core.imaging.outlines import Colour, draw_outline, fill_outlines, line_width, write_number
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.bundle import Bundle, ImageEntry
from cellhub_app.domain.exports.formats.geojson import COLOURS

README = {
    "overlays/<stem>.png": "The 8-bit picture of the viewer with the outlines drawn in; sides beyond 8,192 px are scaled down. Segmented "
    "images only, and only the first frame of each."
}


class OverlaysWriter:
    """Every image is a PNG."""

    def __init__(self, bundle: Bundle, archive: Archive) -> None:
        self._style, self._archive = bundle.style, archive

    def add(self, image: ImageEntry) -> None:
        """The picture of a segmented image with its outlines; the viewer's picture shows the first frame."""
        if image.frame or not image.is_segmented or not image.width or not image.height:
            return
        with Image.open(image.display()) as shown:
            picture: Rgb = np.array(shown.convert("RGB"))
        rows, columns = picture.shape[:2]
        self._draw(picture, image, (columns / image.width, rows / image.height))
        _, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        self._archive.add_bytes(f"overlays/{image.stem}.png", png.tobytes())

    def _draw(self, picture: Rgb, image: ImageEntry, scale: tuple[float, float]) -> None:
        width_px = self._style.width_px or line_width(picture.shape[1], picture.shape[0])
        if self._style.fill:
            fills = [(entry.polygon, self._colour(entry.class_id)) for entry in image.objects]
            fill_outlines(picture, fills, scale, self._style.fill)
        for entry in image.objects:
            draw_outline(picture, entry.polygon, scale, self._colour(entry.class_id), width_px)
        if self._style.labels:
            for entry in image.objects:
                write_number(picture, entry.number, entry.polygon.centroid, scale)

    def _colour(self, class_id: int) -> Colour:
        given = self._style.colour
        return (int(given[1:3], 16), int(given[3:5], 16), int(given[5:7], 16)) if given else COLOURS[class_id % len(COLOURS)]

    def finish(self) -> None:
        """Nothing is left to say."""
