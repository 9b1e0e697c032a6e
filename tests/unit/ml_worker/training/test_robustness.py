import numpy as np
import pytest

from ml_worker.training.robustness import VARIANTS
from tests.unit.ml_worker.training.annotated import simulated_samples


@pytest.mark.parametrize("name", VARIANTS)
def test_labels_stay_on_their_objects(name):
    sample = simulated_samples(1)[0]
    image, labels = VARIANTS[name](sample.image, sample.labels)
    assert image.shape[:2] == labels.shape
    assert image.ndim == 3
    inside, outside = float(image[labels > 0].mean()), float(image[labels == 0].mean())
    assert (inside < outside) == (name == "inverted")


@pytest.mark.parametrize(("name", "factor"), [("halfSize", 0.5), ("doubleSize", 2.0)])
def test_sizes_change_by_their_factor(name, factor):
    sample = simulated_samples(1)[0]
    _, labels = VARIANTS[name](sample.image, sample.labels)
    assert (labels > 0).sum() == pytest.approx(factor**2 * (sample.labels > 0).sum(), rel=0.1)


def test_noise_is_the_same_for_the_same_image():
    sample = simulated_samples(1)[0]
    first, second = (VARIANTS["noisy"](sample.image, sample.labels)[0] for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, sample.image)


def test_depth_and_light_are_what_they_say():
    sample = simulated_samples(1)[0]
    assert VARIANTS["sixteenBit"](sample.image, sample.labels)[0].dtype == np.uint16
    assert VARIANTS["dim"](sample.image, sample.labels)[0].max() <= 26
