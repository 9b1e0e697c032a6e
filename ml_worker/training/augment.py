"""Random crops and intensities: what differs between microscopes must not matter to the network."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ml_worker.inference.preprocess import smoothing
from ml_worker.inference.scale import TRAINED_PX

Image = NDArray[np.float32]
Labels = NDArray[np.int32]
Field = NDArray[np.float32]


@dataclass(frozen=True)
class Ranges:
    """How far the augmentations go; shares are the parts of the crops that get one, lengths are in pixels of the crop."""

    diameter_px: tuple[float, float] = TRAINED_PX
    largest_px: float = 48.0
    scale: tuple[float, float] = (0.2, 3.0)
    elastic_share: float = 0.2
    elastic_px: tuple[float, float] = (1.0, 5.0)
    elastic_grid: tuple[int, int] = (3, 8)
    gain: tuple[float, float] = (0.6, 1.3)
    offset: float = 0.15
    log_gamma: float = 0.5
    light_share: float = 0.25
    light: float = 0.5
    blur: tuple[float, float] = (0.4, 1.8)
    noise: tuple[float, float] = (0.01, 0.12)
    inverted: float = 0.35
    dropped: float = 0.1
    dim: float = 0.1
    levels: tuple[float, float] = (4.0, 40.0)


def _scale(rng: np.random.Generator, diameter: float | None, ranges: Ranges) -> float:
    """A factor that brings the typical diameter somewhere into the range, which for large objects reaches up to what they measure.

    So small objects are seen larger, and large ones both as they are (a network has to know what they look like to say how large they
    are) and smaller. Around 1 when nothing is known of the diameter.
    """
    low, high = ranges.diameter_px
    own = diameter or float(np.sqrt(low * high))
    wanted = float(np.exp(rng.uniform(np.log(low), np.log(max(high, min(own, ranges.largest_px))))))
    return float(np.clip(wanted / own, *ranges.scale))


def _affine(rng: np.random.Generator, shape: tuple[int, int], size: int, ranges: Ranges, diameter: float | None) -> NDArray[np.float64]:
    scale = _scale(rng, diameter, ranges)
    angle = float(rng.uniform(0, 360)) if rng.random() < 0.5 else 90.0 * float(rng.integers(4))
    reach = size / scale / 2
    centre = [float(rng.uniform(min(reach, side / 2), max(side - reach, side / 2))) for side in shape]
    matrix = cv2.getRotationMatrix2D((centre[1], centre[0]), angle, scale).astype(np.float64)
    matrix[:, 2] += size / 2 - np.array([centre[1], centre[0]])
    if rng.random() < 0.5:
        matrix[0] = [0, 0, size - 1] - matrix[0]
    return matrix


def _smooth_field(rng: np.random.Generator, cells: int, size: int) -> Field:
    """Smooth noise of shape (size, size), standard normal at the knots of a `cells` x `cells` grid."""
    knots = rng.standard_normal((cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(knots, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _elastic(image: Image, labels: Labels, rng: np.random.Generator, ranges: Ranges) -> tuple[Image, Labels]:
    """Both moved by the same smooth displacements (Simard et al., ICDAR 2003)."""
    size = labels.shape[0]
    cells = int(rng.integers(ranges.elastic_grid[0], ranges.elastic_grid[1] + 1))
    strength = np.float32(rng.uniform(*ranges.elastic_px))
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    rows += strength * _smooth_field(rng, cells, size)
    columns += strength * _smooth_field(rng, cells, size)
    edge = cv2.BORDER_REFLECT_101
    pixels = cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=edge)
    pieces = cv2.remap(labels.astype(np.float32), columns, rows, cv2.INTER_NEAREST, borderMode=edge)
    return np.asarray(pixels, np.float32), pieces.astype(np.int32)


def _window(matrix: NDArray[np.float64], shape: tuple[int, int], size: int) -> tuple[slice, slice]:
    """The rows and columns that a crop can see, with what it mirrors where it leaves the image."""
    corners = np.array([[0, 0, 1], [size, 0, 1], [0, size, 1], [size, size, 1]], np.float64)
    places = corners @ cv2.invertAffineTransform(matrix).astype(np.float64).T
    reach = float(np.ptp(places, axis=0).max())
    slices = []
    for low, high, side in ((places[:, 1].min(), places[:, 1].max(), shape[0]), (places[:, 0].min(), places[:, 0].max(), shape[1])):
        inside = low >= 1 and high <= side - 2
        slices.append(slice(int(low) - 1, int(high) + 2) if inside else slice(max(0, int(low - reach)), min(side, int(high + reach) + 2)))
    return slices[0], slices[1]


def _shrunk(image: Image, matrix: NDArray[np.float64]) -> tuple[Image, NDArray[np.float64]]:
    """The image and the matrix for a crop of it, after means over k x k pixels where the matrix shrinks by k or more: nothing aliases."""
    times = int(1 / np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    height, width = image.shape[0] // times if times else 0, image.shape[1] // times if times else 0
    if times < 2 or min(height, width) < 2:
        return image, matrix
    small = cv2.resize(image[: height * times, : width * times], (width, height), interpolation=cv2.INTER_AREA)
    coarser = np.array([[times, 0, (times - 1) / 2], [0, times, (times - 1) / 2], [0, 0, 1]], np.float64)
    return np.asarray(small, np.float32).reshape(height, width, *image.shape[2:]), matrix @ coarser


def _unchanged(image: NDArray[np.generic]) -> Image:
    return np.asarray(image, np.float32)


def crop(
    image: NDArray[np.generic],
    labels: NDArray[np.integer],
    rng: np.random.Generator,
    size: int,
    ranges: Ranges,
    stretch: Callable[[NDArray[np.generic]], Image] = _unchanged,
    diameter: float | None = None,
) -> tuple[Image, Labels]:
    """A (size, size) piece at a random place, scale, rotation, flip and sometimes bent; mirrored where it leaves the image.

    `stretch` makes float32 of the part of the image that the piece needs; `diameter` is what the image's objects measure, in px.
    """
    matrix = _affine(rng, (labels.shape[0], labels.shape[1]), size, ranges, diameter)
    rows, columns = _window(matrix, (labels.shape[0], labels.shape[1]), size)
    matrix[:, 2] += matrix[:, :2] @ np.array([columns.start, rows.start], np.float64)
    edge = cv2.BORDER_REFLECT_101
    seen, marked = stretch(image[rows, columns]), labels[rows, columns].astype(np.float32)
    fine, finer = _shrunk(seen, matrix)
    pixels = np.asarray(cv2.warpAffine(fine, finer, (size, size), flags=cv2.INTER_LINEAR, borderMode=edge), np.float32)
    pieces = cv2.warpAffine(marked, matrix, (size, size), flags=cv2.INTER_NEAREST, borderMode=edge).astype(np.int32)
    if rng.random() < ranges.elastic_share:
        return _elastic(pixels, pieces, rng, ranges)
    return pixels, pieces


def _recolour(image: Image, rng: np.random.Generator, ranges: Ranges) -> Image:
    if rng.random() < 0.25:
        return np.repeat(image.mean(2, keepdims=True), 3, axis=2)
    if rng.random() < ranges.dropped:
        image = image.copy()
        image[..., int(rng.integers(3))] = 0
    return image[..., rng.permutation(3)] if rng.random() < 0.3 else image


def _light(image: Image, rng: np.random.Generator, ranges: Ranges) -> Image:
    """Uneven light: a smooth factor of at most 1 +- `light`."""
    field = np.clip(_smooth_field(rng, int(rng.integers(2, 4)), image.shape[0]), -2, 2) / 2
    return np.asarray(image * (1 + np.float32(rng.uniform(0, ranges.light)) * field)[..., None], np.float32)


def _dim(image: Image, rng: np.random.Generator, ranges: Ranges) -> Image:
    """What is left of the image in few grey levels, smoothed as such images are before a network sees them."""
    levels = float(np.exp(rng.uniform(*np.log(ranges.levels))))
    rounded = np.rint(image * levels) / np.float32(levels)
    sigma = smoothing(levels)
    return np.asarray(cv2.GaussianBlur(rounded, (0, 0), sigma) if sigma else rounded, np.float32)


def vary_intensity(image: Image, rng: np.random.Generator, ranges: Ranges) -> Image:
    """Colour, dropped channels, inversion, gamma, gain, offset, uneven light, blur, noise and few levels of a square (S, S, 3) image."""
    image = _recolour(image, rng, ranges)
    if rng.random() < ranges.inverted:
        image = 1 - image
    if rng.random() < 0.5:
        gamma = np.float32(np.exp(rng.uniform(-ranges.log_gamma, ranges.log_gamma)))
        image = np.sign(image) * np.abs(image) ** gamma
    image = image * np.float32(rng.uniform(*ranges.gain)) + np.float32(rng.uniform(-ranges.offset, ranges.offset))
    if rng.random() < ranges.light_share:
        image = _light(image, rng, ranges)
    if rng.random() < 0.3:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(*ranges.blur)), np.float32)
    if rng.random() < 0.4:
        image = image + rng.normal(0, rng.uniform(*ranges.noise), image.shape).astype(np.float32)
    if rng.random() < ranges.dim:
        image = _dim(image, rng, ranges)
    return np.ascontiguousarray(image, np.float32)
