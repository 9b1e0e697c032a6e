import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cellhub_app.core.imaging.tiles import TileUnreadable, decode_tile, encode_tile, halved, kept_type, level_sizes

TYPES = st.sampled_from([np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.float32)])
SIDES = st.tuples(st.integers(1, 19), st.integers(1, 19))
PICTURES = TYPES.flatmap(lambda dtype: arrays.arrays(dtype, SIDES))


@given(PICTURES)
@settings(max_examples=80, deadline=None)
def test_a_tile_gives_back_every_value_bit_by_bit(values):
    back = decode_tile(encode_tile(values))
    assert (back.dtype, back.shape) == (values.dtype, values.shape)
    assert back.tobytes() == values.tobytes()


def test_a_tile_is_spelled_as_browsers_read_it():
    data = encode_tile(np.array([[0x0102, 0x0304, 0x0506]], np.uint16))
    assert data[:10] == b"CHT1\x02\x00\x03\x00\x01\x00"
    import zlib

    assert zlib.decompress(data[10:], -15) == bytes([2, 4, 6, 1, 3, 5])


@pytest.mark.parametrize("data", [b"", b"CHT1", b"XXXX\x02\x00\x03\x00\x01\x00", encode_tile(np.ones((4, 4), np.uint8))[:-2]])
def test_bytes_that_are_no_tile_are_refused(data):
    with pytest.raises(TileUnreadable):
        decode_tile(data)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_brightest_pixels_stay_the_brightest_when_halved(dtype):
    top = np.iinfo(dtype).max
    assert np.array_equal(halved(np.full((6, 6), top, dtype)), np.full((3, 3), top, dtype))


def test_halving_rounds_half_up_and_takes_what_there_is_at_odd_edges():
    assert halved(np.array([[1, 2, 9], [3, 4, 12], [7, 8, 200]], np.uint16)).tolist() == [[3, 11], [8, 200]]


@given(st.sampled_from([np.uint8, np.uint16]).flatmap(lambda dtype: arrays.arrays(dtype, SIDES)))
@settings(max_examples=80, deadline=None)
def test_halving_is_the_mean_of_the_pixels_that_are_there(values):
    small = halved(values)
    assert small.shape == tuple((side + 1) // 2 for side in values.shape)
    for y, x in np.ndindex(*small.shape):
        block = values[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].astype(np.float64)
        assert small[y, x] == np.floor(block.mean() + 0.5)


def test_what_is_not_finite_does_not_spread():
    values = np.array([[1, np.nan, np.nan, np.inf], [3, 5, np.nan, np.nan]], np.float32)
    small = halved(values)
    assert small[0, 0] == 3
    assert np.isnan(small[0, 1])


def test_levels_halve_until_one_tile_holds_the_picture():
    assert level_sizes(1300, 513) == [(1300, 513), (650, 257), (325, 129)]
    assert level_sizes(512, 512) == [(512, 512)]
    assert len(level_sizes(20_000, 20_000)) == 7


@pytest.mark.parametrize(("dtype", "kept"), [("uint8", "uint8"), (">u2", "uint16"), ("int16", "float32"), ("float64", "float32")])
def test_tiles_keep_the_type_of_the_file_or_take_floats(dtype, kept):
    assert kept_type(np.dtype(dtype)).name == kept
