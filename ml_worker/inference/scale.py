"""How large objects are, and at what scale a network should see them.

Networks see objects best at the sizes they were trained on. Training crops are scaled so that their image's typical diameter falls into
TRAINED_PX, and an image whose objects are far from it is shown to the network smaller or larger, as the size network (sizes.py) says. A
card's `scaling` says from which sizes on, and to which; `cellhub-evaluate` writes it where that pays on the validation images.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ml_worker.inference import banded
from ml_worker.inference.forward import Maps
from ml_worker.inference.postprocess import Settings, label_maps
from ml_worker.inference.preprocess import Pixels
from ml_worker.inference.room import Between, is_large, nothing, room_for

TRAINED_PX = (14.0, 48.0)
SMALL_BLUR = 0.6
MIDDLE_PX = 512
FINEST = 16
MOST_UPSCALED = 16_000_000
KNOWN = (np.uint8, np.uint16, np.float32)


@dataclass(frozen=True)
class Scaling:
    """When an image is shown to the network at another size, in px of the typical diameter.

    Between `low` and `high` (which may be infinite) it is left as it is; else it is scaled to `target`, at most by `limits`.
    """

    low: float = 18.0
    high: float = 44.0
    target: float = 28.0
    limits: tuple[float, float] = (0.08, 2.5)

    @staticmethod
    def read(content: Mapping[str, Any] | None) -> "Scaling | None":
        """What a card says under `scaling`; its `highPx` is null where there is no upper end."""
        if content is None:
            return None
        return Scaling(content["lowPx"], math.inf if content["highPx"] is None else content["highPx"], content["targetPx"])

    def written(self) -> dict[str, float | None]:
        """The same as a card says it."""
        return {"lowPx": self.low, "highPx": self.high if math.isfinite(self.high) else None, "targetPx": self.target}

    def factor(self, diameter: float) -> float:
        """The factor for an image whose objects have this diameter, in steps of 1 / FINEST octaves.

        So an image is seen at the same size whatever else is computed beside it, though the diameter's last digits may differ.
        """
        if self.low <= diameter <= self.high:
            return 1.0
        low, high = self.limits
        return float(np.clip(2 ** (round(FINEST * math.log2(self.target / diameter)) / FINEST), low, high))


def resize_pixels(pixels: Pixels, factor: float, between: Between = nothing) -> Pixels:
    """(H, W, C) -> the same in another size and of the same type (float32 where OpenCV has no such type).

    A large image is resized band by band, and `between` called after each.
    """
    height, width = (max(1, round(side * factor)) for side in pixels.shape[:2])
    if is_large(*pixels.shape[:2]) or is_large(height, width):
        resized = room_for((height, width, pixels.shape[2]), height, width, pixels.dtype if pixels.dtype in KNOWN else np.float32)
        banded.resize(pixels, resized, between)
        return resized
    known: NDArray[Any] = pixels if pixels.dtype in KNOWN else pixels.astype(np.float32)
    smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(known, (width, height), interpolation=smooth)
    return resized[:, :, None] if resized.ndim == 2 else resized


def resize_maps(maps: Maps, shape: tuple[int, int], between: Between = nothing) -> Maps:
    """(C, h, w) maps -> (C, H, W), each linearly, or as means of pixels when it shrinks; large ones band by band as well."""
    if maps.shape[1:] == shape:
        return maps
    if is_large(*maps.shape[1:]) or is_large(*shape):
        resized = room_for((len(maps), *shape), *shape, np.uint8)
        for one, target in zip(maps, resized, strict=True):
            banded.resize(one[:, :, None], target[:, :, None], between)
        return resized
    smooth = cv2.INTER_AREA if maps.shape[1] > shape[0] else cv2.INTER_LINEAR
    return np.stack([np.asarray(cv2.resize(one, shape[::-1], interpolation=smooth), np.uint8) for one in maps])


def typical_diameter(labels: NDArray[np.integer]) -> float | None:
    """The typical equivalent diameter of the objects of a (H, W) label image, in px; None without objects.

    The geometric mean of the median over objects and the median over their pixels: a few specks beside one large body, or one
    large clump among cells, move it little.
    """
    areas = np.bincount(labels.ravel())[1:]
    areas = np.sort(areas[areas > 0])
    if areas.size == 0:
        return None
    middle = float(np.median(areas))
    share = np.cumsum(areas)
    heavy = float(areas[int(np.searchsorted(share, share[-1] / 2))])
    return float(2 * np.sqrt(np.sqrt(middle * heavy) / np.pi))


def diameter_in_the_middle(maps: Maps, settings: Settings) -> float | None:
    """The typical diameter of the objects in the middle of (3, H, W) maps, in px; None without objects."""
    y, x = (max(0, (side - MIDDLE_PX) // 2) for side in maps.shape[1:])
    middle = np.ascontiguousarray(maps[:, y : y + MIDDLE_PX, x : x + MIDDLE_PX])
    return typical_diameter(label_maps(middle, settings))


def sized_settings(maps: Maps, settings: Settings, scaling: Scaling | None) -> Settings:
    """The settings for these (3, H, W) maps: where objects are too small for the usual blur, less of it."""
    if scaling is None:
        return settings
    diameter = diameter_in_the_middle(maps, settings)
    if diameter is None or diameter >= scaling.low:
        return settings
    return replace(settings, blur_sigma=SMALL_BLUR * settings.blur_sigma)
