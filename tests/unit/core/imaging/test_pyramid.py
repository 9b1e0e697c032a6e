from dataclasses import replace

import numpy as np
import pytest
import tifffile

from cellhub_app.core.errors import NotFound
from cellhub_app.core.imaging import bands
from cellhub_app.core.imaging.bands import open_bands
from cellhub_app.core.imaging.display import to_display
from cellhub_app.core.imaging.pyramid import make_pyramid
from cellhub_app.core.imaging.read import probe, read_plane
from cellhub_app.core.imaging.tally import Tally, window_of
from cellhub_app.core.imaging.tiles import decode_tile, halved


def _made(path, **where):
    info = probe(path)
    tiles = {}
    with open_bands(path, info, **where) as opened:
        made = make_pyramid(opened, info, lambda place, data: tiles.update({place: data}))
    return made, tiles


def _level(made, tiles, level, channel=0):
    size = made.description["levels"][level]
    picture = np.block(
        [[decode_tile(tiles[level, x, y, channel]) for x in range(size["columns"])] for y in range(size["rows"])]
    )  # fmt: skip
    assert picture.shape == (size["height"], size["width"])
    return picture


def _noise(shape, dtype="uint16", seed=3):
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize("shape", [(1, 1), (512, 512), (513, 700), (1200, 1031)])
def test_tiles_put_together_are_the_picture_and_each_level_is_half_of_the_one_before(tmp_path, shape):
    values = _noise(shape)
    tifffile.imwrite(tmp_path / "a.tif", values)
    made, tiles = _made(tmp_path / "a.tif")
    assert made.bytes == sum(map(len, tiles.values()))
    expected = values
    for level in range(len(made.description["levels"])):
        assert np.array_equal(_level(made, tiles, level), expected)
        expected = halved(expected)


def test_each_frame_has_its_own_tiles_and_each_channel_too(tmp_path):
    values = _noise((2, 3, 2, 40, 50), "uint8")
    tifffile.imwrite(tmp_path / "a.ome.tif", values, metadata={"axes": "TZCYX"})
    made, tiles = _made(tmp_path / "a.ome.tif", frame=2, timepoint=1)
    assert np.array_equal(_level(made, tiles, 0, channel=1), values[1, 2, 1])
    with pytest.raises(NotFound):
        _made(tmp_path / "a.ome.tif", frame=3)


LAYOUTS = {
    "strips": {"rowsperstrip": 100},
    "one run of bytes": {},
    "deflated strips": {"rowsperstrip": 700, "compression": "zlib"},
    "tiles": {"tile": (240, 256), "compression": "lzw", "predictor": True},
    "big-endian": {"byteorder": ">"},
    "planes": {"planarconfig": "separate", "tile": (256, 256)},
    "planes in one run": {"planarconfig": "separate"},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_file_read_in_parts_gives_the_pixels_of_the_whole(tmp_path, monkeypatch, layout, channels):
    options = dict(LAYOUTS[layout])
    if channels == 1:
        options.pop("planarconfig", None)
    values = _noise((1100, 530, channels))
    stored = np.moveaxis(values, 2, 0) if options.get("planarconfig") else values
    tifffile.imwrite(
        tmp_path / "a.tif", stored if channels == 3 else values[:, :, 0], photometric="rgb" if channels == 3 else None, **options
    )
    whole = read_plane(tmp_path / "a.tif")
    monkeypatch.setattr(bands, "fits_whole", lambda _info: False)
    made, tiles = _made(tmp_path / "a.tif")
    for channel in range(channels):
        assert np.array_equal(_level(made, tiles, 0, channel), whole[:, :, channel])
    assert np.array_equal(whole, values)


def test_channels_bear_the_names_and_colours_that_the_file_gives(tmp_path):
    values = _noise((2, 30, 30))
    channels = {"Name": ["DAPI", "GFP"], "Color": [0x0000FFFF, 0]}
    tifffile.imwrite(tmp_path / "a.ome.tif", values, metadata={"axes": "CYX", "Channel": channels})
    made, _ = _made(tmp_path / "a.ome.tif")
    assert [channel["name"] for channel in made.description["channels"]] == ["DAPI", "GFP"]
    assert [channel["color"] for channel in made.description["channels"]] == ["#0000ff", "#33ff59"]


def test_red_green_and_blue_share_one_window(tmp_path):
    values = np.stack([np.full((20, 20), value, np.uint16) for value in (100, 2000, 60_000)], axis=2)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb")
    made, _ = _made(tmp_path / "a.tif")
    assert [channel["window"] for channel in made.description["channels"]] == [[100, 60_000]] * 3
    assert [channel["color"] for channel in made.description["channels"]] == ["#ff0000", "#00ff00", "#0000ff"]


def _tally(values):
    tally = Tally(values.dtype, values.shape[1], values.shape[0])
    for top in range(0, len(values), 512):
        tally.add(values[top : top + 512], top)
    return tally


def test_deep_intensities_are_counted_exactly():
    values = _noise((900, 300)) // 16 + 7
    tally = _tally(values)
    histogram = tally.histogram()
    assert (histogram.start, histogram.step) == (7, 16)
    assert sum(histogram.counts) == values.size
    assert histogram.counts[3] == np.count_nonzero((values >= 55) & (values < 71))
    assert tally.percentiles()["50"] == np.percentile(values, 50)
    assert window_of([tally]) == pytest.approx(np.percentile(values, (0.2, 99.8)))


def test_floats_are_counted_without_what_is_not_finite():
    values = np.linspace(-2, 6, 600 * 400, dtype=np.float32).reshape(600, 400)
    values[0, 0], values[1, 1] = np.nan, np.inf
    tally = _tally(values)
    assert tally.extremes == pytest.approx((-2, 6), abs=1e-3)
    assert sum(tally.histogram().counts) == values.size - 2
    assert tally.percentiles()["50"] == pytest.approx(2, abs=0.01)


@pytest.mark.parametrize("value", [0, 3, 255])
def test_an_even_picture_has_a_window_that_is_not_empty(value):
    low, high = window_of([_tally(np.full((10, 10), value, np.uint8))])
    assert high > low
    low, high = window_of([_tally(np.full((10, 10), np.nan, np.float32))])
    assert high > low


def test_bright_eight_bit_pictures_are_shown_as_they_are_and_dim_ones_stretched():
    ramp = np.tile(np.arange(250, dtype=np.uint8), (20, 1))
    assert window_of([_tally(ramp)]) == (0, 255)
    assert window_of([_tally(ramp // 10)]).high < 25


def test_a_picture_that_is_too_large_by_its_bytes_alone_is_read_in_parts(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((8, 8), np.uint16))
    info = probe(tmp_path / "a.tif")
    assert bands.fits_whole(info)
    assert not bands.fits_whole(replace(info, width=9_900, height=9_900, channels=3))


def test_of_many_channels_only_those_are_kept_for_a_picture_that_it_shows(tmp_path):
    values = _noise((9, 700, 60))
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", metadata={"axes": "CYX"})
    made, tiles = _made(tmp_path / "a.tif")
    assert np.array_equal(made.preview, values[:4])
    assert np.array_equal(_level(made, tiles, 0, 8), values[8])
    assert np.array_equal(to_display(np.moveaxis(made.preview, 0, 2)), to_display(np.moveaxis(values, 0, 2)))
