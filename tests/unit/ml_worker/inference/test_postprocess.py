import numpy as np

from cellhub_app.core.metrics.matching import count_matches, pooled
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference.postprocess import FULL, Settings, grow, label_maps
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
