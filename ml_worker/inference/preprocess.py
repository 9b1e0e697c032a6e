"""Any microscope image -> the float32 three-channel image that the networks were trained on."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.imaging.percentiles import percentiles

Pixels = NDArray[np.generic]
LOW_PERCENTILE, HIGH_PERCENTILE = 1.0, 99.8
CEILING = 1.5
SAMPLES = 1_000_000
FEW_LEVELS = ((16, 2.0), (32, 1.0))  # grey levels, and the sigma in px that hides the steps between fewer than those


def select_channels(image: Pixels, channel: int = 0) -> Pixels:
    """(H, W) or (H, W, C) -> (H, W, 1) or (H, W, 3): RGB is kept, of any other number of channels one is taken.

    Raises ValueError when the image has no such channel or no pixels.
    """
    planes = image[:, :, None] if image.ndim == 2 else image
    if planes.ndim != 3 or 0 in planes.shape:
        raise ValueError(f"expected an image of height, width and channels, got shape {image.shape}")
    if planes.shape[2] in (1, 3):
        return planes
    if not 0 <= channel < planes.shape[2]:
        raise ValueError(f"the image has {planes.shape[2]} channels, there is no channel {channel}")
    return planes[:, :, channel : channel + 1]


def _finite(image: Pixels) -> NDArray[np.float32]:
    values = image.astype(np.float32)
    if np.issubdtype(image.dtype, np.floating) and not np.isfinite(values).all():
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return values


def smoothing(levels: float) -> float:
    """The sigma in px of the Gaussian for an image of so many grey levels: noise that was rounded away leaves contours like objects'."""
    return next((sigma for fewer_than, sigma in FEW_LEVELS if 0 < levels < fewer_than), 0.0)


@dataclass(frozen=True)
class Stretch:
    """Maps `low` to 0 and `low + span` to 1, clipped to 0 .. 1.5; span 0 (a constant image) maps everything to 0.

    `smooth` is the sigma in px of a Gaussian that comes before, for images of few grey levels; 0 for all others.
    """

    low: np.float32
    span: np.float32
    smooth: float = 0.0

    @classmethod
    def of(cls, image: Pixels) -> "Stretch":
        """Percentiles 1 and 99.8 over all channels together, from about a million evenly spaced pixels."""
        step = max(1, int(np.sqrt(image.shape[0] * image.shape[1] / SAMPLES)))
        some = image[::step, ::step]
        counted = some if np.issubdtype(some.dtype, np.integer) else _finite(some)
        low, high = (np.float32(value) for value in percentiles(counted, (LOW_PERCENTILE, HIGH_PERCENTILE)))
        floor = np.finfo(np.float32).eps * max(abs(float(low)), abs(float(high)))
        span = np.float32(high - low if high - low > floor else 0)
        return cls(low, span, smoothing(float(span)) if np.issubdtype(image.dtype, np.integer) else 0.0)

    def __call__(self, image: Pixels) -> NDArray[np.float32]:
        """The stretched float32 image of the same shape."""
        values = _finite(image)
        if self.span == 0:
            return np.zeros_like(values)
        if self.smooth:
            values = np.asarray(cv2.GaussianBlur(values, (0, 0), self.smooth), np.float32).reshape(values.shape)
        values -= self.low
        values /= self.span
        return np.clip(values, np.float32(0), np.float32(CEILING), out=values)


def three_channels(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W, 1) repeated to (H, W, 3); (H, W, 3) as it is."""
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image


def to_network(image: Pixels, channel: int = 0) -> NDArray[np.float32]:
    """Image of any dtype, (H, W) or (H, W, C) -> float32 (H, W, 3), grey repeated. Raises ValueError as above."""
    planes = select_channels(image, channel)
    return three_channels(Stretch.of(planes)(planes))
