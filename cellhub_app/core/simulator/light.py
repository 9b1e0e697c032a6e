"""From a perfect field of light to a picture: illumination, wells, colour, noise, camera."""

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.simulator.optics import blur, texture
from cellhub_app.core.simulator.shapes import Field

TINTS = ((1.0, 0.93, 0.78), (0.9, 1.0, 0.85), (0.88, 0.95, 1.0), (1.0, 0.88, 0.92), (1.0, 1.0, 1.0), (1.0, 0.96, 0.6))
ABSORPTIONS = ((0.7, 1.0, 1.35), (1.0, 1.0, 1.0), (0.85, 1.0, 1.15), (1.06, 0.97, 1.0))


def uneven(rng: np.random.Generator, height: int, width: int) -> Field:
    """Light around 1 that falls off from a random middle, with soft patches."""
    y, x = np.mgrid[0:height:8, 0:width:8].astype(np.float32)
    side = max(height, width)
    at_x, at_y = rng.uniform(0, 1, 2) * (width, height)
    fall = rng.choice([0.05, 0.2, 0.5], p=[0.3, 0.45, 0.25]) * rng.uniform(0.4, 1.2)
    field = 1 - fall * ((x - at_x) ** 2 + (y - at_y) ** 2) / side**2
    slope = rng.uniform(-0.2, 0.2, 2) * (rng.random() < 0.5)
    field += slope[0] * (x / width - 0.5) + slope[1] * (y / height - 0.5)
    field += rng.uniform(0, 0.04) * texture(rng, field.shape[0], field.shape[1], max(2.0, side / 8 / rng.uniform(4, 12)))
    return np.asarray(cv2.resize(np.maximum(field, 0.15), (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def well_edge(rng: np.random.Generator, height: int, width: int) -> Field:
    """The wall of a well or the edge of a gel drop: darkness beyond an arc, often with a bright line along it."""
    side = max(height, width)
    radius = side * rng.uniform(0.45, 2.5)
    angle = rng.uniform(0, 2 * np.pi)
    away = radius - side * rng.uniform(0.15, 0.48)
    x = np.arange(width, dtype=np.float32) - np.float32(width / 2 - away * np.cos(angle))
    y = np.arange(height, dtype=np.float32) - np.float32(height / 2 - away * np.sin(angle))
    beyond = np.sqrt(x[None] ** 2 + y[:, None] ** 2) - np.float32(radius)
    soft = rng.uniform(0.8, 8)
    wall = 1 / (1 + np.exp(-np.clip(beyond / soft, -30, 30)))
    fade = 1 - np.exp(-np.maximum(beyond, 0) / (side * rng.uniform(0.02, 0.4)))
    dark = rng.uniform(0.05, 0.35) * wall + rng.uniform(0, 0.6) * fade
    line = rng.uniform(-0.3, 0.25) * np.exp(-((beyond / soft + rng.uniform(0, 3)) ** 2) / 4)
    return np.asarray(np.clip(1 - dark, 0.04, 1) * (1 + line), np.float32)


def relief(rng: np.random.Generator, density: Field) -> Field:
    """Oblique light: one flank of everything brighter, the other darker."""
    angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.8)
    slope = np.cos(angle) * cv2.Sobel(density, cv2.CV_32F, 1, 0) + np.sin(angle) * cv2.Sobel(density, cv2.CV_32F, 0, 1)
    return np.asarray(1 + strength / 8 * np.clip(slope, -4, 4), np.float32)


def _noise(rng: np.random.Generator, height: int, width: int, channels: int, grain_px: float) -> Field:
    """Camera noise (H, W, C) of deviation 1; channels share most of it, and take the rest from distant places of one field."""
    noise = rng.standard_normal((height, width), dtype=np.float32)
    if grain_px > 0.3:
        noise = blur(noise, grain_px)
        noise /= noise.std()
    if channels == 1:
        return noise[:, :, None]
    own = [np.roll(noise, (41 * (k + 1), 67 * (k + 1)), (0, 1)) for k in range(channels)]
    return np.asarray(np.stack([0.7 * noise + 0.7 * one for one in own], axis=2), np.float32)


def _jpeg(rng: np.random.Generator, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 96))])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_UNCHANGED), np.uint8)


def photograph(rng: np.random.Generator, light: Field, *, noise: float) -> NDArray[np.uint8]:
    """The picture (H, W, C) uint8 that a camera takes of light (H, W, C), sharpened by some; `noise` is its deviation at light 1."""
    height, width, channels = light.shape
    grain = _noise(rng, height, width, channels, float(rng.choice([0.0, 0.6, 0.9])))
    seen = np.asarray(light + noise * np.sqrt(np.clip(light, 0.05, 1)) * grain, np.float32)
    if rng.random() < 0.3:
        softer = blur(seen, rng.uniform(0.8, 2)).reshape(seen.shape)
        seen = np.asarray(seen + rng.uniform(0.3, 1.5) * (seen - softer), np.float32)
    image = np.clip(np.rint(seen * 255), 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        image = _jpeg(rng, np.ascontiguousarray(image)).reshape(image.shape)
    return image


def colour(rng: np.random.Generator, density: Field, light: Field) -> Field:
    """Transmitted light (H, W, 1 or 3) through `density`: half of the pictures grey, the others tinted and absorbing by colour."""
    level = rng.choice([rng.uniform(0.4, 1.0), rng.uniform(0.72, 0.95)]) / float(np.percentile(light[::8, ::8], 98))
    if rng.random() < 0.5:
        return np.asarray((level * light * np.exp(-density))[:, :, None], np.float32)
    tint = 1 - rng.uniform(0.2, 1) * (1 - np.array(TINTS[rng.integers(len(TINTS))], np.float32))
    absorbed = np.array(ABSORPTIONS[rng.integers(len(ABSORPTIONS))], np.float32)
    planes = [level * float(t) * light * np.exp(-float(a) * density) for t, a in zip(tint, absorbed, strict=True)]
    return np.asarray(np.stack(planes, axis=2), np.float32)
