"""Outlines of living bodies as depth fields: how many px a pixel lies inside the rim, negative outside."""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Pixel = TypeVar("Pixel", bound=np.generic)

ANGLES = 512
ANGLE = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
ORDER = np.arange(2, 12)
WAVES = np.cos(ORDER[:, None] * ANGLE), np.sin(ORDER[:, None] * ANGLE)


@dataclass(frozen=True)
class Window:
    """The part of a canvas that a body touches; rows y0..y1, columns x0..x1."""

    y0: int
    y1: int
    x0: int
    x1: int

    @classmethod
    def around(cls, x: float, y: float, reach: float, shape: tuple[int, int]) -> "Window":
        """A square of half side `reach` about (x, y), cut to the canvas; empty when it lies outside."""
        y0, x0 = max(0, int(y - reach)), max(0, int(x - reach))
        return cls(y0, max(y0, min(shape[0], int(y + reach) + 2)), x0, max(x0, min(shape[1], int(x + reach) + 2)))

    def of(self, canvas: NDArray[Pixel]) -> NDArray[Pixel]:
        """The view of a canvas (H, W) that this window covers."""
        return canvas[self.y0 : self.y1, self.x0 : self.x1]

    @property
    def empty(self) -> bool:
        return self.y1 <= self.y0 or self.x1 <= self.x0


@dataclass(frozen=True)
class Lobe:
    """A star-shaped piece of a body: its centre, and its radius at each of 512 angles."""

    x: float
    y: float
    reach: Field
    radius: float  # mean of `reach`


def draw_lobe(rng: np.random.Generator, x: float, y: float, radius: float, elongation: float, roughness: float) -> Lobe:
    """An ellipse of area pi * radius² with random radial waves; `roughness` is about their share of the radius."""
    turned = ANGLE - rng.uniform(0, np.pi)
    ellipse = radius / np.sqrt(elongation * np.sin(turned) ** 2 + np.cos(turned) ** 2 / elongation)
    waves = rng.normal(0, 1.3 * roughness / ORDER**1.2) @ WAVES[0] + rng.normal(0, 1.3 * roughness / ORDER**1.2) @ WAVES[1]
    reach = (ellipse * np.maximum(0.3, 1 + waves)).astype(np.float32)
    return Lobe(x, y, reach, float(reach.mean()))


def bud(rng: np.random.Generator, stem: Lobe, count: int, share: tuple[float, float]) -> list[Lobe]:
    """Lobes that grow out of the rim of `stem`, each with a radius of `share` of it."""
    lobes = []
    for angle in rng.uniform(0, 2 * np.pi) + np.cumsum(rng.uniform(0.7, 1.6, count)):
        radius = stem.radius * rng.uniform(*share)
        away = float(stem.reach[int(angle * ANGLES / (2 * np.pi)) % ANGLES]) + radius * rng.uniform(-0.4, 0.5)
        x, y = stem.x + away * np.cos(angle), stem.y + away * np.sin(angle)
        lobes.append(draw_lobe(rng, float(x), float(y), radius, rng.uniform(1, 1.3), 0.05))
    return lobes


def reach_of(lobes: list[Lobe]) -> float:
    """The largest distance of a body's rim from the centre of its first lobe, px."""
    x, y = lobes[0].x, lobes[0].y
    return max(float(np.hypot(lobe.x - x, lobe.y - y) + lobe.reach.max()) for lobe in lobes)


def _depth_in(lobe: Lobe, window: Window) -> Field:
    grid = np.empty((2, window.y1 - window.y0, window.x1 - window.x0), np.float32)
    grid[0] = np.arange(window.x0, window.x1, dtype=np.float32) - np.float32(lobe.x)
    grid[1] = (np.arange(window.y0, window.y1, dtype=np.float32) - np.float32(lobe.y))[:, None]
    distance, angle = cv2.cartToPolar(grid[0], grid[1])
    index = (angle * np.float32(ANGLES / (2 * np.pi))).astype(np.int32) & (ANGLES - 1)
    return np.asarray(lobe.reach[index] - distance, np.float32)


def depth(lobes: list[Lobe], window: Window) -> Field:
    """The depth of each pixel of the window inside the union of the lobes, whose seams are rounded, px."""
    field = _depth_in(lobes[0], window)
    for lobe in lobes[1:]:
        other = _depth_in(lobe, window)
        round_px = np.float32(0.5 * lobe.radius)
        share = np.clip(0.5 + 0.5 * (field - other) / round_px, 0, 1)
        field = np.asarray(other + share * (field - other) + 0.5 * round_px * share * (1 - share), np.float32)
    return field
