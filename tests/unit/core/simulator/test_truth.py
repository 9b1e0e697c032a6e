"""Whether labels lie where a careful eye would draw them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from cellhub_app.core.simulator.bodies import Rendered
from cellhub_app.core.simulator.brightfield import organoids, picture
from cellhub_app.core.simulator.culture import SMALLEST, draw_culture, draw_look
from cellhub_app.core.simulator.shapes import Window
from cellhub_app.core.simulator.truth import connected, paint, tidy
from ml_worker.training.simulated import DOMAINS, simulate


def rim_contrast(image: np.ndarray, labels: np.ndarray, label: int) -> float | None:
    """The difference in grey across a label's rim in deviations of the surroundings; None where nothing else surrounds it."""
    mask = (labels == label).astype(np.uint8)
    near = cv2.dilate(mask, np.ones((15, 15), np.uint8)) - cv2.dilate(mask, np.ones((5, 5), np.uint8))
    around, rim = image[(near > 0) & (labels == 0)], image[(mask - cv2.erode(mask, np.ones((7, 7), np.uint8))) > 0]
    return None if around.size < 50 else abs(float(rim.mean() - around.mean())) / max(float(around.std()), 1e-3)


@pytest.mark.parametrize("domain", DOMAINS)
def test_rims_differ_from_what_surrounds_them(domain: str):
    contrasts = []
    for index in range(12):
        sample = simulate(domain, 4, index, 192)
        areas = np.bincount(sample.labels.ravel())
        contrasts += [rim_contrast(sample.image.mean(2), sample.labels, int(k)) for k in np.flatnonzero(areas > 80) if k]
    seen = np.array([one for one in contrasts if one is not None])
    assert seen.size > 30
    assert np.mean(seen > 1) > 0.9


def test_outlines_run_where_the_rim_has_half_its_contrast():
    shares = []
    for index in range(12):
        sample = simulate("brightfield_sim", 6, index, 192)
        grey, inside = sample.image.mean(2), (sample.labels > 0).astype(np.uint8)
        within = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
        beyond = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
        rings = [grey[(beyond > 4) & (beyond < 9)], grey[(within > 0) & (within < 1.5)], grey[(within > 3) & (within < 6)]]
        if min(ring.size for ring in rings) > 100:
            outside, edge, deep = (ring.mean() for ring in rings)
            shares.append((edge - outside) / (deep - outside))
    assert len(shares) >= 8
    assert 0.3 < np.median(shares) < 0.9


def test_specks_fibres_bubbles_ghosts_and_microwells_are_background():
    for seed in range(4):
        rng = np.random.default_rng(seed)
        culture = replace(draw_culture(rng, 160, 160), count=0, ghosts=12, pitch=60.0 * (seed % 2))
        image, labels = picture(rng, culture, 160, 160)
        assert not labels.any()
        assert image.std() > 1


def test_bodies_span_sizes_from_a_speck_to_most_of_the_field():
    diameters = []
    for index in range(40):
        labels = simulate("brightfield_sim", 8, index, 128).labels
        diameters += (2 * np.sqrt(np.bincount(labels.ravel())[1:] / np.pi)).tolist()
    assert min(diameters) >= 1.5 * SMALLEST
    assert min(diameters) < 18
    assert max(diameters) > 75


def test_a_label_cut_in_two_keeps_its_larger_piece_and_crumbs_go():
    labels = np.zeros((20, 40), np.uint16)
    labels[5:15, 2:38] = 7
    labels[:, 12:14] = 9
    labels[0, 0] = 3
    tidied = tidy(labels, smallest=10)
    assert np.unique(tidied).tolist() == [0, 1, 2]
    assert not tidied[5:15, 2:12].any()
    assert (tidied[5:15, 14:38] == 1).all()
    assert connected(tidied).max() == 2


def disc(x: float, y: float, radius: float) -> Rendered:
    """A body of which only its outline counts, on a canvas of 80 x 80."""
    window = Window.around(x, y, radius + 2, (80, 80))
    rows, columns = np.mgrid[window.y0 : window.y1, window.x0 : window.x1]
    inside = np.hypot(columns - x, rows - y) <= radius
    return Rendered(window, inside.astype(np.float32), inside, 1.0, (int(y), int(x)))


def test_the_sharper_of_two_bodies_lies_on_top_unless_it_would_hide_the_other():
    sharp, blurred, within = disc(30, 40, 20), disc(60, 40, 20), disc(25, 40, 6)
    labels = paint([(0.5, sharp), (2.0, blurred), (1.0, within)], (80, 80), through=True)
    assert labels[40, 42] == labels[40, 12] != labels[40, 60]  # where two share pixels they are the sharper one's
    assert (labels == labels[40, 25]).sum() == within.inside.sum()  # though it is less sharp than what it lies in
    assert len(np.unique(labels)) == 4


def test_some_large_hollow_bodies_have_a_broad_black_wall():
    rng = np.random.default_rng(5)
    culture = replace(draw_culture(rng, 512, 512), kinds=("cyst",), black=1.0)
    looks = [draw_look(rng, culture, 50.0) for _ in range(20)]
    assert all(look.density * look.wall > 0.05 and look.wall >= 0.05 and look.density > 1.3 for look in looks)


def test_hollow_organoids_lie_above_one_another_and_each_is_outlined():
    nested = 0
    for seed in range(3):
        _, labels = organoids(np.random.default_rng(seed), 384, 384)
        for label in range(1, int(labels.max()) + 1):
            outer = cv2.morphologyEx((labels == label).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8))
            nested += len(np.setdiff1d(np.unique(labels[outer > 0]), [0, label])) > 0
    assert nested > 5
