import shutil

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference.catalog import WEIGHTS_DIR
from ml_worker.inference.forward import MapsNotFinite
from ml_worker.inference.preprocess import Stretch
from ml_worker.inference.scale import typical_diameter
from ml_worker.inference.sizes import FOLDER, LOWEST, SHRUNK, STEP, VIEW_PX, SizeEstimator, view, vote
from ml_worker.inference.weights import WeightsDamaged
from ml_worker.nets.sizer import BINS, Sizer


@pytest.fixture(scope="module")
def estimate() -> SizeEstimator:
    return SizeEstimator(WEIGHTS_DIR / FOLDER, torch.device("cpu"))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 700), (255, 257), (1023, 90), (1300, 1025)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shrunk", SHRUNK)
def test_every_image_has_a_view_of_one_shape(height, width, channels, shrunk):
    pixels = np.zeros((height, width, channels), np.uint16)
    assert view(pixels, Stretch.of(pixels), shrunk).shape == (VIEW_PX, VIEW_PX, 3)


def test_a_view_shows_the_middle_and_means_of_what_it_shrinks():
    pixels = np.zeros((2000, 1400, 1), np.uint8)
    pixels[1000 - 512 : 1000 + 512, 700 - 512 : 700 + 512] = np.tile(np.array([[0, 200], [200, 0]], np.uint8), (512, 512))[:, :, None]
    seen = view(pixels, Stretch(np.float32(0), np.float32(100)), 4)
    assert seen == pytest.approx(np.full_like(seen, 0.75))


def rated(diameters: dict[int, float]) -> np.ndarray:
    """What views would say that saw these diameters, in px of the image, clearly."""
    rows = []
    for shrunk in SHRUNK:
        place = (np.log2(diameters[shrunk] / shrunk) - LOWEST) / STEP
        shares = np.exp(-0.5 * (np.clip(place, 0, BINS - 1) - np.arange(BINS)) ** 2)
        rows.append(np.log(shares / shares.sum() + 1e-9))
    return np.array(rows, np.float32)


@given(st.floats(20, 300))
def test_views_that_agree_give_their_diameter(diameter: float):
    size = vote(rated(dict.fromkeys(SHRUNK, diameter)))
    assert size.diameter == pytest.approx(diameter, rel=0.03)
    assert size.certainty > 0.9


@given(st.floats(600, 1700))
def test_what_is_too_large_for_one_view_is_told_by_the_other(diameter: float):
    assert vote(rated(dict.fromkeys(SHRUNK, diameter))).diameter == pytest.approx(diameter, rel=0.2)


def test_views_that_disagree_are_less_certain():
    assert vote(rated({1: 20.0, 4: 300.0})).certainty < vote(rated({1: 80.0, 4: 80.0})).certainty


@pytest.mark.parametrize("magnification", [0.5, 1.0, 2.0, 4.0])
def test_nuclei_of_every_size_are_told_within_half_an_octave(estimate, magnification):
    image, labels = fluorescent_nuclei(3, 480, 480)
    smooth = cv2.INTER_AREA if magnification < 1 else cv2.INTER_LINEAR
    pixels = cv2.resize(image, None, fx=magnification, fy=magnification, interpolation=smooth)[:, :, None]
    (size,) = estimate([(pixels, Stretch.of(pixels))])
    diameter = typical_diameter(labels)
    assert diameter is not None
    assert abs(np.log2(size.diameter / (magnification * diameter))) < 0.5


def test_a_vote_that_is_no_number_is_refused(monkeypatch):
    monkeypatch.setattr(Sizer, "forward", lambda self, views: torch.full((len(views), BINS), torch.nan))
    pixels = fluorescent_nuclei(3, 64, 64)[0][:, :, None]
    with pytest.raises(MapsNotFinite, match="not numbers"):
        SizeEstimator(WEIGHTS_DIR / FOLDER, torch.device("cpu"))([(pixels, Stretch.of(pixels))])


def test_images_do_not_change_each_others_sizes(estimate):
    images = [fluorescent_nuclei(seed, 300, 260)[0][:, :, None] for seed in (1, 2)]
    given_ = [(pixels, Stretch.of(pixels)) for pixels in images]
    together = [size.diameter for size in estimate(given_)]
    assert together == pytest.approx([estimate([one])[0].diameter for one in given_], rel=1e-3)


def test_a_picture_of_nothing_has_some_finite_size(estimate):
    pixels = np.zeros((40, 40, 1), np.uint8)
    (size,) = estimate([(pixels, Stretch.of(pixels))])
    assert 1 < size.diameter < 3000


def test_a_file_that_its_card_does_not_describe_is_refused(tmp_path):
    folder = tmp_path / FOLDER
    shutil.copytree(WEIGHTS_DIR / FOLDER, folder)
    path = folder / "sizer.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsDamaged, match=r"not the one its card describes"):
        SizeEstimator(folder, torch.device("cpu")).load()
    path.unlink()
    with pytest.raises(WeightsDamaged, match=r"missing"):
        SizeEstimator(folder, torch.device("cpu")).load()
