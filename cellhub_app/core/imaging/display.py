"""How a plane is shown: eight bits, three colours, contrast stretched where the original would look black."""

import io
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.percentiles import percentiles

Rgb = npt.NDArray[np.uint8]

LOW_PERCENT, HIGH_PERCENT = 0.2, 99.8
DIM_BELOW = 100  # 8-bit pictures whose brightest parts stay below are stretched, as a microscopist would
SAMPLES = 500_000
MAX_DISPLAY_SIDE = 8192
ROWS_AT_ONCE = 256  # keeps the floating-point copy of a large plane small
CHANNEL_COLOURS = np.array([[0.35, 0.55, 1.0], [0.2, 1.0, 0.35], [1.0, 0.25, 0.25], [1.0, 0.3, 1.0]])


def to_display(plane: Plane, is_rgb: bool | None = None) -> Rgb:
    """A plane (H, W, C) of any pixel type as uint8 (H, W, 3).

    One channel becomes grey. Three are taken for red, green and blue unless `is_rgb` says no, and keep their balance. Other numbers, and
    three that are not colours, are added up in blue, green, red and magenta, the first four only. Eight-bit values stay as they are unless
    very dim; deeper ones are stretched between the percentiles 0.2 and 99.8. What is not finite shows as black.
    """
    channels = plane.shape[2]
    if channels == 3 and is_rgb is not False:
        return _stretched(plane)
    if channels == 1:
        return np.repeat(_stretched(plane), 3, axis=2)
    shown = np.zeros((*plane.shape[:2], 3), dtype=np.uint8)
    for channel, colour in zip(range(channels), CHANNEL_COLOURS, strict=False):
        grey = _stretched(plane[:, :, channel : channel + 1])
        for component in range(3):
            shown[:, :, component] = cv2.add(shown[:, :, component], cv2.multiply(grey[:, :, 0], colour[component]))
    return shown


def limit_side(rgb: Rgb, longest: int = MAX_DISPLAY_SIDE) -> Rgb:
    """The picture (H, W, 3), made smaller where a side is longer than `longest` px; never larger."""
    height, width = fitted_size(rgb.shape[0], rgb.shape[1], longest)
    if (height, width) == rgb.shape[:2]:
        return rgb
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def fitted_size(height: int, width: int, side: int) -> tuple[int, int]:
    """Height and width of a picture scaled down to fit a square; at least 1 px each."""
    scale = min(1.0, side / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def encode_webp(pixels: npt.NDArray[np.uint8], quality: int = 90) -> bytes:
    """WebP bytes of RGB (H, W, 3) at a quality of 0 to 100, or of RGBA (H, W, 4) without loss."""
    out = io.BytesIO()
    if pixels.shape[2] == 4:
        Image.fromarray(pixels).save(out, "WEBP", lossless=True, quality=0, method=0)
    else:
        Image.fromarray(pixels).save(out, "WEBP", quality=quality, method=2)
    return out.getvalue()


def _stretched(plane: Plane) -> Rgb:
    """All channels with one window, so that colours keep their balance."""
    low, high = _window(plane)
    if plane.dtype == np.uint8 and (high >= DIM_BELOW or high <= low):
        return np.asarray(plane, dtype=np.uint8)
    if high <= low:
        return np.zeros(plane.shape, dtype=np.uint8)
    shown = np.empty(plane.shape, dtype=np.uint8)
    precision: Any = np.float32 if plane.dtype.itemsize <= 2 else np.float64
    for top in range(0, len(plane), ROWS_AT_ONCE):
        rows = (plane[top : top + ROWS_AT_ONCE].astype(precision) - precision(low)) * precision(255 / (high - low))
        np.nan_to_num(rows, copy=False, posinf=0, neginf=0)
        shown[top : top + ROWS_AT_ONCE] = np.rint(np.clip(rows, 0, 255, out=rows), out=rows)
    return shown


def _window(plane: npt.NDArray[Any]) -> tuple[float, float]:
    """The percentiles of the finite values of a regular sample."""
    step = max(1, int(np.sqrt(plane.shape[0] * plane.shape[1] / SAMPLES)))
    sample = plane[::step, ::step]
    if not np.issubdtype(sample.dtype, np.integer):
        sample = sample[np.isfinite(sample)].astype(np.float64)
    if not sample.size:
        return 0.0, 0.0
    low, high = percentiles(sample, (LOW_PERCENT, HIGH_PERCENT))
    return low, high
