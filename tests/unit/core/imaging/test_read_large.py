import errno
import os
from contextlib import closing

import numpy as np
import pytest
import tifffile

from cellhub_app.core.errors import ImageRefused, NotFound, Stopped
from cellhub_app.core.imaging import scratch, tiff, tiff_bands
from cellhub_app.core.imaging.read import Stack, read_plane
from cellhub_app.core.imaging.refusals import Unreadable
from cellhub_app.core.imaging.scratch import NoRoom, on_disk
from cellhub_app.core.imaging.tiff_large import read_large
from cellhub_app.core.imaging.tiff_structure import walk_directories

LAYOUTS = {
    "one run of bytes": {},
    "deflated strips": {"rowsperstrip": 700, "compression": "zlib"},
    "tiles": {"tile": (240, 256), "compression": "zlib", "predictor": True},
    "planes": {"planarconfig": "separate", "tile": (256, 256)},
}


@pytest.fixture
def small_limit(monkeypatch):
    monkeypatch.setattr(tiff, "MAX_WHOLE_PIXELS", 100_000)


def _write(path, layout="tiles", dtype=np.uint16, planes=1):
    values = np.random.default_rng(1).integers(0, 255, (planes, 1100, 530, 3)).astype(dtype)
    stored = np.moveaxis(values, 3, 1) if LAYOUTS[layout].get("planarconfig") else values
    tifffile.imwrite(path, stored if planes > 1 else stored[0], photometric="rgb", **LAYOUTS[layout])
    return values


def _read(path, *place, **more):
    with closing(Stack(path)) as stack:
        return stack.read(*(place or (0, 0)), "slide.tif", **more)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_a_plane_above_the_limit_is_read_in_parts_onto_the_disk(tmp_path, small_limit, layout, dtype):
    values = _write(tmp_path / "a.tif", layout, dtype)
    plane = _read(tmp_path / "a.tif")
    assert isinstance(plane, np.memmap)
    assert plane.dtype == dtype
    assert np.array_equal(plane, values[0])


@pytest.mark.parametrize("layout", [{"tile": (256, 256)}, {"rowsperstrip": 200}])
def test_jpeg_inside_a_large_plane_is_decoded_as_of_a_small_one(tmp_path, monkeypatch, layout):
    values = np.random.default_rng(1).integers(0, 255, (1100, 530, 3)).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", compression="jpeg", **layout)
    whole = read_plane(tmp_path / "a.tif")
    monkeypatch.setattr(tiff, "MAX_WHOLE_PIXELS", 100_000)
    assert np.array_equal(_read(tmp_path / "a.tif"), whole)


def _decoded(path):
    """The plane of a file, and the strips or tiles in the order in which they were decoded."""
    with path.open("rb") as file, tiff.open_tiff(file) as opened:
        picture = tiff.picture_of(opened, walk_directories(file))
        decode, seen = picture.page.decode, []
        picture.page.decode = lambda data, index, **more: seen.append(index) or decode(data, index, **more)
        return read_large(file, picture, 0, 0, lambda: None), seen, len(picture.page.dataoffsets)


REACHING_OVER = [{"tile": (240, 256)}, {"tile": (1008, 256)}, {"planarconfig": "separate", "tile": (1008, 256)}, {"rowsperstrip": 700}]


def _write_tall(path, **layout):
    values = np.random.default_rng(1).integers(0, 255, (4200, 300, 3), np.uint8)
    stored = np.moveaxis(values, 2, 0) if "planarconfig" in layout else values
    tifffile.imwrite(path, stored, photometric="rgb", compression="zlib", **layout)
    return values


@pytest.mark.parametrize("layout", [*REACHING_OVER, {"tile": (256, 256)}, {"planarconfig": "separate", "rowsperstrip": 700}])
def test_each_strip_or_tile_is_decoded_once_however_many_bands_it_reaches_over(tmp_path, layout):
    values = _write_tall(tmp_path / "a.tif", **layout)
    plane, seen, count = _decoded(tmp_path / "a.tif")
    assert np.array_equal(plane, values)
    assert sorted(seen) == list(range(count))


