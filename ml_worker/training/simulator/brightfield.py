"""A scene of spheroids or organoids under transmitted light and its truth."""

import numpy as np
from numpy.typing import NDArray

from ml_worker.training.simulator import light, litter
from ml_worker.training.simulator.bodies import Kind, Rendered, render
from ml_worker.training.simulator.culture import SMALLEST, Culture, blurred_away, draw_culture, draw_look
from ml_worker.training.simulator.grain import Tissue, draw_tissue
from ml_worker.training.simulator.litter import Disc
from ml_worker.training.simulator.shapes import Field, Lobe, bud, draw_lobe
from ml_worker.training.simulator.truth import Labels, paint, tidy

MARGIN = 24
FAINTEST = 0.075  # contrast of a labelled body's rim
BLIND = 0.03  # least difference in grey, share of the range, that an eye still follows


def _place(rng: np.random.Generator, culture: Culture, taken: list[Disc], shape: tuple[int, int]) -> bool:
    """Find a place for one more disc, free or beside the last; append it to `taken`."""
    radius = float(np.exp(rng.uniform(*np.log(culture.radius))))
    apart = rng.uniform(0, 0.4)
    for _ in range(12):
        x, y = rng.uniform(0, 1, 2) * (shape[1], shape[0])
        if culture.count == 1:
            x, y = rng.uniform(0.3, 0.7, 2) * (shape[1], shape[0])
        elif taken and rng.random() < culture.crowd:
            other = taken[rng.integers(len(taken))]
            angle, away = rng.uniform(0, 2 * np.pi), (radius + other[2]) * rng.uniform(0.75, 1.1)
            x, y = other[0] + away * np.cos(angle), other[1] + away * np.sin(angle)
        if all(np.hypot(x - a, y - b) > max(r, radius) + apart * min(r, radius) for a, b, r in taken):
            taken.append((float(x), float(y), radius))
            return True
    return False


def _lobes(rng: np.random.Generator, culture: Culture, disc: Disc, kind: Kind) -> list[Lobe]:
    x, y, radius = disc
    oval, rough = (0.08, 0.03) if kind == "cyst" else (0.2, 0.1)
    stem = draw_lobe(rng, x, y, radius, 1 + rng.exponential(oval), rng.uniform(0.002, rough))
    if rng.random() > culture.budding:
        return [stem]
    if kind == "cyst":
        return [stem, *bud(rng, stem, int(rng.integers(1, 3)), (0.4, 0.9))]
    most = 3 if radius < 20 else 7
    return [stem, *bud(rng, stem, int(rng.integers(1, most)), (0.3, 0.7))]


def _bodies(
    rng: np.random.Generator, culture: Culture, tissue: Tissue, bubbles: list[Disc], density: Field
) -> list[tuple[float, Rendered]]:
    """Add the culture's bodies to the density; returns those that are outlined, with their defocus."""
    shape = density.shape[0], density.shape[1]
    outlined: list[tuple[float, Rendered]] = []
    taken = list(bubbles)
    for _ in range(culture.count):
        if not _place(rng, culture, taken, shape):
            continue
        look = draw_look(rng, culture, taken[-1][2])
        lobes = _lobes(rng, culture, taken[-1], look.kind)
        body = render(rng, look, lobes, tissue, shape)
        if body is None or body.contrast < FAINTEST:
            continue
        body.window.of(density)[...] += body.density
        outlined.append((look.defocus, body))
        if look.kind in ("solid", "grape") and rng.random() < culture.corona:
            loose = int(rng.uniform(0.05, 0.6) * 2 * np.pi * taken[-1][2] / culture.cell_px)
            density += litter.corona(rng, shape, lobes[0], 0.8 * culture.cell_px, loose)
    return outlined


def _ghosts(rng: np.random.Generator, culture: Culture, tissue: Tissue, density: Field) -> None:
    """Add bodies that lie too far out of focus to be outlined."""
    shape = density.shape[0], density.shape[1]
    for _ in range(culture.ghosts):
        disc = float(rng.uniform(0, shape[1])), float(rng.uniform(0, shape[0])), float(rng.uniform(*culture.radius))
        look = blurred_away(draw_look(rng, culture, disc[2]), rng, disc[2])
        body = render(rng, look, _lobes(rng, culture, disc, look.kind), tissue, shape)
        if body is not None:
            body.window.of(density)[...] += body.density


def _clutter(rng: np.random.Generator, culture: Culture, bubbles: list[Disc], shape: tuple[int, int]) -> Field:
    dirt = float(np.exp(rng.uniform(np.log(2), np.log(150))))
    density = litter.specks(rng, *shape, min(culture.cell_px, culture.radius[0] * 0.8), dirt)
    density += litter.fibres(rng, *shape, int(rng.integers(1, 4)) if rng.random() < 0.2 else 0)
    return density + litter.bubbles(rng, *shape, bubbles)


def brightfield(rng: np.random.Generator, height: int, width: int) -> tuple[NDArray[np.uint8], Labels]:
    """A picture (H, W, 1 or 3) uint8 of a culture drawn at random, and its labels (H, W) uint16."""
    return picture(rng, draw_culture(rng, height, width), height, width)


def picture(rng: np.random.Generator, culture: Culture, height: int, width: int) -> tuple[NDArray[np.uint8], Labels]:
    """A picture (H, W, 1 or 3) uint8 of a culture, and its labels (H, W) uint16."""
    shape = height + 2 * MARGIN, width + 2 * MARGIN
    tissue = draw_tissue(rng, *shape, culture.cell_px)
    bubbles = litter.draw_bubbles(rng, *shape, int(rng.integers(1, 4)) if rng.random() < 0.1 else 0)
    density = _clutter(rng, culture, bubbles, shape)
    _ghosts(rng, culture, tissue, density)
    outlined = _bodies(rng, culture, tissue, bubbles, density)
    lit = light.uneven(rng, *shape)
    if rng.random() < 0.35:
        lit = lit * light.well_edge(rng, *shape)
    seen = [(defocus, body) for defocus, body in outlined if body.contrast * lit[body.centre] > BLIND]
    if rng.random() < 0.6:
        lit = lit * light.relief(rng, density)
    image = light.photograph(rng, light.colour(rng, density, lit), noise=float(np.exp(rng.uniform(np.log(0.003), np.log(0.035)))))
    inner = slice(MARGIN, MARGIN + height), slice(MARGIN, MARGIN + width)
    return np.ascontiguousarray(image[inner]), tidy(paint(seen, shape)[inner], smallest=int(2 * SMALLEST**2))
