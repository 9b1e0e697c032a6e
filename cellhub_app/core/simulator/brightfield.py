"""A scene of spheroids or organoids under transmitted light and its truth."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cellhub_app.core.simulator import light, litter, plate
from cellhub_app.core.simulator.bodies import Kind
from cellhub_app.core.simulator.culture import SMALLEST, Culture, draw_culture, draw_hollow
from cellhub_app.core.simulator.grain import draw_tissue
from cellhub_app.core.simulator.litter import Disc
from cellhub_app.core.simulator.shapes import Field
from cellhub_app.core.simulator.stage import Stage, add_bodies, add_ghosts
from cellhub_app.core.simulator.truth import Labels, paint, tidy

MARGIN = 24
BLIND = 0.03  # least difference in grey, share of the range, that an eye still follows


def brightfield(rng: np.random.Generator, height: int, width: int) -> tuple[NDArray[np.uint8], Labels]:
    """A picture (H, W, 1 or 3) uint8 of a culture drawn at random, and its labels (H, W) uint16."""
    return picture(rng, draw_culture(rng, height, width), height, width)


def organoids(rng: np.random.Generator, height: int, width: int) -> tuple[NDArray[np.uint8], Labels]:
    """The same of hollow organoids alone, which are seen through one another."""
    return picture(rng, draw_hollow(rng, height, width), height, width)


def _clutter(rng: np.random.Generator, culture: Culture, bubbles: list[Disc], shape: tuple[int, int]) -> Field:
    dirt = float(np.exp(rng.uniform(np.log(2), np.log(220))))
    density = litter.specks(rng, *shape, min(culture.cell_px, culture.radius[0] * 0.8), dirt)
    density += litter.fibres(rng, *shape, int(rng.integers(1, 4)) if rng.random() < 0.2 else 0)
    return density + litter.bubbles(rng, *shape, bubbles)


def _set_up(rng: np.random.Generator, culture: Culture, shape: tuple[int, int]) -> Stage:
    """An empty stage with its litter, and with microwells if the culture grows in them."""
    bubbles = litter.draw_bubbles(rng, *shape, int(rng.integers(1, 4)) if rng.random() < 0.1 else 0)
    density = _clutter(rng, culture, bubbles, shape)
    wells = None
    if culture.pitch:
        wells = plate.draw_microwells(rng, *shape, culture.pitch)
        density += plate.walls(rng, *shape, wells)
        # an empty round well and a hollow body look alike
        kinds: tuple[Kind, ...] = ("solid", "grape") if wells.round else culture.kinds
        culture = replace(culture, kinds=kinds, count=min(culture.count, len(wells.centres(*shape))))
    return Stage(culture, draw_tissue(rng, *shape, culture.cell_px), density, bubbles, wells)


def picture(rng: np.random.Generator, culture: Culture, height: int, width: int) -> tuple[NDArray[np.uint8], Labels]:
    """A picture (H, W, 1 or 3) uint8 of a culture, and its labels (H, W) uint16."""
    shape = height + 2 * MARGIN, width + 2 * MARGIN
    stage = _set_up(rng, culture, shape)
    add_ghosts(rng, stage)
    outlined = add_bodies(rng, stage)
    lit = light.uneven(rng, *shape)
    if rng.random() < 0.35:
        lit = lit * light.well_edge(rng, *shape)
    seen = [(defocus, body) for defocus, body in outlined if body.contrast * lit[body.centre] > BLIND]
    if rng.random() < 0.6:
        lit = lit * light.relief(rng, stage.density)
    noise = float(np.exp(rng.uniform(np.log(0.003), np.log(0.035))))
    image = light.photograph(rng, light.colour(rng, stage.density, lit), noise=noise)
    inner = slice(MARGIN, MARGIN + height), slice(MARGIN, MARGIN + width)
    image = np.ascontiguousarray(image[inner])
    if rng.random() < 0.06:
        plate.scale_bar(rng, image)
    return image, tidy(paint(seen, shape, through=culture.through > 0)[inner], smallest=int(2 * SMALLEST**2))
