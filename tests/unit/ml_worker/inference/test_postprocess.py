import numpy as np
import pytest

from cellhub_app.core.imaging.simulate import fluorescent_nuclei
from cellhub_app.core.metrics.matching import count_matches, pooled
from ml_worker.inference.postprocess import FULL, Settings, grow, label_maps, rate_objects
from ml_worker.training.targets import make_targets


def true_maps(labels: np.ndarray) -> np.ndarray:
    return np.rint(make_targets(labels) * FULL).astype(np.uint8)


def test_true_maps_give_the_true_instances_back():
    truths = [fluorescent_nuclei(seed, 384, 384)[1] for seed in range(6)]
    counts = [count_matches(truth, label_maps(true_maps(truth), Settings()), [0.5])[0] for truth in truths]
    assert pooled(counts).average_precision > 0.95


def test_touching_objects_are_told_apart():
    labels = np.zeros((40, 80), np.int32)
    labels[10:30, 10:40], labels[10:30, 40:70] = 1, 2
    assert label_maps(true_maps(labels), Settings()).max() == 2


def test_a_blob_without_a_seed_is_dropped():
    maps = np.zeros((3, 20, 20), np.uint8)
    maps[0, 5:15, 5:15] = FULL
    assert not label_maps(maps, Settings()).any()


def test_growing_follows_the_mask_around_a_gap():
    mask = np.ones((5, 9), bool)
    mask[:4, 4] = False
    seeds = np.zeros((5, 9), np.int32)
    seeds[0, 0], seeds[0, 5] = 1, 2
    labels = grow(seeds, mask)
    assert (labels > 0).sum() == mask.sum()
    assert labels[0, 3] == 1
    assert labels[0, 8] == 2


def test_labels_are_connected_and_numbered_without_gaps():
    truth = fluorescent_nuclei(3, 256, 256)[1]
    labels = label_maps(true_maps(truth), Settings(min_area_px=60))
    assert sorted(np.unique(labels)) == list(range(int(labels.max()) + 1))
    assert np.bincount(labels.ravel())[1:].min() >= 60


def two_squares() -> np.ndarray:
    labels = np.zeros((20, 40), np.int32)
    labels[4:16, 4:16], labels[4:16, 24:36] = 1, 2
    return labels


def test_a_sure_object_has_high_score_and_no_doubt_a_coin_toss_full_doubt():
    labels = two_squares()
    foreground = np.where(labels == 1, 255, 128).astype(np.uint8)
    scores, doubts = rate_objects(foreground[None], labels)
    assert scores == pytest.approx([1, 0.5], abs=0.01)
    assert doubts == pytest.approx([0, 1], abs=0.01)


def test_a_boundary_inside_an_object_raises_its_doubt_one_at_its_rim_does_not():
    labels = two_squares()
    maps = np.zeros((3, 20, 40), np.uint8)
    maps[0] = np.where(labels > 0, 255, 0)
    maps[1, 4:16, 4] = maps[1, 4:16, 29] = 255
    _, doubts = rate_objects(maps, labels)
    assert doubts[0] == 0
    assert doubts[1] == pytest.approx(1 / 8)


def test_an_empty_image_has_no_objects_to_rate():
    scores, doubts = rate_objects(np.zeros((3, 4, 4), np.uint8), np.zeros((4, 4), np.int32))
    assert scores.shape == doubts.shape == (0,)
