"""Is a picture worth segmenting? An empty field, saturated pixels and blur are told before anybody believes in the outlines.

Pure and cheap: evenly spaced pixels for saturation, block means for emptiness (of a very large picture evenly spaced ones), four small
windows for blur.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.imaging.flaws import Flaw

Pixels = NDArray[np.generic]
Grey = NDArray[np.float32]

SAMPLES = 200_000
BLOCK = 8
BLOCKS = 2_000_000  # 128 megapixels; in larger pictures blocks are left out between those that are looked at
WINDOW = 160
WINDOWS = 3
CEILINGS = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 16))
SATURATED_SHARE = 0.01
NOISE_FOLD = 5.0
BLUR_SIGMA_PX = 5.5
LEVELS_MIN = 1.5


SENTENCES: dict[Flaw, str] = {
    "empty": "The field looks empty: nothing in it stands out from the noise.",
    "saturated": "Many pixels are saturated: shapes and intensities there are cut off.",
    "blurred": "The picture looks blurred: outlines may be too large and neighbours may be merged.",
}


def assess(image: Pixels) -> tuple[Flaw, ...]:
    """The flaws of an image (H, W) or (H, W, C) of any type, in the order of Flaw; none for a picture to rely on."""
    planes = image[:, :, None] if image.ndim == 2 else image
    saturated: tuple[Flaw, ...] = ("saturated",) if _is_saturated(planes) else ()
    grey = _grey(planes)
    if min(grey.shape) < 4 * BLOCK:
        return saturated
    stride = int(np.ceil(np.sqrt(grey.size / BLOCK**2 / BLOCKS)))
    means = _block_means(grey, stride)
    if _is_empty(grey, means):
        return ("empty",)
    return (*saturated, "blurred") if _edge_sigma(grey, means, stride) > BLUR_SIGMA_PX else saturated


def _grey(planes: Pixels) -> Grey:
    """One plane to look at: the mean of RGB, else the channel with the most contrast; large images keep whole pixels, only fewer rows."""
    if planes.shape[2] == 1:
        return np.asarray(planes[:, :, 0])  # type: ignore[return-value]
    if planes.shape[2] == 3:
        return np.asarray(planes[:, :, 1])  # type: ignore[return-value]
    spreads = [float(np.std(planes[::16, ::16, channel].astype(np.float32))) for channel in range(planes.shape[2])]
    return np.asarray(planes[:, :, int(np.argmax(spreads))])  # type: ignore[return-value]


def _is_saturated(planes: Pixels) -> bool:
    if not np.issubdtype(planes.dtype, np.integer):
        return False
    step = max(1, int(np.sqrt(planes.shape[0] * planes.shape[1] / SAMPLES)))
    some = planes[::step, ::step]
    top = int(some.max(initial=0))  # type: ignore[call-overload]
    if top not in CEILINGS:
        return False
    at_top = np.all(some == top, axis=2) if planes.shape[2] == 3 else np.any(some == top, axis=2)
    share = float(at_top.mean())
    # More than half at the top is a white background or a mask, not objects that are cut off.
    return SATURATED_SHARE < share < 0.5


def _block_means(grey: Grey, stride: int) -> Grey:
    """The mean of every `stride`-th block of every `stride`-th row of blocks."""
    height, width = (side // BLOCK for side in grey.shape)
    if stride <= 1:
        return _means(grey[: height * BLOCK, : width * BLOCK], height, width)
    rows = [_means(grey[y * BLOCK : (y + 1) * BLOCK, : width * BLOCK], 1, width)[:, ::stride] for y in range(0, height, stride)]
    return np.concatenate(rows)


def _means(whole: Grey, height: int, width: int) -> Grey:
    kind = whole if whole.dtype in (np.uint8, np.uint16, np.float32) else whole.astype(np.float32)
    means = np.asarray(cv2.resize(kind, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    return np.nan_to_num(means, nan=0.0, posinf=0.0, neginf=0.0)


def _is_empty(grey: Grey, means: Grey) -> bool:
    """Whether blocks differ no more than noise and an uneven light let them."""
    around = cv2.GaussianBlur(means, (0, 0), max(2.0, min(means.shape) / 8), borderType=cv2.BORDER_REFLECT)
    low, high = np.percentile(means - around, (0.5, 99.5))
    noise = _noise(grey)
    rounding = LEVELS_MIN if np.issubdtype(grey.dtype, np.integer) else 0.0
    return bool(high - low <= max(NOISE_FOLD * 2 * noise / BLOCK, rounding))


def _noise(grey: Grey) -> float:
    """Standard deviation of the noise from a mask that neither edges nor slopes answer to (Immerkaer, CVIU 1996); medians, not means."""
    window = _windows(grey, [(grey.shape[0] // 2, grey.shape[1] // 2)])[0]
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    answer = np.abs(cv2.filter2D(window, cv2.CV_32F, mask)[::2, ::2])
    return float(np.median(answer)) / 0.6745 / 6


def _edge_sigma(grey: Grey, means: Grey, stride: int) -> float:
    """Width of the sharpest edges as the sigma of a blurred step, in pixels, where blocks differ most from their neighbours."""
    contrast = float(np.subtract(*np.percentile(means, (99.5, 0.5))))
    if contrast <= 0:
        return 0.0
    steps = np.abs(means - cv2.blur(means, (5, 5)))
    places = []
    for _ in range(WINDOWS):
        y, x = np.unravel_index(int(np.argmax(steps)), steps.shape)
        places.append((int(y) * BLOCK * stride, int(x) * BLOCK * stride))
        reach = max(1, WINDOW // (BLOCK * stride) // 2)
        steps[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach] = 0
    sharpest = 0.0
    for window in _windows(grey, places):
        smooth = cv2.GaussianBlur(window, (0, 0), 1.5)
        low, high = np.percentile(smooth[::4, ::4], (1, 99))
        if high - low > 0.2 * contrast:
            dx, dy = (cv2.Sobel(smooth, cv2.CV_32F, x, 1 - x, scale=1 / 8) for x in (1, 0))
            sharpest = max(sharpest, float(np.percentile(cv2.magnitude(dx, dy)[::2, ::2], 99.5)) / float(high - low))
    return 1 / (sharpest * float(np.sqrt(2 * np.pi))) if sharpest > 0 else 0.0


def _windows(grey: Grey, centres: list[tuple[int, int]]) -> list[Grey]:
    found = []
    for y, x in centres:
        top = min(max(0, y - WINDOW // 2), max(0, grey.shape[0] - WINDOW))
        left = min(max(0, x - WINDOW // 2), max(0, grey.shape[1] - WINDOW))
        piece = grey[top : top + WINDOW, left : left + WINDOW].astype(np.float32)
        found.append(np.nan_to_num(piece, nan=0.0, posinf=0.0, neginf=0.0))
    return found
