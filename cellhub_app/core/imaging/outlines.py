"""Outlines drawn into a picture, for figures and for a look without CellHub."""

import cv2
import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.imaging.display import Rgb

Colour = tuple[int, int, int]

SUBPIXEL_BITS = 4
SIDE_PER_LINE_PX = 800  # the line grows with the picture, so that it shows when the whole is looked at


def line_width(width: int, height: int) -> int:
    """A width in px at which an outline shows in a picture of that size without covering small objects."""
    return max(1, round(max(width, height) / SIDE_PER_LINE_PX))


def draw_outline(picture: Rgb, polygon: Polygon, scale: tuple[float, float], colour: Colour, width_px: int) -> None:
    """Draw all rings of a polygon into a picture (H, W, 3); `scale` is picture px an image px, in x and y."""
    rings = [fixed_point(ring, scale) for ring in polygon.rings]
    cv2.polylines(picture, rings, True, colour, width_px, cv2.LINE_AA, SUBPIXEL_BITS)


def fixed_point(ring: npt.NDArray[np.float64], scale: tuple[float, float]) -> npt.NDArray[np.int32]:
    """Vertices (n, 2) in px, scaled, in OpenCV's fixed point, where whole numbers are the centres of pixels."""
    return np.rint((ring * scale - 0.5) * (1 << SUBPIXEL_BITS)).astype(np.int32)
