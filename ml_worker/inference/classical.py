"""The model without a network: Otsu's threshold and a watershed of the distance transform.

Otsu, IEEE Trans. SMC 1979; splitting touching blobs by the watershed of their distance transform: Beucher and Lantuejoul 1979.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.segmentation import watershed

from ml_worker.inference.postprocess import FULL, Labels, Maps, Mask, Settings, drop_small

SMOOTHING = 1.0
TOP = 65535
CLEAR_MAJORITY = 0.65
PEAK_SHARE = 0.9


def grey_of(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W, 1 or 3) -> (H, W), a little smoothed: the mean of the colours."""
    grey = image.mean(axis=2, dtype=np.float32) if image.shape[2] == 3 else image[:, :, 0]
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), SMOOTHING), np.float32)


def levels_of(grey: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint16]:
    """Grey values between the lowest and the highest as steps 0 to TOP."""
    return ((grey - low) * (TOP / (high - low))).astype(np.uint16)


def _otsu(grey: NDArray[np.float32], low: float, high: float) -> float:
    level, _ = cv2.threshold(levels_of(grey, low, high), 0, TOP, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return low + float(level) / TOP * (high - low)


def is_dark_foreground(grey: NDArray[np.float32], threshold: float) -> bool:
    """Whether the objects are the darker class: the background fills clearly more of the image, or else varies less."""
    bright = grey > threshold
    share = float(bright.mean())
    if share > CLEAR_MAJORITY or share < 1 - CLEAR_MAJORITY:
        return share > CLEAR_MAJORITY
    return float(grey[bright].std()) < float(grey[~bright].std())


def foreground_map(image: NDArray[np.float32]) -> Maps:
    """Stretched (H, W, 1 or 3) image -> (1, H, W) map in steps of 1/255: half at Otsu's threshold, linear in intensity.

    A constant image has no foreground.
    """
    grey = grey_of(image)
    low, high = float(grey.min()), float(grey.max())
    if high <= low:
        return np.zeros((1, *grey.shape), np.uint8)
    threshold = _otsu(grey, low, high)
    return map_of(grey, threshold, high - low, is_dark=is_dark_foreground(grey, threshold))[None]


def map_of(grey: NDArray[np.float32], threshold: float, span: float, *, is_dark: bool) -> Maps:
    """Grey values (H, W) of an image whose values span so much -> (H, W) of its map."""
    above = (grey - np.float32(threshold)) / np.float32(span)
    soft = np.clip(np.float32(0.5) + (-above if is_dark else above), 0, 1)
    levels: Maps = np.rint(soft * FULL).astype(np.uint8)
    return levels


def _typical_radius(distance: NDArray[np.float32], mask: Mask) -> int:
    """The median of the blobs' largest distances, px, as an odd number of at least 3."""
    blobs, found = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    radii = np.zeros(blobs, np.float32)
    np.maximum.at(radii, np.asarray(found, np.int32).ravel(), distance.ravel())
    return max(3, int(np.median(radii[1:])) | 1) if blobs > 1 else 3


def _peaks(distance: NDArray[np.float32], mask: Mask, reach: int) -> Labels:
    """Pixels near the top of the distance map within a neighbourhood of the size of a typical blob."""
    summit = cv2.dilate(distance, cv2.getStructuringElement(cv2.MORPH_RECT, (2 * reach + 1, 2 * reach + 1)))
    tops = (mask & (distance >= PEAK_SHARE * summit)).astype(np.uint8)
    return np.asarray(cv2.connectedComponents(tops, connectivity=4, ltype=cv2.CV_32S)[1], np.int32)


def _foreground(maps: Maps, settings: Settings) -> NDArray[np.uint8]:
    mask = cv2.morphologyEx((maps[0] > FULL * settings.foreground).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(mask, np.uint8)


def _smooth_distance(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    exact = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(cv2.GaussianBlur(exact, (0, 0), SMOOTHING), np.float32)


def typical_radius(maps: Maps, settings: Settings) -> int:
    """How far apart peaks are looked for in these maps, px; pieces of one image must agree about it."""
    mask = _foreground(maps, settings)
    return 3 if mask.all() else _typical_radius(_smooth_distance(mask), mask > 0)


def label_foreground(maps: Maps, settings: Settings) -> Labels:
    """(1, H, W) map -> (H, W) int32 labels 1..n: threshold, then one watershed basin a peak of the smoothed distance."""
    return label_with_peaks(maps, settings)[0]


def label_with_peaks(maps: Maps, settings: Settings, reach: int | None = None) -> tuple[Labels, Labels]:
    """The same, and the peaks; `reach` is the typical radius, if it is known already."""
    mask = _foreground(maps, settings)
    if mask.all():
        return np.ones(mask.shape, np.int32), np.ones(mask.shape, np.int32)
    distance = _smooth_distance(mask)
    peaks = _peaks(distance, mask > 0, reach or _typical_radius(distance, mask > 0))
    basins = watershed(-distance, peaks, mask=mask > 0)  # type: ignore[no-untyped-call]
    return drop_small(np.asarray(basins, np.int32), settings.min_area_px), peaks