def test_tiles_whose_row_does_not_fit_beside_a_band_are_decoded_again_and_very_tall_ones_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tiff_bands, "MAX_PLANE_BYTES", 1_000_000)
    values = _write_tall(tmp_path / "a.tif", tile=(1008, 256))
    plane, seen, count = _decoded(tmp_path / "a.tif")
    assert np.array_equal(plane, values)
    assert count < len(seen) <= 3 * count
    _write_tall(tmp_path / "b.tif", tile=(4112, 256))
    with pytest.raises(Unreadable) as refused:
        _decoded(tmp_path / "b.tif")
    assert refused.value.named("b.tif").detail == (
        "Couldn't read b.tif: its tiles of 256 × 4,112 pixels are too tall for its width. Save it with smaller tiles."
    )


def test_a_small_plane_stays_in_memory(tmp_path):
    values = _write(tmp_path / "a.tif")
    plane = _read(tmp_path / "a.tif")
    assert not isinstance(plane, np.memmap)
    assert np.array_equal(plane, values[0])


def test_each_plane_of_a_stack_is_read_by_itself(tmp_path, small_limit):
    values = _write(tmp_path / "a.tif", planes=3)
    with closing(Stack(tmp_path / "a.tif")) as stack:
        assert all(np.array_equal(stack.read(frame, 0, "a.tif"), values[frame]) for frame in (2, 0, 1))
        with pytest.raises(NotFound):
            stack.read(3, 0, "a.tif")


def test_reading_ends_where_nobody_waits_any_more(tmp_path, small_limit):
    _write(tmp_path / "a.tif")

    def stop():
        raise Stopped

    with pytest.raises(Stopped):
        _read(tmp_path / "a.tif", between=stop)


def test_one_strip_that_has_to_be_unpacked_whole_is_refused_with_its_limit(tmp_path, small_limit, monkeypatch):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((1000, 2100), np.uint8), rowsperstrip=1000, compression="zlib")
    monkeypatch.setattr("cellhub_app.core.imaging.tiff_segments.MAX_PLANE_BYTES", 2_000_000)
    with pytest.raises(ImageRefused, match=r"slide.tif: it is stored in pieces of 2,100 × 1,000 pixels, and .* at most 2 megapixels"):
        _read(tmp_path / "a.tif")


def test_more_pixels_than_are_segmented_are_refused(tmp_path, small_limit, monkeypatch):
    monkeypatch.setattr("cellhub_app.core.imaging.tiff_large.MAX_LARGE_PIXELS", 500_000)
    _write(tmp_path / "a.tif")
    with pytest.raises(ImageRefused, match="megapixels are read"):
        _read(tmp_path / "a.tif")


def test_what_decodes_a_plane_in_one_piece_still_refuses_it(tmp_path, small_limit):
    _write(tmp_path / "a.tif")
    with pytest.raises(ImageRefused, match="megapixels are read"):
        read_plane(tmp_path / "a.tif")


def test_a_full_disk_is_told_in_one_sentence_before_anything_is_written(tmp_path, small_limit, monkeypatch):
    def full(descriptor, start, size):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _write(tmp_path / "a.tif")
    monkeypatch.setattr(scratch.os, "posix_fallocate", full)
    with pytest.raises(NoRoom, match=r"^An image of this size needs 3.5 MB of room on the worker's disk for a while, and .* are free"):
        _read(tmp_path / "a.tif")


def test_room_on_disk_begins_with_zeros_and_has_no_name(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    room = on_disk((3, 5), np.uint16)
    assert room.shape == (3, 5)
    assert not room.any()
    room[1] = 7
    assert room.sum() == 35
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_that_can_not_reserve_room_is_good_enough(monkeypatch):
    def unsupported(descriptor, start, size):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(scratch.os, "posix_fallocate", unsupported)
    room = on_disk((3, 5), np.uint16)
    room[:] = 7
    assert room.sum() == 3 * 5 * 7
