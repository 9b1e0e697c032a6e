import numpy as np
import pytest

from cellhub_app.core.imaging.simulate import fluorescent_nuclei
from cellhub_app.core.metrics.matching import count_matches
from ml_worker.inference.classical import foreground_map, label_foreground
from ml_worker.inference.postprocess import Settings
from ml_worker.inference.preprocess import to_network


def discs(radius: int = 12, distance: int = 40) -> np.ndarray:
    y, x = np.mgrid[:160, :160]
    return ((y % distance - distance // 2) ** 2 + (x % distance - distance // 2) ** 2 < radius**2).astype(np.uint8)


def segment(image: np.ndarray) -> np.ndarray:
    return label_foreground(foreground_map(to_network(image)), Settings())


@pytest.mark.parametrize("inverted", [False, True])
def test_bright_and_dark_objects_are_found_alike(inverted):
    noise = np.random.default_rng(0).normal(0, 4, (160, 160))
    image = 40 + 150 * discs() + noise
    assert segment((255 - image if inverted else image).astype(np.uint8)).max() == 16


def test_discs_that_touch_are_split():
    y, x = np.mgrid[:60, :90]
    pair = ((y - 30) ** 2 + (x - 30) ** 2 < 225) | ((y - 30) ** 2 + (x - 56) ** 2 < 225)
    assert segment((pair * 200).astype(np.uint8)).max() == 2


def test_an_empty_image_has_no_objects():
    assert segment(np.full((50, 60), 9, np.uint8)).max() == 0


def test_simulated_nuclei_are_mostly_found():
    image, truth = fluorescent_nuclei(5)
    assert count_matches(truth, segment(image), [0.5])[0].f1 > 0.6
