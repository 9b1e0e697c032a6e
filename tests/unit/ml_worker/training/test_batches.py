import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from ml_worker.training.augment import Ranges
from ml_worker.training.batches import Batches, chances, stream
from tests.unit.ml_worker.training.annotated import simulated_samples


def batches(size: int = 64) -> Batches:
    return Batches(simulated_samples(4), seed=1, batch=3, size=size, ranges=Ranges())


def test_a_batch_depends_on_its_step_alone():
    one, other = batches(), batches()
    assert torch.equal(one[7][0], other[7][0])
    assert torch.equal(one[7][1], other[7][1])
    assert not torch.equal(one[7][0], one[8][0])


def test_batches_are_three_channels_with_targets_in_range():
    images, targets = batches()[0]
    assert images.shape == targets.shape == (3, 3, 64, 64)
    assert images.dtype == targets.dtype == torch.float32
    assert 0 <= float(targets.min()) <= float(targets.max()) <= 1


def test_loader_processes_keep_the_order():
    direct = [images for images, _ in itertools.islice(stream(batches(), 5, workers=0), 3)]
    loaded = [images for images, _ in itertools.islice(stream(batches(), 5, workers=1), 3)]
    assert all(torch.equal(a, b) for a, b in zip(direct, loaded, strict=True))


def test_domains_are_drawn_by_their_shares_and_not_by_their_numbers_of_images():
    samples = [replace(one, domain="cells_phase" if k == 0 else "nuclei_fluo") for k, one in enumerate(simulated_samples(5))]
    weights = chances(samples, {"nuclei_fluo": 3})
    by_domain: Counter[str] = Counter()
    for one, weight in zip(samples, weights, strict=True):
        by_domain[one.domain] += weight
    assert by_domain["nuclei_fluo"] == pytest.approx(0.75)
    assert by_domain["cells_phase"] == pytest.approx(0.25)


def test_large_images_are_drawn_more_often():
    small, large = simulated_samples(1, side=48)[0], simulated_samples(1, side=96)[0]
    assert chances([small, large], {}) == pytest.approx([1 / 3, 2 / 3])


def test_only_the_part_that_a_crop_needs_is_stretched_and_it_is_the_same_crop():
    from ml_worker.training.augment import crop

    rng = np.random.default_rng(5)
    image = rng.random((300, 400, 3)).astype(np.float32)
    labels = np.arange(300 * 400, dtype=np.int32).reshape(300, 400) % 65521
    seen = []
    for seed in range(30):
        whole = crop(image, labels, np.random.default_rng(seed), 64, Ranges(elastic_share=0))
        part = crop(image, labels, np.random.default_rng(seed), 64, Ranges(elastic_share=0), lambda piece: seen.append(piece.size) or piece)
        assert np.array_equal(whole[0], part[0])
        assert np.array_equal(whole[1], part[1])
    assert np.mean(seen) < 0.3 * image.size


@pytest.mark.parametrize("diameter", [12.0, 20.0, 33.0])
def test_a_crop_that_shrinks_averages_noise_away_and_stays_under_its_labels(diameter: float):
    from ml_worker.training.augment import crop

    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[0:600, 0:600]
    labels = ((rows // 75 + columns // 75) % 2).astype(np.int32)
    image = (labels + rng.normal(0, 0.3, labels.shape)).astype(np.float32)[:, :, None]
    ranges = Ranges(diameter_px=(diameter, diameter), largest_px=diameter, elastic_share=0)
    pixels, pieces = crop(image, labels, np.random.default_rng(1), 192, ranges, diameter=75.0)
    shifted = [
        np.corrcoef(np.roll(pixels.squeeze(), shift, (0, 1)).ravel(), pieces.ravel())[0, 1]
        for shift in ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1))
    ]
    assert max(shifted) == shifted[0] > 0.9
    assert pixels.squeeze()[pieces == 0].std() < 0.2
