import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.draw import disk

from ml_worker.inference import banded, room
from ml_worker.inference.scale import Scaling, resize_maps, resize_pixels, typical_diameter


def discs(*diameters: float, side: int = 400) -> np.ndarray:
    """Labels of discs in rows; each has its own number."""
    labels = np.zeros((side, side), np.int32)
    x = y = tall = 0.0
    for label, diameter in enumerate(diameters, 1):
        if x + diameter >= side:
            x, y, tall = 0.0, y + tall + 1, 0.0
        labels[disk((y + diameter / 2, x + diameter / 2), diameter / 2, shape=labels.shape)] = label
        x, tall = x + diameter + 1, max(tall, diameter)
    return labels


@given(st.floats(8, 90), st.integers(1, 8))
def test_equal_discs_have_their_diameter(diameter: float, count: int):
    assert typical_diameter(discs(*[diameter] * count)) == pytest.approx(diameter, rel=0.12)


def test_an_empty_image_has_none():
    assert typical_diameter(np.zeros((4, 4), np.int32)) is None


def test_gaps_in_the_numbering_do_not_matter():
    labels = discs(20, 20, 20)
    assert typical_diameter(labels * 7) == typical_diameter(labels)


def test_specks_beside_one_large_body_move_it_little():
    alone, with_specks = typical_diameter(discs(120)), typical_diameter(discs(120, *[8] * 12))
    assert alone is not None
    assert with_specks is not None
    assert 8 * 3 < with_specks < alone


@pytest.mark.parametrize(("diameter", "factor"), [(18, 1), (30, 1), (44, 1), (14, 2), (3, 2.5), (56, 0.5), (1000, 0.08)])
def test_only_sizes_far_from_the_trained_ones_are_scaled(diameter, factor):
    assert Scaling().factor(diameter) == pytest.approx(factor)


def test_the_last_digits_of_a_diameter_change_nothing():
    assert len({Scaling().factor(diameter) for diameter in (9.1, 9.1 * (1 + 1e-6), 9.1 * (1 - 1e-6))}) == 1


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.float32, np.float64, np.uint32])
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_of_every_type_are_resized(kind, channels):
    pixels = np.full((20, 30, channels), 7, kind)
    for factor in (0.5, 2.0):
        resized = resize_pixels(pixels, factor)
        assert resized.shape == (20 * factor, 30 * factor, channels)
        assert (resized == 7).all()


def test_something_is_left_of_every_image():
    assert resize_pixels(np.full((1, 3, 1), 9, np.uint16), 0.1).tolist() == [[[9]]]


def test_maps_are_resized_each():
    maps = np.stack([np.full((8, 6), value, np.uint8) for value in (0, 100, 255)])
    assert resize_maps(maps, (16, 12)).tolist() == np.repeat(np.repeat(maps, 2, 1), 2, 2).tolist()


@pytest.mark.parametrize("factor", [0.08, 1 / 3, 0.5, 0.71, 0.97, 1.3, 2.5])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.float32])
def test_a_large_image_is_resized_in_bands_as_the_whole_is(monkeypatch, factor, kind):
    pixels = np.random.default_rng(1).integers(0, 255, (211, 130, 3)).astype(kind)
    whole = resize_pixels(pixels, factor)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    monkeypatch.setattr(banded, "ROWS", 7)
    passed: list[int] = []
    resized = resize_pixels(pixels, factor, lambda: passed.append(1))
    assert (resized.shape, resized.dtype) == (whole.shape, whole.dtype)
    assert len(passed) == -(-whole.shape[0] // 7)
    difference = np.abs(whole.astype(float) - resized)
    assert difference.max() <= 1
    assert np.issubdtype(kind, np.integer) or difference.max() < 0.01


@pytest.mark.parametrize("shape", [(211, 130), (97, 61), (300, 190), (40, 25)])
def test_large_maps_are_resized_in_bands_as_the_whole_is(monkeypatch, shape):
    maps = np.random.default_rng(1).integers(0, 255, (3, 150, 92)).astype(np.uint8)
    whole = resize_maps(maps, shape)
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    resized = resize_maps(maps, shape)
    assert isinstance(resized, np.memmap)
    assert resized.shape == whole.shape
    assert np.abs(whole.astype(int) - resized).max() <= 1


def test_what_is_not_finite_spoils_no_row_beside_it(monkeypatch):
    monkeypatch.setattr(room, "WHOLE_PIXELS", 100)
    pixels = np.full((40, 30, 1), 5, np.float32)
    pixels[20, 10] = np.nan
    assert (resize_pixels(pixels, 0.5) == 5).sum() == 20 * 15 - 1
