"""A picture to lay over an image: where the models of a face-off disagree about what is foreground."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.imaging.display import encode_webp, fitted_size

SIDE_PX = 2048
COLOUR = (249, 115, 22)
OPACITY = 205


def draw_disagreement(votes: NDArray[np.uint8], models: int) -> bytes:
    """Transparent WebP of votes (H, W), 0 to `models` of them a pixel: the nearer to half of the models, the more opaque.

    The longest side is at most 2048 px.
    """
    split = 1 - np.abs(2 * np.arange(models + 1) / models - 1)
    opacity = np.rint(OPACITY * split).astype(np.uint8)[votes]
    height, width = fitted_size(votes.shape[0], votes.shape[1], SIDE_PX)
    if (height, width) != votes.shape:
        opacity = np.asarray(cv2.resize(opacity, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3], pixels[..., 3] = np.where(opacity[..., None] > 0, np.array(COLOUR, np.uint8), np.uint8(0)), opacity
    return encode_webp(pixels)
