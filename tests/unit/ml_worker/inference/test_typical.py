import numpy as np
import pytest

from cellhub_app.core.simulator.nuclei import fluorescent_nuclei
from ml_worker.inference import room
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.sizes import VIEWED_PX
from ml_worker.inference.typical import typical_part

SIDE = 100


def field(*filled: tuple[int, int], dtype: type = np.uint8) -> np.ndarray:
    """1010 x 1510 px of faint noise, with bright specks in the squares of 100 px that are named by row and column."""
    rng = np.random.default_rng(0)
    values = rng.integers(10, 14, (1010, 1510))
    for row, column in filled:
        values[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE] = rng.integers(0, 200, (SIDE, SIDE))
    return values.astype(dtype)


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(room, "WHOLE_PIXELS", 10_000)


def test_of_a_small_image_it_is_the_middle_whatever_is_there():
    assert typical_part(field((0, 0)), SIDE) == (slice(455, 555), slice(705, 805))
    assert field()[typical_part(field(), 5000)].shape == (1010, 1510)


def test_of_a_large_image_that_is_full_it_is_the_middle_too(large):
    everywhere = [(row, column) for row in range(10) for column in range(15)]
    assert typical_part(field(*everywhere), SIDE) == typical_part(field(), SIDE) == (slice(455, 555), slice(705, 805))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_of_a_large_image_that_is_empty_in_the_middle_it_is_a_full_part(large, dtype):
    rows, columns = typical_part(field((1, 2), (8, 12), (8, 13), dtype=dtype), SIDE)
    assert (rows.start // SIDE, columns.start // SIDE) in {(1, 2), (8, 12), (8, 13)}


def test_what_is_not_finite_is_nothing_to_look_at(large):
    values = field((1, 2), dtype=np.float32)
    values[900:, 1400:] = np.inf
    values[480, 720] = np.nan
    rows, columns = typical_part(values, SIDE)
    assert (rows.start, columns.start) == (100, 200)


@pytest.mark.parametrize("value", [-3.4e38, 3.4e38])
def test_the_largest_numbers_of_pixels_without_data_do_no_harm(large, value):
    values = field((1, 2), (8, 12), dtype=np.float32)
    values[900:, 1400:] = value
    rows, columns = typical_part(values, SIDE)
    assert values[rows, columns].shape == (SIDE, SIDE)


def test_numbers_too_large_for_any_spread_leave_the_middle(large):
    values = field((1, 2), dtype=np.float64)
    values[::2] = 1e308
    assert typical_part(values, SIDE) == (slice(455, 555), slice(705, 805))


def test_a_slide_that_is_empty_in_the_middle_is_seen_at_the_size_of_its_objects(monkeypatch):
    nuclei, _ = fluorescent_nuclei(3, VIEWED_PX, VIEWED_PX)
    slide = np.full((3 * VIEWED_PX, 3 * VIEWED_PX), int(np.median(nuclei)), np.uint8)
    slide[:VIEWED_PX, :VIEWED_PX] = nuclei
    segmenter = Segmenter(device="cpu", threads=1, engine="torch")
    [expected] = segmenter.sizes([segmenter.prepare(nuclei, "unet")])
    monkeypatch.setattr(room, "WHOLE_PIXELS", 2_000_000)
    [found] = segmenter.sizes([segmenter.prepare(slide, "unet")])
    assert found.diameter == pytest.approx(expected.diameter, rel=0.15)
