"""A spheroid that invades its surroundings: a core, strands and cells that leave it; fluorescent or under transmitted light."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.simulator import light, litter
from cellhub_app.core.simulator.bodies import Look, render
from cellhub_app.core.simulator.grain import Tissue, draw_tissue
from cellhub_app.core.simulator.optics import blur, texture
from cellhub_app.core.simulator.shapes import ANGLES, Field, Lobe, Window, depth, draw_lobe
from cellhub_app.core.simulator.truth import Labels, connected, tidy

BITS = 4
SMALLEST = 12  # px of a labelled fragment
CELL_EDGE = 0.22  # of a typical cell's light: where its outline is drawn
GLOW_EDGE = 0.45  # with the glow of what lies around: so do people who outline a dense fringe as a whole
DYES = ((0.1, 1.0, 0.15), (1.0, 0.15, 0.1), (0.2, 0.35, 1.0), (1.0, 0.6, 0.05), (1.0, 0.1, 1.0))


@dataclass(frozen=True)
class Invasion:
    """How far one spheroid has come, drawn anew for each picture."""

    core: Lobe
    cell_px: float  # length of a cell
    cells: int
    spread: float  # typical distance of cells from the core's rim, px
    strands: int
    strand_px: float


@dataclass(frozen=True)
class Drawn:
    """Matter that left the core: brightness or density, and where it is."""

    matter: Field
    inside: NDArray[np.bool_]


def draw_invasion(rng: np.random.Generator, height: int, width: int) -> Invasion:
    """A spheroid at some day of its invasion: a bare core, cells close by, or a cloud of them."""
    side = min(height, width)
    radius = side * rng.uniform(0.05, 0.24)
    x, y = rng.uniform(0.35, 0.65, 2) * (width, height)
    core = draw_lobe(rng, float(x), float(y), radius, 1 + rng.exponential(0.15), rng.uniform(0.01, 0.15))
    cell_px = float(np.exp(rng.uniform(np.log(5), np.log(16))))
    spread = radius * rng.uniform(0.15, 1.1)
    if rng.random() < 0.2:
        return Invasion(core, cell_px, int(rng.poisson(2)), spread, 0, 0)
    crowd = rng.uniform(0.1, 1.2) * 2 * np.pi * (radius + spread) * spread / cell_px**2
    strands = int(rng.integers(4, 40)) if rng.random() < 0.45 else 0
    return Invasion(core, cell_px, int(min(600, crowd)), spread, strands, spread * rng.uniform(0.5, 1.5))


def _from_rim(core: Lobe, angle: float, away: float) -> tuple[float, float]:
    reach = float(core.reach[int(angle * ANGLES / (2 * np.pi)) % ANGLES]) + away
    return core.x + reach * np.cos(angle), core.y + reach * np.sin(angle)


def _cells(rng: np.random.Generator, invasion: Invasion, drawn: Drawn, mask: NDArray[np.uint8], slender: float) -> None:
    favourite, bias = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.7)
    shape = rng.uniform(0.7, 1.5)
    for _ in range(invasion.cells):
        angle = rng.uniform(0, 2 * np.pi)
        angle += bias * np.sin(favourite - angle)
        away = float(rng.gamma(shape, invasion.spread / shape)) - 0.1 * invasion.core.radius
        x, y = _from_rim(invasion.core, angle, away)
        length = invasion.cell_px * np.exp(rng.normal(0, 0.3)) / 2
        axes = round(length * 16), round(length * float(np.clip(rng.normal(slender, 0.12), 0.2, 1)) * 16)
        turn = np.degrees(angle) + rng.normal(0, 35)
        centre = round(x * 16), round(y * 16)
        cv2.ellipse(drawn.matter, centre, axes, turn, 0, 360, float(np.exp(rng.normal(0, 0.5))), -1, cv2.LINE_AA, BITS)
        cv2.ellipse(mask, centre, axes, turn, 0, 360, 1, -1, cv2.LINE_8, BITS)


def _strands(rng: np.random.Generator, invasion: Invasion, drawn: Drawn, mask: NDArray[np.uint8]) -> None:
    for _ in range(invasion.strands):
        angle = rng.uniform(0, 2 * np.pi)
        length = invasion.strand_px * rng.uniform(0.3, 1.5)
        away = np.linspace(-0.1 * invasion.core.radius, length, 12)
        bend = np.cumsum(rng.normal(0, 0.02, 12))
        points = [_from_rim(invasion.core, angle + b, a) for a, b in zip(away, bend, strict=True)]
        bright = float(np.exp(rng.normal(0, 0.3)))
        widths = np.linspace(1, rng.uniform(0.15, 0.5), 11) * invasion.cell_px * rng.uniform(0.4, 1)
        for start, end, width in zip(points[:-1], points[1:], widths, strict=True):
            a, b = ((round(p[0] * 16), round(p[1] * 16)) for p in (start, end))
            cv2.line(drawn.matter, a, b, bright, max(1, round(width)), cv2.LINE_AA, BITS)
            cv2.line(mask, a, b, 1, max(1, round(width)), cv2.LINE_8, BITS)


def _leave(rng: np.random.Generator, invasion: Invasion, shape: tuple[int, int], *, slender: float) -> Drawn:
    mask = np.zeros(shape, np.uint8)
    drawn = Drawn(np.zeros(shape, np.float32), mask.view(np.bool_))
    _strands(rng, invasion, drawn, mask)
    _cells(rng, invasion, drawn, mask, slender)
    return drawn


def _labels(inside: NDArray[np.bool_]) -> Labels:
    return tidy(connected(inside).astype(np.uint16), SMALLEST)


def _core_light(rng: np.random.Generator, invasion: Invasion, tissue: Tissue, inside_px: Field) -> Field:
    """Light of the core, cells give 1: rising steeply or slowly from its rim, in some pictures darker in the middle."""
    rise = np.clip(inside_px / (invasion.cell_px * rng.choice([0.6, rng.uniform(0.6, 4)])), 0, 1)
    starved = rng.uniform(0, 0.6) * (rng.random() < 0.3)
    rise = rise * (1 - starved * np.clip(inside_px / (0.7 * invasion.core.radius), 0, 1))
    return np.asarray(rng.uniform(0.8, 5) * rise * np.maximum(1 + rng.uniform(0, 0.5) * tissue.cells, 0.3), np.float32)


def _fluorescent(rng: np.random.Generator, invasion: Invasion, shape: tuple[int, int]) -> tuple[NDArray[np.uint8], Labels]:
    left = _leave(rng, invasion, shape, slender=rng.uniform(0.35, 0.8))
    tissue = draw_tissue(rng, *shape, invasion.cell_px)
    ragged = rng.uniform(0.1, 0.9) * invasion.cell_px
    inside_px = depth([invasion.core], Window(0, shape[0], 0, shape[1])) + np.float32(ragged) * tissue.clumps
    cells = left.matter * np.maximum(1 + rng.uniform(0.1, 0.5) * tissue.cells, 0.3)
    sharp = np.asarray(np.maximum(_core_light(rng, invasion, tissue, inside_px), cells), np.float32)
    sharp = blur(sharp, rng.uniform(0.6, 1.6))
    glow = rng.uniform(0, 0.25) * _glow(sharp, invasion.core.radius * rng.uniform(0.2, 0.6))
    inside = (sharp > CELL_EDGE) | (sharp + glow > GLOW_EDGE)
    haze = rng.uniform(0, 0.05) + rng.uniform(0, 0.015) * texture(rng, *shape, 60) + _smears(rng, *shape)
    seen = (sharp + glow) * rng.uniform(0.35, 1.0) + np.maximum(haze, 0)
    if rng.random() < 0.25:
        seen = np.minimum(seen, 1) * rng.uniform(0.6, 0.95)  # a sensor that is full before the picture is white
    image = light.photograph(rng, _dyed(rng, np.asarray(seen, np.float32)), noise=float(rng.uniform(0.003, 0.05)))
    return image, _labels(inside)


def _smears(rng: np.random.Generator, height: int, width: int) -> Field:
    """Glimmer of things far out of focus, which nobody outlines."""
    layer = np.zeros((height // 8, width // 8), np.float32)
    for _ in range(int(rng.poisson(0.5))):
        at = int(rng.integers(width // 8)), int(rng.integers(height // 8))
        cv2.circle(layer, at, int(rng.integers(1, 5)), float(rng.uniform(0.05, 0.35)), -1)
    return np.asarray(cv2.resize(blur(layer, rng.uniform(1.5, 3)), (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _dyed(rng: np.random.Generator, seen: Field) -> Field:
    """Grey in most pictures, in the colour of the dye in the others: (H, W, 1 or 3)."""
    if rng.random() < 0.75:
        return seen[:, :, None]
    return np.asarray(seen[:, :, None] * np.array(DYES[rng.integers(len(DYES))], np.float32), np.float32)


def _glow(sharp: Field, sigma: float) -> Field:
    small = np.asarray(cv2.resize(np.minimum(sharp, 3), None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA), np.float32)
    return np.asarray(cv2.resize(blur(small, max(0.6, sigma / 8)), sharp.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _transmitted(rng: np.random.Generator, invasion: Invasion, shape: tuple[int, int]) -> tuple[NDArray[np.uint8], Labels]:
    left = _leave(rng, invasion, shape, slender=rng.uniform(0.2, 0.6))
    tissue = draw_tissue(rng, *shape, invasion.cell_px * 0.8)
    look = Look(
        "solid",
        density=rng.uniform(0.7, 2.4),
        fill=rng.uniform(0.2, 1),
        wall=rng.uniform(0.1, 0.8),
        grain=rng.uniform(0.05, 0.4),
        fuzz=0.25 * invasion.cell_px,
        fringe=rng.uniform(0, 0.3),
        fringe_px=rng.uniform(1, 3),
        defocus=rng.uniform(0.5, 2),
        lens=0,
        inclusions=0,
    )
    core = render(rng, look, [invasion.core], tissue, shape)
    matter = left.matter * np.float32(rng.uniform(0.15, 0.5)) * np.maximum(1 + 0.4 * tissue.cells, 0.2)
    density = blur(np.asarray(matter, np.float32), rng.uniform(0.6, 1.3))
    halo = blur(left.matter, rng.uniform(2, 4)) - blur(left.matter, 1)
    density -= rng.uniform(0, 0.6) * halo
    inside = left.inside.copy()
    if core is not None:
        view = core.window.of(density)
        np.maximum(view, core.density, out=view)
        core.window.of(inside)[core.inside] = True
    density += litter.specks(rng, *shape, invasion.cell_px * 0.5, float(rng.uniform(0, 20)))
    density += rng.uniform(0, 0.025) * texture(rng, *shape, rng.uniform(1, 3))
    lit = light.uneven(rng, *shape) * light.relief(rng, density)
    return light.photograph(rng, light.colour(rng, density, lit), noise=float(rng.uniform(0.004, 0.03))), _labels(inside)


def invasion(rng: np.random.Generator, height: int, width: int) -> tuple[NDArray[np.uint8], Labels]:
    """A picture (H, W, 1 or 3) uint8 and its labels (H, W) uint16: connected pieces of core, strands and cells."""
    spheroid = draw_invasion(rng, height, width)
    return (_fluorescent if rng.random() < 0.65 else _transmitted)(rng, spheroid, (height, width))
