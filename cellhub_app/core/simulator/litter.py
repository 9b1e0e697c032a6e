"""What lies about and is not a body: single cells, dust, fibres, bubbles, shadows of things far out of focus. None of it is labelled."""

import cv2
import numpy as np

from cellhub_app.core.simulator.optics import blur
from cellhub_app.core.simulator.shapes import Field, Lobe, Window

BITS = 4
Disc = tuple[float, float, float]  # x, y, radius


def _point(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << BITS)), round(y * (1 << BITS))


def _speck(rng: np.random.Generator, layer: Field, x: float, y: float, radius: float) -> None:
    """A single cell or crumb: a dark dot, or a dark ring with a light middle."""
    at = _point(x, y)
    dark = float(rng.uniform(0.1, 0.7))
    axes = _point(radius, radius * rng.uniform(0.6, 1))
    cv2.ellipse(layer, at, axes, rng.uniform(0, 180), 0, 360, dark, -1, cv2.LINE_AA, BITS)
    if rng.random() < 0.6 and radius > 1.5:
        inner = _point(radius * 0.5, radius * 0.4)
        cv2.ellipse(layer, at, inner, 0, 0, 360, dark * float(rng.uniform(-0.5, 0.5)), -1, cv2.LINE_AA, BITS)


def specks(rng: np.random.Generator, height: int, width: int, cell_px: float, amount: float) -> Field:
    """Density of single cells and crumbs in three focal planes; `amount` is how many there are in 512 x 512 px."""
    density = np.zeros((height, width), np.float32)
    for sigma, share in ((0.6, 0.55), (2.2, 0.3), (6.0, 0.15)):
        layer = np.zeros((height, width), np.float32)
        for _ in range(rng.poisson(amount * share * height * width / 512**2)):
            size = cell_px * rng.uniform(0.2, 0.75) * (1.0 if sigma < 5 else 2.5)
            _speck(rng, layer, rng.uniform(0, width), rng.uniform(0, height), size)
        density += blur(layer, sigma)
    return density


def corona(rng: np.random.Generator, shape: tuple[int, int], lobe: Lobe, cell_px: float, count: int) -> Field:
    """Density of loose cells that lie around a body without belonging to it."""
    layer = np.zeros(shape, np.float32)
    for _ in range(count):
        index = int(rng.integers(lobe.reach.size))
        angle, away = 2 * np.pi * index / lobe.reach.size, float(lobe.reach[index]) + cell_px * (0.7 + rng.exponential(3))
        x, y = lobe.x + away * np.cos(angle), lobe.y + away * np.sin(angle)
        _speck(rng, layer, float(x), float(y), cell_px * rng.uniform(0.3, 0.6))
    return blur(layer, float(rng.uniform(0.6, 1.5)))


def fibres(rng: np.random.Generator, height: int, width: int, count: int) -> Field:
    """Density of hairs and scraps."""
    layer = np.zeros((height, width), np.float32)
    for _ in range(count):
        steps = rng.normal(0, 0.25, 24).cumsum() + rng.uniform(0, 2 * np.pi)
        stride = rng.uniform(0.5, 8)
        path = np.cumsum(stride * np.stack([np.cos(steps), np.sin(steps)], 1), axis=0) + rng.uniform(0, 1, 2) * (width, height)
        thick = int(rng.choice([1, 1, 2, 3]))
        cv2.polylines(layer, [np.rint(path * (1 << BITS)).astype(np.int32)], False, float(rng.uniform(0.2, 1.5)), thick, cv2.LINE_AA, BITS)
    return blur(layer, float(rng.choice([0.6, 1.5, 4.0]))) if count else layer


def draw_bubbles(rng: np.random.Generator, height: int, width: int, count: int) -> list[Disc]:
    """Where air bubbles lie: x, y, radius."""
    at = rng.uniform(0, 1, (count, 2)) * (width, height)
    return [(float(x), float(y), float(np.exp(rng.uniform(np.log(8), np.log(60))))) for x, y in at]


def bubbles(rng: np.random.Generator, height: int, width: int, discs: list[Disc]) -> Field:
    """Density of air bubbles: perfect circles, a broad black rim, a glaring middle."""
    density = np.zeros((height, width), np.float32)
    for x, y, radius in discs:
        window = Window.around(x, y, 1.2 * radius + 6, density.shape)
        if window.empty:
            continue
        away = np.hypot(
            np.arange(window.x0, window.x1, dtype=np.float32)[None] - np.float32(x),
            np.arange(window.y0, window.y1, dtype=np.float32)[:, None] - np.float32(y),
        )
        rho = away / np.float32(radius)
        middle, width_share = rng.uniform(0.72, 0.85), rng.uniform(0.12, 0.2)
        rim = rng.uniform(1.3, 3) * np.exp(-(((rho - middle) / width_share) ** 2)) * np.clip((radius - away) / 1.5, 0, 1)
        glare = rng.uniform(0.05, 0.3) * (np.exp(-((rho / 0.4) ** 2)) + np.exp(-(((away - radius) / 2) ** 2)))
        window.of(density)[...] += blur(np.asarray(rim - glare, np.float32), float(rng.uniform(0.6, 2)))
    return density
