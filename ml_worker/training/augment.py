"""Random crops and intensities: what differs between microscopes must not matter to the network."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Ranges:
    """How far the augmentations go; probabilities are shares of crops."""

    scale: tuple[float, float] = (0.5, 1.8)
    gain: tuple[float, float] = (0.6, 1.3)
    offset: float = 0.15
    log_gamma: float = 0.5
    blur: tuple[float, float] = (0.4, 1.8)
    noise: tuple[float, float] = (0.01, 0.1)
    inverted: float = 0.15


def _affine(rng: np.random.Generator, shape: tuple[int, int], size: int, ranges: Ranges) -> NDArray[np.float64]:
    scale = float(np.exp(rng.uniform(*np.log(ranges.scale))))
    angle = float(rng.uniform(0, 360)) if rng.random() < 0.5 else 90.0 * float(rng.integers(4))
    reach = size / scale / 2
    centre = [float(rng.uniform(min(reach, side / 2), max(side - reach, side / 2))) for side in shape]
    matrix = cv2.getRotationMatrix2D((centre[1], centre[0]), angle, scale).astype(np.float64)
    matrix[:, 2] += size / 2 - np.array([centre[1], centre[0]])
    if rng.random() < 0.5:
        matrix[0] = [0, 0, size - 1] - matrix[0]
    return matrix


def crop(image: Image, labels: Labels, rng: np.random.Generator, size: int, ranges: Ranges) -> tuple[Image, Labels]:
    """A (size, size) piece at a random place, scale, rotation and flip; mirrored where it leaves the image."""
    matrix = _affine(rng, (labels.shape[0], labels.shape[1]), size, ranges)
    edge = cv2.BORDER_REFLECT_101
    pixels = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=edge)
    pieces = cv2.warpAffine(labels.astype(np.float32), matrix, (size, size), flags=cv2.INTER_NEAREST, borderMode=edge)
    return np.asarray(pixels, np.float32), pieces.astype(np.int32)


def _recolour(image: Image, rng: np.random.Generator) -> Image:
    if rng.random() < 0.25:
        return np.repeat(image.mean(2, keepdims=True), 3, axis=2)
    return image[..., rng.permutation(3)] if rng.random() < 0.3 else image


def vary_intensity(image: Image, rng: np.random.Generator, ranges: Ranges) -> Image:
    """Colour, inversion, gamma, gain, offset, blur and noise of a (H, W, 3) image."""
    image = _recolour(image, rng)
    if rng.random() < ranges.inverted:
        image = 1 - image
    if rng.random() < 0.5:
        gamma = np.float32(np.exp(rng.uniform(-ranges.log_gamma, ranges.log_gamma)))
        image = np.sign(image) * np.abs(image) ** gamma
    image = image * np.float32(rng.uniform(*ranges.gain)) + np.float32(rng.uniform(-ranges.offset, ranges.offset))
    if rng.random() < 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(*ranges.blur)), np.float32)
    if rng.random() < 0.4:
        image = image + rng.normal(0, rng.uniform(*ranges.noise), image.shape).astype(np.float32)
    return np.ascontiguousarray(image, np.float32)
