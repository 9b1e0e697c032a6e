"""Outlines drawn into a picture, for figures and for a look without CellHub."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.imaging.display import Rgb

Colour = tuple[int, int, int]

SUBPIXEL_BITS = 4
FONT = cv2.FONT_HERSHEY_SIMPLEX
PIXELS_PER_TEXT_SIZE = 2000
SIDE_PER_LINE_PX = 800  # the line grows with the picture, so that it shows when the whole is looked at


def line_width(width: int, height: int) -> int:
    """A width in px at which an outline shows in a picture of that size without covering small objects."""
    return max(1, round(max(width, height) / SIDE_PER_LINE_PX))


def draw_outline(picture: Rgb, polygon: Polygon, scale: tuple[float, float], colour: Colour, width_px: int) -> None:
    """Draw all rings of a polygon into a picture (H, W, 3); `scale` is picture px an image px, in x and y."""
    rings = [fixed_point(ring, scale) for ring in polygon.rings]
    cv2.polylines(picture, rings, True, colour, width_px, cv2.LINE_AA, SUBPIXEL_BITS)


def fill_outlines(picture: Rgb, shapes: Iterable[tuple[Polygon, Colour]], scale: tuple[float, float], share: float) -> None:
    """Tint the inside of polygons, holes left out; `share` of the colour and the rest of the picture (H, W, 3)."""
    for polygon, colour in shapes:
        rings = [fixed_point(ring, scale) for ring in polygon.rings]
        whole = np.concatenate(rings) / (1 << SUBPIXEL_BITS)
        left, top = np.maximum(np.floor(whole.min(axis=0)).astype(int), 0)
        right, bottom = np.ceil(whole.max(axis=0)).astype(int) + 1
        part = picture[top:bottom, left:right]
        if part.size:
            mask = np.zeros(part.shape[:2], np.uint8)
            cv2.fillPoly(mask, rings, 1, cv2.LINE_8, SUBPIXEL_BITS, (-int(left), -int(top)))
            inside = mask > 0
            part[inside] = np.rint(part[inside] * (1 - share) + np.array(colour) * share).astype(np.uint8)


def write_number(picture: Rgb, number: int, place: tuple[float, float], scale: tuple[float, float]) -> None:
    """Write a number over a place (x, y in image px), white with a dark rim, so that it shows on any picture."""
    text, size = str(number), max(0.35, max(picture.shape[:2]) / PIXELS_PER_TEXT_SIZE)
    (width, height), _ = cv2.getTextSize(text, FONT, size, 1)
    corner = round(place[0] * scale[0] - width / 2), round(place[1] * scale[1] + height / 2)
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(picture, text, corner, FONT, size, colour, thickness, cv2.LINE_AA)


def fixed_point(ring: npt.NDArray[np.float64], scale: tuple[float, float]) -> npt.NDArray[np.int32]:
    """Vertices (n, 2) in px, scaled, in OpenCV's fixed point, where whole numbers are the centres of pixels."""
    return np.rint((ring * scale - 0.5) * (1 << SUBPIXEL_BITS)).astype(np.int32)
