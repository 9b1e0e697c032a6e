"""Textures of tissue: fields of mean 0 and deviation 1 that bodies cut their piece from."""

from dataclasses import dataclass

import cv2
import numpy as np

from cellhub_app.core.simulator.optics import blur, texture
from cellhub_app.core.simulator.shapes import Field


def _standard(field: Field) -> Field:
    return np.asarray((field - field.mean()) / (field.std() + 1e-6), np.float32)


def mosaic(rng: np.random.Generator, height: int, width: int, cell_px: float) -> Field:
    """Packed cells: bright middles, dark borders; the distance to the nearest of random points, seen from the borders."""
    count = max(8, int(height * width / cell_px**2))
    empty = np.ones((height, width), np.uint8)
    empty[rng.integers(0, height, count), rng.integers(0, width, count)] = 0
    return _standard(-np.asarray(cv2.distanceTransform(empty, cv2.DIST_L2, 3), np.float32))


@dataclass(frozen=True)
class Tissue:
    """The textures of one picture, drawn once and cut many times: cells, clumps of cells, and large soft patches."""

    cells: Field
    clumps: Field
    patches: Field


def draw_tissue(rng: np.random.Generator, height: int, width: int, cell_px: float) -> Tissue:
    """Textures for bodies made of cells of about `cell_px`: a mosaic, band-passed noise, or both mixed."""
    noise = texture(rng, height, width, max(1.0, cell_px * 0.3)) - texture(rng, height, width, max(1.6, cell_px * 0.8))
    packed = rng.uniform(0, 0.7) if rng.random() < 0.5 else 0.0
    if packed:
        noise = (1 - packed) * noise + packed * blur(mosaic(rng, height, width, max(3.0, cell_px)), max(0.7, 0.12 * cell_px))
    return Tissue(
        _standard(np.asarray(noise, np.float32)),
        texture(rng, height, width, cell_px * rng.uniform(1.2, 2.5)),
        texture(rng, height, width, max(12.0, cell_px * 4)),
    )
