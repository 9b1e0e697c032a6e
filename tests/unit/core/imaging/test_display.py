import io

import numpy as np
import pytest
from PIL import Image

from cellhub_app.core.imaging.display import encode_webp, fitted_size, limit_side, to_display

RAMP = np.linspace(0, 1, 128 * 160).reshape(128, 160, 1)


def test_bright_eight_bit_pictures_are_left_untouched():
    grey = (255 * RAMP).astype(np.uint8)
    colour = np.concatenate([grey, grey[::-1], 255 - grey], axis=2)
    assert np.array_equal(to_display(grey), np.repeat(grey, 3, axis=2))
    assert np.array_equal(to_display(colour), colour)


def test_very_dim_eight_bit_pictures_are_stretched():
    shown = to_display((40 * RAMP).astype(np.uint8))
    assert shown.max() == 255
    assert shown.min() == 0


@pytest.mark.parametrize(
    ("dtype", "low", "high"), [("uint16", 500, 4095), ("int16", -300, 200), ("float32", -1e-3, 1e-3), ("uint32", 4e9, 4e9 + 500)]
)
def test_deep_pictures_are_stretched_to_the_whole_range(dtype, low, high):
    shown = to_display((low + (high - low) * RAMP).astype(dtype))
    assert (shown.dtype, shown.shape) == (np.uint8, (128, 160, 3))
    assert shown.min() == 0
    assert shown.max() == 255
    assert np.abs(shown[:, :, 0] - 255 * RAMP[:, :, 0]).max() < 3


def test_a_few_hot_pixels_do_not_darken_the_rest():
    plane = (1000 * RAMP).astype(np.uint16)
    plane[0, :5] = 65_535
    assert to_display(plane)[-1, -10:, 0].min() > 240


def test_deep_colours_keep_their_balance():
    plane = np.concatenate([RAMP, RAMP / 2, RAMP / 4], axis=2) * 40_000
    shown = to_display(plane.astype(np.uint16))[-1, 80].astype(float)
    assert shown[1] / shown[0] == pytest.approx(0.5, abs=0.03)
    assert shown[2] / shown[0] == pytest.approx(0.25, abs=0.03)


@pytest.mark.parametrize("channels", [2, 3, 4, 7])
def test_channels_are_added_up_in_their_own_colours(channels):
    plane = np.zeros((30, 30, channels), np.uint16)
    for channel in range(min(channels, 4)):
        plane[channel * 5 : channel * 5 + 4, :, channel] = 4000
    shown = to_display(plane, is_rgb=False)
    blue, green = shown[1, 0].astype(int), shown[6, 0].astype(int)
    assert blue.argmax() == 2
    assert green.argmax() == 1
    assert shown[-1].max() == 0


def test_what_is_not_finite_shows_black_and_changes_nothing_else():
    plane = RAMP.astype(np.float32).copy()
    plane[0, 0], plane[0, 1], plane[0, 2] = np.nan, np.inf, -np.inf
    shown = to_display(plane)
    assert shown[0, :3].max() == 0
    assert shown[-1, -1].min() == 255
    assert to_display(np.full((4, 4, 1), np.nan)).max() == 0


@pytest.mark.parametrize("value", [0, 7, 60_000])
def test_constant_pictures_do_not_divide_by_zero(value):
    assert to_display(np.full((9, 9, 1), value, np.uint16)).max() == 0
    assert (to_display(np.full((9, 9, 1), value % 256, np.uint8)) == value % 256).all()


@pytest.mark.parametrize(
    ("size", "side", "fitted"), [((100, 50), 320, (100, 50)), ((1000, 500), 320, (320, 160)), ((1, 5000), 100, (1, 100))]
)
def test_pictures_shrink_to_the_side_and_never_grow(size, side, fitted):
    assert fitted_size(*size, side) == fitted
    assert limit_side(np.zeros((*size, 3), np.uint8), side).shape == (*fitted, 3)


def test_webp_keeps_size_and_looks():
    rgb = to_display((255 * RAMP).astype(np.uint8))
    with Image.open(io.BytesIO(encode_webp(rgb, 90))) as image:
        assert (image.format, image.size) == ("WEBP", (160, 128))
        assert np.abs(np.asarray(image).astype(int) - rgb).mean() < 3
