"""What a single body leaves in the light."""

from dataclasses import replace

import numpy as np
import pytest

from cellhub_app.core.simulator.bodies import Kind, Rendered, render
from cellhub_app.core.simulator.culture import draw_culture, draw_look
from cellhub_app.core.simulator.grain import draw_tissue
from cellhub_app.core.simulator.shapes import draw_lobe

SHAPE = 200, 200
KINDS: tuple[Kind, ...] = ("cyst", "thick", "solid", "grape")


def one_body(kind: Kind, seed: int, radius: float = 30.0, **look_changes: float) -> Rendered:
    rng = np.random.default_rng(seed)
    tissue = draw_tissue(rng, *SHAPE, cell_px=6.0)
    look = replace(draw_look(rng, replace(draw_culture(rng, *SHAPE), kinds=(kind,)), radius), **look_changes)
    body = render(rng, look, [draw_lobe(rng, 100, 100, radius, 1.1, 0.02)], tissue, SHAPE)
    assert body is not None
    return body


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_fades_out_before_its_window_ends(kind: Kind):
    for seed in range(12):
        density = one_body(kind, seed).density
        frame = np.concatenate([density[0], density[-1], density[:, 0], density[:, -1]])
        assert np.abs(frame).max() < 0.01


@pytest.mark.parametrize("kind", KINDS)
def test_the_outline_encloses_about_the_area_that_was_asked_for(kind: Kind):
    areas = [one_body(kind, seed, defocus=0.5, fuzz=0.5).inside.sum() / (np.pi * 30**2) for seed in range(6)]
    assert 0.85 < min(areas) <= max(areas) < 1.2


def test_a_cyst_is_clear_in_the_middle_and_a_solid_body_is_not():
    cyst, solid = (one_body(kind, 3, fill=0.1, lens=0.0, defocus=0.5, inclusions=0, fringe=0.0) for kind in ("cyst", "solid"))
    for body, clear in ((cyst, True), (solid, False)):
        row, column = 100 - body.window.y0, 100 - body.window.x0
        middle = float(body.density[row - 3 : row + 4, column - 3 : column + 4].mean())
        assert (middle < 0.3 * float(body.density.max())) == clear


def test_out_of_focus_bodies_are_fainter_and_larger():
    sharp, blurred = (one_body("cyst", 5, fringe=0.0, defocus=defocus, fill=0.0) for defocus in (0.5, 6.0))
    assert blurred.contrast < 0.7 * sharp.contrast
    assert blurred.inside.sum() > sharp.inside.sum()


def test_nothing_is_rendered_beside_the_canvas():
    rng = np.random.default_rng(0)
    look = draw_look(rng, draw_culture(rng, *SHAPE), 10)
    assert render(rng, look, [draw_lobe(rng, -500, 100, 10, 1, 0)], draw_tissue(rng, *SHAPE, cell_px=5), SHAPE) is None
