import cv2
import numpy as np
import pytest

from cellhub_app.core.metrics.matching import count_matches
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference import classical_bands, room
from ml_worker.inference.classical import foreground_map, is_dark_foreground, label_foreground, levels_of
from ml_worker.inference.classical_bands import foreground_of, is_dark_by_counts, otsu_level
from ml_worker.inference.postprocess import Settings
from ml_worker.inference.prepared import Prepared
from ml_worker.inference.preprocess import Stretch, select_channels, to_network


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


def prepared_of(image: np.ndarray) -> Prepared:
    planes = select_channels(image)
    return Prepared("classical", Settings(), planes, Stretch.of(planes))


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("levels", [250, 12])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_large_image_has_the_map_of_the_whole_though_it_is_made_in_bands(monkeypatch, inverted, levels, channels):
    image = (fluorescent_nuclei(5, 300, 260)[0] / 255 * levels).astype(np.uint8)
    image = np.repeat((levels - image if inverted else image)[:, :, None], channels, axis=2)
    whole = foreground_of(prepared_of(image))
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    monkeypatch.setattr(classical_bands, "ROWS", 70)
    passed: list[int] = []
    banded = foreground_of(prepared_of(image), lambda: passed.append(1))
    assert isinstance(banded, np.memmap)
    assert len(passed) == 3 * 5
    assert whole.shape == banded.shape == (1, 300, 260)
    assert np.abs(whole.astype(int) - banded).max() <= 1
    assert (whole == banded).mean() > 0.999


@pytest.mark.parametrize(("width", "rows"), [(200, 100), (1000, 20)])
def test_bands_of_wider_images_have_fewer_rows(monkeypatch, width, rows):
    image = np.random.default_rng(0).integers(0, 200, (200, width, 3), np.uint8)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    monkeypatch.setattr(classical_bands, "ROWS", 100)
    monkeypatch.setattr(classical_bands, "BAND_BYTES", 1000 * 20 * 3 * 4)
    seen: list[int] = []
    monkeypatch.setattr(classical_bands, "map_of", lambda grey, *_, **__: seen.append(len(grey)) or np.zeros(grey.shape, np.uint8))
    foreground_of(prepared_of(image))
    assert seen == [rows] * (200 // rows)


def test_a_large_image_of_one_value_has_no_foreground(monkeypatch):
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    assert not foreground_of(prepared_of(np.full((50, 60), 9, np.uint8))).any()


@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_and_the_darker_class_follow_from_counts_as_from_pixels(seed):
    rng = np.random.default_rng(seed)
    grey = np.concatenate([rng.normal(0.3, 0.05, 6000), rng.normal(0.7, 0.02 * (seed + 1), 5000)]).astype(np.float32)[None]
    grey = np.clip(grey, 0, 1)
    low, high = float(grey.min()), float(grey.max())
    counts = np.bincount(levels_of(grey, low, high).ravel(), minlength=65536)
    level, _ = cv2.threshold(levels_of(grey, low, high), 0, 65535, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    assert otsu_level(counts) == level
    assert is_dark_by_counts(counts, int(level)) == is_dark_foreground(grey, low + level / 65535 * (high - low))
