"""Gallery pictures: a small version of the image, and the outlines of its objects to lay over it."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.core.imaging.display import Rgb, encode_webp, fitted_size, limit_side
from cellhub_app.core.imaging.outlines import SUBPIXEL_BITS, fixed_point

SIDE_PX = 320
QUALITY = 82
ACCENT, SHADE = np.array([45, 212, 191]), np.array([4, 38, 34])
SHADE_OPACITY, FILL_OPACITY = 0.38, 0.1


def make_thumbnail(rgb: Rgb, side: int = SIDE_PX) -> bytes:
    """WebP of a display picture (H, W, 3), scaled down to fit a square of `side` px; small pictures keep their size."""
    return encode_webp(limit_side(rgb, side), QUALITY)


class Overlay:
    """Transparent picture, as large as the thumbnail, with the outlines of polygons of an image of `width` x `height` px.

    Polygons may come bit by bit, and none of them is kept.
    """

    def __init__(self, width: int, height: int, side: int = SIDE_PX) -> None:
        rows, columns = fitted_size(height, width, side)
        self._scale = columns / width, rows / height
        self._line, self._fill = np.zeros((2, rows, columns), dtype=np.uint8)

    def add(self, polygons: Iterable[Polygon]) -> None:
        """Draw some polygons."""
        if rings := [fixed_point(ring, self._scale) for polygon in polygons for ring in polygon.rings]:
            cv2.polylines(self._line, rings, True, 255, 1, cv2.LINE_AA, SUBPIXEL_BITS)
            cv2.fillPoly(self._fill, rings, 255, cv2.LINE_AA, SUBPIXEL_BITS)

    def encode(self) -> bytes:
        """WebP bytes."""
        shade = np.asarray(cv2.dilate(self._line, np.ones((3, 3), dtype=np.uint8)), dtype=np.uint8)
        index = (self._line >> 5 << 2) | (shade >> 7 << 1) | (self._fill >> 7)
        return encode_webp(PALETTE[index].view(np.uint8).reshape(*index.shape, 4))


def draw_overlay(polygons: Sequence[Polygon], width: int, height: int, side: int = SIDE_PX) -> bytes:
    """Transparent WebP with the outlines of the polygons of an image of `width` x `height` px, as large as its thumbnail."""
    overlay = Overlay(width, height, side)
    overlay.add(polygons)
    return overlay.encode()


def _palette() -> npt.NDArray[np.uint32]:
    """RGBA, packed, for 8 levels of line, 2 of shade and 2 of filling: so few colours keep the file small."""
    line, shade, fill = np.meshgrid(np.linspace(0, 1, 8), [0, 1], [0, 1], indexing="ij")
    accent = np.maximum(line, FILL_OPACITY * fill)
    opacity = np.maximum(accent, SHADE_OPACITY * shade)
    strength = accent / np.maximum(opacity, 1e-6)
    colours = np.where(opacity[..., None] > 0, SHADE + strength[..., None] * (ACCENT - SHADE), 0)
    rgba = np.rint(np.concatenate([colours, 255 * opacity[..., None]], axis=3)).astype(np.uint8)
    packed: npt.NDArray[np.uint32] = rgba.reshape(-1).view(np.uint32)
    return packed


PALETTE = _palette()
