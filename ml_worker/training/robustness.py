"""The same images as other microscopes would have taken them: what a model loses when contrast, size, depth or noise change."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.preprocess import Pixels

Pair = tuple[Pixels, NDArray[np.integer]]
NOISE = 0.1
DIMMED_TO = 0.1


def _resized(image: NDArray[np.uint8], labels: NDArray[np.integer], factor: float) -> Pair:
    smooth = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    pixels = cv2.resize(image, None, fx=factor, fy=factor, interpolation=smooth)
    pieces = cv2.resize(labels.astype(np.float32), None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    return pixels if pixels.ndim == 3 else pixels[:, :, None], pieces.astype(np.int32)


def as_it_is(image: NDArray[np.uint8], labels: NDArray[np.integer]) -> Pair:
    """The image itself."""
    return image, labels


def inverted(image: NDArray[np.uint8], labels: NDArray[np.integer]) -> Pair:
    """Dark objects on a bright ground, or the other way round."""
    return 255 - image, labels


def half_size(image: NDArray[np.uint8], labels: NDArray[np.integer]) -> Pair:
    """Half the magnification."""
    return _resized(image, labels, 0.5)


def double_size(image: NDArray[np.uint8], labels: NDArray[np.integer]) -> Pair:
    """Twice the magnification."""
    return _resized(image, labels, 2.0)


def sixteen_bit(image: NDArray[np.uint8], labels: NDArray[np.integer]) -> Pair:
    """A 12-bit camera on a pedestal, stored in 16 bits."""
    return image.astype(np.uint16) * 15 + 200, labels


def dim(image: NDArray[np.uint8], labels: NDArray[np.integer]) -> Pair:
    """A tenth of the exposure: some 25 grey levels are left."""
    return np.rint(image * DIMMED_TO).astype(np.uint8), labels


def noisy(image: NDArray[np.uint8], labels: NDArray[np.integer]) -> Pair:
    """Gaussian noise of a tenth of the image's own range (percentiles 1 to 99.8), always the same for the same image."""
    low, high = np.percentile(image, (1, 99.8))
    rng = np.random.default_rng(int(image.sum()))
    grain = rng.normal(0, NOISE * max(1.0, high - low), image.shape)
    return np.clip(np.rint(image + grain), 0, 255).astype(np.uint8), labels


VARIANTS: dict[str, Callable[[NDArray[np.uint8], NDArray[np.integer]], Pair]] = {
    "inverted": inverted,
    "halfSize": half_size,
    "doubleSize": double_size,
    "sixteenBit": sixteen_bit,
    "dim": dim,
    "noisy": noisy,
}
