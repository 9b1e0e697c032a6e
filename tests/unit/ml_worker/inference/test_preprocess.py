import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml_worker.inference.preprocess import Stretch, select_channels, to_network


def noisy(dtype: str, scale: float, shape: tuple[int, ...] = (40, 50)) -> np.ndarray:
    return (np.random.default_rng(0).random(shape) * scale).astype(dtype)


@pytest.mark.parametrize(("dtype", "scale"), [("uint8", 255), ("uint16", 65535), ("int16", 3000), ("float32", 1), ("float64", 1e-3)])
def test_every_depth_becomes_the_same_range(dtype, scale):
    image = to_network(noisy(dtype, scale))
    assert image.dtype == np.float32
    assert image.shape == (40, 50, 3)
    assert np.percentile(image, (1, 99.8)) == pytest.approx([0, 1], abs=0.02)


@given(st.floats(0.1, 1000), st.floats(-1000, 1000))
@settings(max_examples=30, deadline=None)
def test_gain_and_offset_of_the_camera_do_not_matter(gain, offset):
    image = noisy("float64", 1)
    assert np.allclose(to_network(image), to_network(image * gain + offset), atol=2e-3)


def test_grey_is_repeated_and_rgb_is_kept():
    grey = to_network(noisy("uint8", 255, (8, 8, 1)))
    colour = to_network(noisy("uint8", 255, (8, 8, 3)))
    assert (grey[..., 0] == grey[..., 2]).all()
    assert not (colour[..., 0] == colour[..., 2]).all()


def test_of_five_channels_the_chosen_one_is_used():
    image = noisy("uint16", 4000, (9, 9, 5))
    assert (to_network(image, channel=3) == to_network(image[:, :, 3])).all()


def test_a_channel_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no channel 2"):
        select_channels(np.zeros((4, 4, 2), np.uint8), 2)


def test_an_image_without_pixels_is_refused():
    with pytest.raises(ValueError, match="height, width and channels"):
        select_channels(np.zeros((0, 4), np.uint8))


@pytest.mark.parametrize("value", [0, 7, 255])
def test_a_constant_image_becomes_zero(value):
    assert not to_network(np.full((16, 16), value, np.uint8)).any()


def test_missing_values_do_not_spread():
    image = noisy("float32", 1)
    image[3, 4], image[5, 6] = np.nan, np.inf
    assert np.isfinite(to_network(image)).all()


@pytest.mark.parametrize(("levels", "sigma"), [(3, 2.0), (15, 2.0), (16, 1.0), (31, 1.0), (32, 0), (4000, 0), (0, 0)])
def test_images_of_few_grey_levels_are_smoothed(levels, sigma):
    image = np.tile(np.array([[0, levels]], np.uint16), (40, 20))
    assert Stretch.of(image).smooth == sigma


def test_steps_between_few_grey_levels_are_hidden():
    columns = np.linspace(0, 5, 200)
    image = np.tile(np.rint(columns), (50, 1)).astype(np.uint8)[:, :, None]
    seen = Stretch.of(image)(image)[25, 20:-20, 0]
    assert np.abs(np.diff(seen)).max() < 0.05


def test_real_numbers_are_never_smoothed():
    assert Stretch.of(np.linspace(0, 3, 100, dtype=np.float32).reshape(10, 10)).smooth == 0
