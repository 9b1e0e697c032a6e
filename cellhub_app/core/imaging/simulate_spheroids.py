"""Spheroids under transmitted light, rendered with known truth: dark textured bodies, fuzzy rims, halos, debris, uneven light."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cellhub_app.core.imaging.simulate_optics import Field, blob_outline, blur, expose, fill_outline, texture, uneven_light


@dataclass(frozen=True)
class Preparation:
    """How the spheroids of one picture look; drawn anew for each picture."""

    radius: float
    density: float  # optical density through the middle
    roughness: float
    cell_px: float
    grain: float
    fringe: float  # share of loose cells around the rim
    halo: float
    defocus_px: float


def brightfield_spheroids(seed: int, height: int = 512, width: int = 512) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.int32]]:
    """A simulated bright-field picture of spheroids and its truth: (image (H, W) uint8, labels (H, W) int32 1..n).

    One large body, or several small ones that do not touch. The same arguments give the same picture.
    """
    rng = np.random.default_rng(seed)
    preparation, count = _draw_preparation(rng, min(height, width))
    labels = np.zeros((height, width), dtype=np.int32)
    for centre in _place(rng, preparation.radius, count, height, width):
        _add_body(rng, preparation, centre, labels)
    body = labels > 0
    density = _density(rng, preparation, body)
    density += _debris(rng, preparation, height, width)
    light = _halo(rng, preparation, body) * np.exp(-blur(density, preparation.defocus_px))
    light *= uneven_light(rng, height, width, rng.uniform(0.2, 0.9)) * _well_edge(rng, height, width) * rng.uniform(0.62, 0.8)
    image = expose(rng, blur(light, 0.6), photons=rng.uniform(2500, 7000), read_noise=rng.uniform(8, 25), bit_depth=8, offset=0.02)
    return image, labels


def _draw_preparation(rng: np.random.Generator, side: int) -> tuple[Preparation, int]:
    single = rng.random() < 0.5
    radius = side * (rng.uniform(0.17, 0.33) if single else rng.uniform(0.05, 0.11))
    preparation = Preparation(
        radius=radius,
        density=rng.uniform(0.7, 1.6) * (1 if single else 0.75),
        roughness=rng.uniform(0.03, 0.1),
        cell_px=max(2.5, side / rng.uniform(75, 150)),
        grain=rng.uniform(0.12, 0.28),
        fringe=rng.uniform(0, 1),
        halo=rng.uniform(0.04, 0.16),
        defocus_px=rng.uniform(0.8, 1.8) * side / 512,
    )
    return preparation, 1 if single else int(rng.integers(4, 11))


def _place(rng: np.random.Generator, radius: float, count: int, height: int, width: int) -> list[Field]:
    if count == 1:
        return [(np.array([width, height]) * rng.uniform(0.42, 0.58, 2)).astype(np.float32)]
    centres: list[Field] = []
    for _ in range(count * 20):
        centre = (rng.uniform(0.02, 0.98, 2) * (width, height)).astype(np.float32)
        if len(centres) < count and all(np.hypot(*(centre - other)) > 3.2 * radius for other in centres):
            centres.append(centre)
    return centres


def _add_body(rng: np.random.Generator, preparation: Preparation, centre: Field, labels: npt.NDArray[np.int32]) -> None:
    """Label one spheroid: a rounded mass with single cells bulging out of its rim."""
    size = preparation.radius * np.exp(rng.normal(0, 0.12))
    core = blob_outline(rng, size, rng.uniform(1.0, 1.3), preparation.roughness, harmonics=9)
    mask, x0, y0 = fill_outline(np.vstack([core, core[:1]]) + centre, *labels.shape)
    if mask.sum() < 30:
        return
    label = int(labels.max()) + 1
    for _ in range(int(len(core) * preparation.fringe)):
        at = core[rng.integers(len(core))] * rng.uniform(0.96, 1.02) + centre - (x0, y0)
        cv2.circle(mask, (int(at[0]), int(at[1])), int(preparation.cell_px * rng.uniform(0.5, 1.1)), 1, -1)
    window = labels[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]]
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(mask * (window == 0).astype(np.uint8), connectivity=4)
    window[pieces == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])] = label


def _density(rng: np.random.Generator, preparation: Preparation, body: npt.NDArray[np.bool_]) -> Field:
    """Optical density: the thickness of a flattened ball, a denser core, and cells that show most near the rim."""
    height, width = body.shape
    depth = cv2.distanceTransform(np.pad(body.astype(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    depth = np.clip(depth / preparation.radius, 0, 1)
    thickness = np.sqrt(1 - (1 - depth) ** 2)
    cells = texture(rng, height, width, preparation.cell_px * 0.5) - texture(rng, height, width, preparation.cell_px * 1.6)
    clumps = texture(rng, height, width, preparation.cell_px * 3)
    core = rng.uniform(0, 0.5) * np.clip((depth - 0.45) / 0.3, 0, 1)
    smooth = preparation.density * (0.16 + 0.84 * thickness + core)
    grainy = preparation.grain * (cells * (1.15 - 0.75 * thickness) * (0.3 + thickness) + 0.45 * clumps * thickness)
    return np.asarray(np.maximum(smooth + grainy, 0.4 * smooth) * blur(body.astype(np.float32), 0.8), dtype=np.float32)


def _halo(rng: np.random.Generator, preparation: Preparation, body: npt.NDArray[np.bool_]) -> Field:
    """Light around a body: refracted to a bright ring just outside the rim, a broad faint shadow beyond."""
    outside = cv2.distanceTransform((~body).astype(np.uint8), cv2.DIST_L2, 5)
    reach = preparation.cell_px * rng.uniform(0.7, 1.5)
    ring = np.exp(-((outside - reach) ** 2) / (2 * (0.6 * reach) ** 2)) * ~body
    shadow = np.exp(-outside / (8 * preparation.cell_px)) * ~body
    return np.asarray(1 + preparation.halo * ring - 0.5 * preparation.halo * shadow, dtype=np.float32)


def _debris(rng: np.random.Generator, preparation: Preparation, height: int, width: int) -> Field:
    """Optical density of single cells and dirt, sharp and out of focus, with the bright ring of a small phase object."""
    density = np.zeros((height, width), dtype=np.float32)
    for blur_px, amount in ((0.5, rng.integers(5, 60)), (2.5, rng.integers(3, 25)), (7.0, rng.integers(0, 8))):
        layer = np.zeros_like(density)
        for _ in range(amount):
            at = (int(rng.integers(width)), int(rng.integers(height)))
            size = preparation.cell_px * rng.uniform(0.2, 0.75)
            cv2.circle(layer, at, max(1, int(size * 1.9)), -0.12, -1, cv2.LINE_AA)
            cv2.circle(layer, at, max(1, int(size)), rng.uniform(0.15, 0.6), -1, cv2.LINE_AA)
        density += blur(layer, blur_px)
    return density


def _well_edge(rng: np.random.Generator, height: int, width: int) -> Field:
    """The shadow of the well's wall, in a third of the pictures."""
    if rng.random() > 0.35:
        return np.ones((height, width), dtype=np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    radius = max(height, width) * rng.uniform(0.58, 0.72)
    away = np.hypot(x - width * rng.uniform(0.42, 0.58), y - height * rng.uniform(0.42, 0.58)) - radius
    soft = max(height, width) * rng.uniform(0.006, 0.02)
    wall = 1 / (1 + np.exp(-np.clip(away / soft, -40, 40)))
    rim = np.exp(-((away + 2 * soft) ** 2) / (2 * soft**2))
    return np.asarray(1 - rng.uniform(0.25, 0.6) * wall + 0.08 * rim, dtype=np.float32)
