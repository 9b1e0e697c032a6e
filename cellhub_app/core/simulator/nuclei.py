"""Fluorescently stained nuclei, rendered with known truth."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from cellhub_app.core.simulator.optics import Field, Mask, blob_outline, blur, expose, fill_outline, texture, uneven_light

MIN_AREA_PX = 16
MITOTIC_SHARE = 0.03


@dataclass(frozen=True)
class Culture:
    """How the cells of one picture look; drawn anew for each picture."""

    radius: float
    elongation: float
    roughness: float
    spread: float  # of the sizes
    clusters: int
    contact: float  # smallest distance of two centres over the sum of their radii
    grain: float  # chromatin contrast
    dim_share: float


def fluorescent_nuclei(
    seed: int, height: int = 512, width: int = 512, count: int | None = None, bit_depth: int = 8
) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.int32]]:
    """A simulated picture of stained nuclei and its truth: (image (H, W) uint8 or uint16, labels (H, W) int32 1..n).

    Sizes vary, some nuclei touch, divide or are dim; texture, nucleoli, haze, uneven background, blur and noise are added. `count` is the
    number tried: a few are left out where there is no room. The same arguments give the same picture.
    """
    rng = np.random.default_rng(seed)
    culture = _draw_culture(rng, min(height, width))
    if count is None:
        count = max(3, int(height * width * rng.uniform(0.06, 0.3) / (np.pi * culture.radius**2)))
    centres, radii = _place(rng, culture, count, height, width)
    labels = np.zeros((height, width), dtype=np.int32)
    light = np.zeros((height, width), dtype=np.float32)
    chromatin = _chromatin(rng, culture, height, width)
    added = 0
    for centre, radius in zip(centres, radii, strict=True):
        added += _add_nucleus(rng, culture, centre, radius, chromatin=chromatin, labels=labels, light=light, label=added + 1)
    return _photograph(rng, light, culture.radius, bit_depth), labels


def _draw_culture(rng: np.random.Generator, side: int) -> Culture:
    return Culture(
        radius=rng.uniform(7, 24) * min(1.0, side / 256),
        elongation=rng.uniform(1.1, 1.6),
        roughness=rng.uniform(0.03, 0.1),
        spread=rng.uniform(0.12, 0.28),
        clusters=int(rng.integers(3, 12)),
        contact=rng.uniform(0.82, 0.95),
        grain=rng.uniform(0.08, 0.24),
        dim_share=rng.uniform(0.03, 0.2),
    )


def _place(rng: np.random.Generator, culture: Culture, count: int, height: int, width: int) -> tuple[Field, Field]:
    """Centres (n, 2) and radii (n,): half of the cells sit in loose clusters, none deep inside another."""
    homes = rng.uniform(0, 1, (culture.clusters, 2)) * (width, height)
    centres, radii = np.empty((count, 2), np.float32), np.empty(count, np.float32)
    placed = 0
    for _ in range(count * 12):
        if placed == count:
            break
        radius = culture.radius * np.exp(rng.normal(0, culture.spread))
        home = homes[rng.integers(culture.clusters)] + rng.normal(0, culture.radius * 4, 2)
        centre = home if rng.random() < 0.5 else rng.uniform(0, 1, 2) * (width, height)
        apart = np.hypot(*(centres[:placed] - centre).T) / (radii[:placed] + radius)
        in_view = (centre > -radius / 2).all() and (centre < np.array([width, height]) + radius / 2).all()
        if in_view and apart.min(initial=9) > culture.contact:
            centres[placed], radii[placed] = centre, radius
            placed += 1
    return centres[:placed], radii[:placed]


def _chromatin(rng: np.random.Generator, culture: Culture, height: int, width: int) -> Field:
    fine = texture(rng, height, width, max(1.0, culture.radius / 12))
    coarse = texture(rng, height, width, max(1.5, culture.radius / 4))
    return np.asarray(1 + culture.grain * (0.6 * fine + 0.8 * coarse), dtype=np.float32)


def _add_nucleus(
    rng: np.random.Generator,
    culture: Culture,
    centre: Field,
    radius: float,
    *,
    chromatin: Field,
    labels: npt.NDArray[np.int32],
    light: Field,
    label: int,
) -> bool:
    """Paint one nucleus where there is still room for it; False when there is not."""
    mitotic = rng.random() < MITOTIC_SHARE
    outline = blob_outline(
        rng,
        radius * (0.55 if mitotic else 1),
        elongation=rng.uniform(1.8, 3.2) if mitotic else 1 + (culture.elongation - 1) * rng.uniform(0.3, 1.7),
        roughness=0.16 if mitotic else culture.roughness,
    )
    mask, x0, y0 = fill_outline(outline + centre, *labels.shape)
    window = np.s_[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]]
    free = _largest_piece((mask > 0) & (labels[window] == 0))
    if free.sum() < max(MIN_AREA_PX, 0.6 * mask.sum()):
        return False
    labels[window][free > 0] = label
    brightness = np.exp(rng.normal(0, 0.22)) * (rng.uniform(0.2, 0.45) if rng.random() < culture.dim_share else 1)
    if mitotic:
        brightness *= 2.2
    body = _dome(free) * chromatin[window] * _nucleoli(rng, free, radius)
    light[window] += brightness * body * free
    return True


def _largest_piece(mask: npt.NDArray[np.bool_]) -> Mask:
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if count < 2:
        return mask.astype(np.uint8)
    return np.asarray(pieces == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA]), dtype=np.uint8)


def _dome(mask: Mask) -> Field:
    """Thickness of a flattened body: rises quickly from the rim, flat in the middle."""
    depth = cv2.distanceTransform(np.pad(mask, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(0.55 + 0.45 * (depth / max(depth.max(), 1.0)) ** 0.5, dtype=np.float32)


def _nucleoli(rng: np.random.Generator, mask: Mask, radius: float) -> Field:
    """Factor below 1 in up to three dark spots."""
    rows, columns = np.nonzero(mask)
    y, x = np.ogrid[0 : mask.shape[0], 0 : mask.shape[1]]
    factor = np.ones(mask.shape, dtype=np.float32)
    for _ in range(rng.integers(0, 4)):
        pick = rng.integers(len(rows))
        size = radius * rng.uniform(0.1, 0.2)
        factor -= rng.uniform(0.1, 0.4) * np.exp(-((x - columns[pick]) ** 2 + (y - rows[pick]) ** 2) / (2 * size**2)).astype(np.float32)
    return np.maximum(factor, 0.3)


def _photograph(rng: np.random.Generator, light: Field, radius: float, bit_depth: int) -> npt.NDArray[np.integer]:
    height, width = light.shape
    haze = blur(light, radius * rng.uniform(0.6, 1.4)) * rng.uniform(0.06, 0.2)
    glow = np.maximum(texture(rng, height, width, 4 * radius), 0) * rng.uniform(0, 0.03)
    seen = blur(light, rng.uniform(0.7, 1.8)) + haze + glow
    seen = (seen + np.float32(rng.uniform(0.01, 0.06))) * uneven_light(rng, height, width, rng.uniform(0.1, 0.6))
    gain = rng.uniform(0.45, 0.95) / np.percentile(seen, 99.7)
    return expose(
        rng,
        np.asarray(gain * seen, dtype=np.float32),
        photons=10 ** rng.uniform(2.2, 3.4),
        read_noise=rng.uniform(1, 4),
        bit_depth=bit_depth,
        offset=rng.uniform(0.004, 0.03),
    )
