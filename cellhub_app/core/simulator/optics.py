"""What a microscope does to a perfect picture: shapes, texture, light that is not even, blur, photon and camera noise."""

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]

SUBPIXEL_BITS = 4


def blob_outline(rng: np.random.Generator, radius: float, elongation: float, roughness: float, harmonics: int = 6) -> Field:
    """A closed smooth outline (96, 2) of x, y about the origin, px: an ellipse of area pi * radius² with random radial waves."""
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    order = np.arange(2, 2 + harmonics)
    amplitude = rng.normal(0, 1.5 * roughness / order**1.4)
    phase = rng.uniform(0, 2 * np.pi, harmonics)
    reach = radius * (1 + (amplitude[:, None] * np.cos(order[:, None] * angle + phase[:, None])).sum(axis=0))
    x, y = reach * np.cos(angle) * np.sqrt(elongation), reach * np.sin(angle) / np.sqrt(elongation)
    turn = rng.uniform(0, 2 * np.pi)
    return np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1).astype(np.float32)


def fill_outline(outline: Field, height: int, width: int) -> tuple[Mask, int, int]:
    """A filled outline (n, 2) as a crop of the picture: (mask of 0 and 1, x0, y0). The crop is empty when it lies outside."""
    x0, y0 = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 1, 0)
    x1, y1 = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 2, [width, height])
    mask = np.zeros((max(0, y1 - y0), max(0, x1 - x0)), dtype=np.uint8)
    if mask.size:
        points = np.rint((outline - [x0, y0]) * (1 << SUBPIXEL_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [points], 1, shift=SUBPIXEL_BITS)
    return mask, int(x0), int(y0)


def texture(rng: np.random.Generator, height: int, width: int, grain_px: float) -> Field:
    """Smooth noise of mean 0 and standard deviation 1 with grains of the given size."""
    step = max(1, int(grain_px / 2))
    rough = rng.standard_normal((height // step + 3, width // step + 3), dtype=np.float32)
    field = cv2.GaussianBlur(rough, (0, 0), grain_px / step)
    field = cv2.resize(field, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)[:height, :width]
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def uneven_light(rng: np.random.Generator, height: int, width: int, strength: float) -> Field:
    """A light field around 1 that falls by about `strength` from its off-centre maximum to the farthest corner."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centre_x, centre_y = rng.uniform(0.25, 0.75, 2) * (width, height)
    distance = ((x - centre_x) / width) ** 2 + ((y - centre_y) / height) ** 2
    field = 1 - strength * distance + 0.05 * strength * texture(rng, height, width, max(height, width) / 6)
    return np.asarray(field, dtype=np.float32)


def blur(image: Field, sigma_px: float) -> Field:
    """Gaussian blur, the usual model of a point spread function in focus."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), dtype=np.float32)


def expose(
    rng: np.random.Generator, light: Field, *, photons: float, read_noise: float, bit_depth: int, offset: float
) -> npt.NDArray[np.integer]:
    """The picture that a camera takes of light in 0..1 (more saturates).

    `photons` arrive at light 1, `read_noise` is in electrons, `offset` the black level as a share of the range. uint8 for a bit depth of 8,
    uint16 above.
    """
    electrons = rng.poisson(np.maximum(light, 0) * photons) + rng.normal(0, read_noise, light.shape)
    top = (1 << bit_depth) - 1
    grey = np.rint((offset + (1 - offset) * electrons / photons) * top)
    return np.clip(grey, 0, top).astype(np.uint8 if bit_depth <= 8 else np.uint16)
