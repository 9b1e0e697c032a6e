"""Bodies find their places in a picture and leave their density there."""

import math
from dataclasses import dataclass

import numpy as np

from cellhub_app.core.simulator import litter
from cellhub_app.core.simulator.bodies import Kind, Rendered, render
from cellhub_app.core.simulator.culture import Culture, blurred_away, draw_look
from cellhub_app.core.simulator.grain import Tissue
from cellhub_app.core.simulator.litter import Disc
from cellhub_app.core.simulator.plate import Microwells
from cellhub_app.core.simulator.shapes import Field, Lobe, bud, draw_lobe

FAINTEST = 0.09  # contrast of a labelled body's rim


@dataclass(frozen=True)
class Stage:
    """A picture in the making: what grows there, the density so far (H, W), and the places that are taken."""

    culture: Culture
    tissue: Tissue
    density: Field
    taken: list[Disc]
    wells: Microwells | None

    @property
    def shape(self) -> tuple[int, int]:
        return self.density.shape[0], self.density.shape[1]


def _around(rng: np.random.Generator, other: Disc, reach: float, nearest: float, farthest: float) -> tuple[float, float]:
    """A place in any direction from another body, away from its middle by so many times `reach`."""
    angle, away = rng.uniform(0, 2 * np.pi), reach * rng.uniform(nearest, farthest)
    return float(other[0] + away * np.cos(angle)), float(other[1] + away * np.sin(angle))


def _spot(rng: np.random.Generator, stage: Stage, radius: float) -> tuple[float, float]:
    """A place to try: in the middle, in a microwell, beside another body, or anywhere."""
    size = np.array(stage.shape[::-1])
    if stage.wells is not None and rng.random() < 0.85:
        centres = stage.wells.centres(*stage.shape)
        x, y = centres[rng.integers(len(centres))] + rng.normal(0, 0.06, 2) * stage.wells.pitch
    elif stage.culture.count == 1:
        x, y = rng.uniform(0.3, 0.7, 2) * size
    elif stage.taken and rng.random() < stage.culture.crowd:
        other = stage.taken[rng.integers(len(stage.taken))]
        x, y = _around(rng, other, radius + other[2], 0.75, 1.1)
    else:
        x, y = rng.uniform(0, 1, 2) * size
    return float(x), float(y)


def _place(rng: np.random.Generator, stage: Stage) -> Disc | None:
    """Take a place for one more body; None where none is found."""
    radius = float(np.exp(rng.uniform(*np.log(stage.culture.radius))))
    if stage.culture.through and stage.taken and rng.random() < stage.culture.through:
        other = stage.taken[rng.integers(len(stage.taken))]
        stage.taken.append((*_around(rng, other, max(radius, other[2]), 0.3, 0.95), radius))
        return stage.taken[-1]
    apart = rng.uniform(0, 0.4)
    for _ in range(12):
        x, y = _spot(rng, stage, radius)
        if all(math.hypot(x - a, y - b) > max(r, radius) + apart * min(r, radius) for a, b, r in stage.taken):
            stage.taken.append((x, y, radius))
            return stage.taken[-1]
    return None


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


def add_bodies(rng: np.random.Generator, stage: Stage) -> list[tuple[float, Rendered]]:
    """Add the culture's bodies to the density; returns those that are outlined, with their defocus."""
    outlined: list[tuple[float, Rendered]] = []
    culture = stage.culture
    for _ in range(culture.count):
        disc = _place(rng, stage)
        if disc is None:
            continue
        look = draw_look(rng, culture, disc[2])
        lobes = _lobes(rng, culture, disc, look.kind)
        body = render(rng, look, lobes, stage.tissue, stage.shape)
        if body is None or body.contrast < FAINTEST:
            continue
        body.window.of(stage.density)[...] += body.density
        outlined.append((look.defocus, body))
        if look.kind in ("solid", "grape") and rng.random() < culture.corona:
            loose = int(rng.uniform(0.05, 0.6) * 2 * np.pi * disc[2] / culture.cell_px)
            stage.density[...] += litter.corona(rng, stage.shape, lobes[0], 0.8 * culture.cell_px, loose)
    return outlined


def add_ghosts(rng: np.random.Generator, stage: Stage) -> None:
    """Add bodies that lie too far out of focus to be outlined."""
    height, width = stage.shape
    for _ in range(stage.culture.ghosts):
        disc = float(rng.uniform(0, width)), float(rng.uniform(0, height)), float(rng.uniform(*stage.culture.radius))
        look = blurred_away(draw_look(rng, stage.culture, disc[2]), rng, disc[2])
        body = render(rng, look, _lobes(rng, stage.culture, disc, look.kind), stage.tissue, stage.shape)
        if body is not None:
            body.window.of(stage.density)[...] += body.density
