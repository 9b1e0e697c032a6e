import numpy as np

from ml_worker.training.augment import Ranges, crop, vary_intensity
from ml_worker.training.targets import make_targets


def two_touching_squares() -> np.ndarray:
    labels = np.zeros((20, 30), np.int32)
    labels[5:15, 5:15], labels[5:15, 15:25] = 4, 9
    return labels


def test_boundary_lies_on_both_sides_of_every_edge():
    boundary = make_targets(two_touching_squares())[1]
    assert boundary[10, 4] == boundary[10, 5] == 1
    assert boundary[10, 14] == boundary[10, 15] == 1
    assert boundary[10, 10] == boundary[1, 1] == 0


def test_distance_is_one_in_the_middle_of_every_object_whatever_its_size():
    labels = two_touching_squares()
    labels[0:3, 0:3] = 2
    distance = make_targets(labels)[2]
    assert [distance[labels == label].max() for label in (2, 4, 9)] == [1, 1, 1]
    assert distance[labels == 4].min() == np.float32(1 / 5)
    assert not distance[labels == 0].any()


def test_the_image_border_is_not_an_edge():
    labels = np.zeros((10, 20), np.int32)
    labels[:, :10] = 1
    distance = make_targets(labels)[2]
    assert distance[0, 0] == 1
    assert distance[5, 0] == 1


def test_an_image_full_of_one_object_and_an_empty_one():
    assert make_targets(np.ones((6, 6), np.int32)).tolist() == np.stack([np.ones((6, 6)), np.zeros((6, 6)), np.ones((6, 6))]).tolist()
    assert not make_targets(np.zeros((6, 6), np.int32)).any()


def test_image_and_labels_are_cut_alike():
    labels = np.zeros((120, 120), np.int32)
    labels[30:80, 40:70] = 1
    rng = np.random.default_rng(3)
    for _ in range(5):
        image, cut = crop(labels.astype(np.float32), labels, rng, 64, Ranges())
        assert ((image > 0.5) != (cut > 0)).mean() < 0.03


def test_intensities_vary_but_stay_finite():
    rng = np.random.default_rng(0)
    image = rng.random((32, 32, 3)).astype(np.float32)
    varied = [vary_intensity(image, rng, Ranges()) for _ in range(20)]
    assert all(one.dtype == np.float32 and np.isfinite(one).all() and one.shape == image.shape for one in varied)
    assert np.std([one.mean() for one in varied]) > 0.05
