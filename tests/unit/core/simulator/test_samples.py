import numpy as np
import pytest

from cellhub_app.core.geometry.raster import relabel_components
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from cellhub_app.core.simulator.samples import sample_set
from tests.fixtures.samples import spheroids


@pytest.mark.parametrize("simulate", [fluorescent_nuclei, spheroids])
@pytest.mark.parametrize("seed", range(5))
def test_truth_is_whole_numbered_pieces(simulate, seed):
    image, labels = simulate(seed, 200, 240)
    assert image.shape == labels.shape == (200, 240)
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))
    assert labels.max() >= 1
    assert relabel_components(labels).max() == labels.max()


@pytest.mark.parametrize("simulate", [fluorescent_nuclei, spheroids])
def test_the_seed_decides_everything(simulate):
    first, again, other = (simulate(seed, 128, 128)[0] for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("seed", range(6))
def test_nuclei_are_brighter_than_what_surrounds_them(seed):
    image, labels = fluorescent_nuclei(seed, 256, 256)
    assert np.median(image[labels > 0]) > 1.5 * np.median(image[labels == 0])


@pytest.mark.parametrize("seed", range(6))
def test_spheroids_are_darker_than_what_surrounds_them(seed):
    image, labels = spheroids(seed, 256, 320)
    assert np.median(image[labels > 0]) < 0.8 * np.median(image[labels == 0])


@pytest.mark.parametrize(("bit_depth", "dtype"), [(8, np.uint8), (12, np.uint16), (16, np.uint16)])
def test_bit_depth_sets_type_and_range(bit_depth, dtype):
    image, _ = fluorescent_nuclei(1, 128, 128, bit_depth=bit_depth)
    assert image.dtype == dtype
    assert 2 ** (bit_depth - 2) < image.max() < 2**bit_depth


def test_count_is_the_number_tried():
    assert 15 <= fluorescent_nuclei(1, 512, 512, count=20)[1].max() <= 20


def test_some_nuclei_touch():
    touching = 0
    for seed in range(4):
        labels = fluorescent_nuclei(seed, 256, 256)[1]
        sides = ((labels[:, 1:], labels[:, :-1]), (labels[1:], labels[:-1]))
        touching += sum(int(((a != b) & (a > 0) & (b > 0)).sum()) for a, b in sides)
    assert touching > 20


def test_sample_set_is_named_for_what_it_is():
    samples = sample_set()
    assert len({sample.name for sample in samples}) == len(samples) == 12
    for sample in samples:
        assert sample.image.dtype == np.uint8
        assert sample.image.std() > 5
        assert ("Simulated" in sample.name) == ("Simulated" in sample.origin)
    assert {sample.kind for sample in samples} == {"nuclei", "spheroids", "cells"}
