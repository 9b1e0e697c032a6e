"""A scene of spheroids or organoids under transmitted light and its truth."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ml_worker.training.simulator import light, litter
from ml_worker.training.simulator.bodies import Kind, Look, Rendered, render
from ml_worker.training.simulator.grain import Tissue, draw_tissue
from ml_worker.training.simulator.litter import Disc
from ml_worker.training.simulator.shapes import Field, Lobe, bud, draw_lobe
from ml_worker.training.simulator.truth import Labels, paint, tidy

MARGIN = 24
SMALLEST = 7.5  # radius, px
FAINTEST = 0.075  # contrast of a labelled body's rim


@dataclass(frozen=True)
class Culture:
    """What one picture shows, drawn anew for each."""

    kinds: tuple[Kind, ...]
    count: int
    radius: tuple[float, float]
    cell_px: float
    density: tuple[float, float]
    defocus: float  # px, typical
    crowd: float  # chance that a body touches or overlaps the one before
    budding: float
    ghosts: int


CULTURES = ("cysts", "solid", "single", "mixed", "budding", "empty")
SHARES = (0.36, 0.22, 0.13, 0.17, 0.09, 0.03)


def draw_culture(rng: np.random.Generator, height: int, width: int) -> Culture:
    """A culture at random: hollow organoids, dark spheroids, one that fills the field, a mixture, budding ones, or nothing."""
    area, side = height * width / 512**2, min(height, width)
    what = str(rng.choice(CULTURES, p=SHARES))
    scale = float(np.exp(rng.uniform(np.log(0.6), np.log(2))))
    defocus, crowd, ghosts = rng.uniform(0.3, 3), rng.uniform(0, 0.6), int(rng.poisson(6 * area))
    if what == "single":
        radius = (0.22 * side, 0.46 * side)
        return Culture(("solid", "solid", "thick", "grape"), 1, radius, rng.uniform(4, 14), (0.5, 2.2), rng.uniform(0.5, 3), 0, 0.1, 0)
    if what == "empty":
        return Culture(("solid",), 0, (8, 9), 6 * scale, (0.1, 0.2), defocus, crowd, 0, ghosts)
    kinds: dict[str, tuple[Kind, ...]] = {"cysts": ("cyst",), "solid": ("solid", "grape"), "budding": ("thick", "solid")}
    radius = (max(SMALLEST, 9 * scale), 9 * scale * rng.uniform(2, 6))
    count = 1 + rng.poisson(area * min(60, rng.uniform(0.05, 0.3) * 512**2 / (np.pi * radius[0] * radius[1])))
    return Culture(
        kinds.get(what, ("cyst", "thick", "solid", "grape")),
        int(count),
        radius,
        6 * scale,
        (0.12, rng.uniform(0.4, 1.8)),
        defocus,
        crowd,
        0.9 if what == "budding" else 0.06,
        ghosts,
    )


def _draw_look(rng: np.random.Generator, culture: Culture, radius: float) -> Look:
    kind = culture.kinds[rng.integers(len(culture.kinds))]
    hollow = kind in ("cyst", "thick")
    density = float(np.exp(rng.uniform(*np.log((0.35, 1.6) if kind == "cyst" else culture.density))))
    return Look(
        kind,
        density=density,
        fill=rng.uniform(-0.08, 0.2) if kind == "cyst" else rng.uniform(0.15, 0.7),
        wall=float(np.clip(rng.uniform(1.5, 6) / radius, 0.02, 0.4)) if kind == "cyst" else rng.uniform(0.15, 0.6),
        grain=rng.uniform(0, 0.25) if hollow else rng.uniform(0.05, 0.45),
        fuzz=rng.uniform(0, 0.35) if kind == "cyst" else rng.uniform(0, 0.35) * culture.cell_px,
        fringe=density * rng.uniform(-0.35, 0.6) * (rng.random() < 0.7),
        fringe_px=rng.uniform(0.8, 3.2),
        defocus=min(culture.defocus * float(rng.exponential(1)) + 0.3, 0.3 * radius),
    )


def _place(rng: np.random.Generator, culture: Culture, taken: list[Disc], shape: tuple[int, int]) -> bool:
    """Find a place for one more disc, free or beside the last; append it to `taken`."""
    radius = float(np.exp(rng.uniform(*np.log(culture.radius))))
    for _ in range(12):
        x, y = rng.uniform(0, 1, 2) * (shape[1], shape[0])
        if culture.count == 1:
            x, y = rng.uniform(0.3, 0.7, 2) * (shape[1], shape[0])
        elif taken and rng.random() < culture.crowd:
            other = taken[rng.integers(len(taken))]
            angle, away = rng.uniform(0, 2 * np.pi), (radius + other[2]) * rng.uniform(0.75, 1.1)
            x, y = other[0] + away * np.cos(angle), other[1] + away * np.sin(angle)
        if all(np.hypot(x - a, y - b) > max(r, radius) + 0.3 * min(r, radius) for a, b, r in taken):
            taken.append((float(x), float(y), radius))
            return True
    return False


def _lobes(rng: np.random.Generator, culture: Culture, disc: Disc, kind: Kind) -> list[Lobe]:
    x, y, radius = disc
    oval, rough = (0.08, 0.03) if kind == "cyst" else (0.2, 0.1)
    stem = draw_lobe(rng, x, y, radius, 1 + rng.exponential(oval), rng.uniform(0.002, rough))
    if rng.random() > culture.budding:
        return [stem]
    return [stem, *bud(rng, stem, int(rng.integers(1, 6)), (0.25, 0.65))]


def _ghost(look: Look, rng: np.random.Generator, radius: float) -> Look:
    """The same body so far out of focus that nobody would outline it."""
    return replace(look, density=rng.uniform(0.02, 0.12), defocus=radius * rng.uniform(0.5, 0.8), fringe=0, fuzz=0)


def _bodies(
    rng: np.random.Generator, culture: Culture, tissue: Tissue, bubbles: list[Disc], shape: tuple[int, int]
) -> tuple[Field, list[tuple[float, Rendered]]]:
    density = np.zeros(shape, np.float32)
    labelled: list[tuple[float, Rendered]] = []
    taken = list(bubbles)
    for number in range(culture.count + culture.ghosts):
        ghost = number >= culture.count
        if not _place(rng, culture, [] if ghost else taken, shape) and not ghost:
            continue
        disc = taken[-1] if not ghost else (*(rng.uniform(0, 1, 2) * shape[::-1]).tolist(), float(rng.uniform(*culture.radius)))
        look = _draw_look(rng, culture, disc[2])
        rendered = render(_ghost(look, rng, disc[2]) if ghost else look, _lobes(rng, culture, disc, look.kind), tissue, shape)
        if rendered is None or (not ghost and rendered.contrast < FAINTEST):
            continue
        rendered.window.of(density)[...] += rendered.density
        if not ghost:
            labelled.append((look.defocus, rendered))
    return density, labelled


def brightfield(rng: np.random.Generator, height: int, width: int) -> tuple[NDArray[np.uint8], Labels]:
    """A picture (H, W, 1 or 3) uint8 and its labels (H, W) uint16."""
    shape = height + 2 * MARGIN, width + 2 * MARGIN
    culture = draw_culture(rng, *shape)
    tissue = draw_tissue(rng, *shape, culture.cell_px)
    bubbles = litter.draw_bubbles(rng, *shape, int(rng.integers(1, 4)) if rng.random() < 0.1 else 0)
    density, labelled = _bodies(rng, culture, tissue, bubbles, shape)
    dirt = float(np.exp(rng.uniform(np.log(2), np.log(150))))
    density += litter.specks(rng, *shape, min(culture.cell_px, culture.radius[0] * 0.8), dirt)
    density += litter.fibres(rng, *shape, int(rng.integers(1, 4)) if rng.random() < 0.25 else 0)
    density += litter.bubbles(rng, *shape, bubbles)
    lit = light.uneven(rng, *shape)
    if rng.random() < 0.35:
        lit = lit * light.well_edge(rng, *shape)
    if rng.random() < 0.6:
        lit = lit * light.relief(rng, density)
    image = light.photograph(rng, light.colour(rng, density, lit), noise=float(np.exp(rng.uniform(np.log(0.003), np.log(0.035)))))
    inner = slice(MARGIN, MARGIN + height), slice(MARGIN, MARGIN + width)
    return np.ascontiguousarray(image[inner]), tidy(paint(labelled, shape)[inner], smallest=int(2 * SMALLEST**2))
