"""Every page that is decoded is looked at first, not only the first of a file."""

import io
import struct
from contextlib import closing
from types import SimpleNamespace

import imagecodecs
import numpy as np
import pytest
import tifffile

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.imaging import tiff
from cellhub_app.core.imaging.read import Stack, opened, read_plane
from cellhub_app.core.imaging.refusals import Unreadable
from cellhub_app.core.imaging.tiff_bands import open_tiff_bands
from tests.fixtures.hostile import saved

REFUSED = r"Couldn't read stack\.tif: a compressed part does not have the size that the file declares\."


def _jpeg_pages(compression="jpeg", size=512, **more):
    out = io.BytesIO()
    values = np.random.default_rng(2).integers(0, 60, (2, size, size)).astype(np.uint8)
    tifffile.imwrite(out, values, tile=(256, 256), compression=compression, photometric="minisblack", **more)
    return out.getvalue()


def _with_bomb(bomb, **layout):
    """Two pages; the third tile of the second one is a picture of 2,000 px a side, where 256 are declared."""
    data = bytearray(_jpeg_pages(**layout))
    tags = tifffile.TiffFile(io.BytesIO(data)).pages[1].aspage().tags
    for tag, value in ((tags[324], len(data)), (tags[325], len(bomb))):
        kind = {3: "<H", 4: "<I"}[tag.dtype]
        struct.pack_into(kind, data, tag.valueoffset + 2 * struct.calcsize(kind), value)
    return bytes(data) + bomb


KINDS = {"plain": {"metadata": None}, "shaped": {"metadata": {"axes": "ZYX"}}, "ome": {"ome": True, "metadata": {"axes": "ZYX"}}}


@pytest.fixture(params=KINDS)
def bombed(request, tmp_path):
    path = tmp_path / "stack.tif"
    path.write_bytes(_with_bomb(saved("JPEG", np.zeros((2000, 2000, 1), np.uint8)), **KINDS[request.param]))
    return path


def test_a_bomb_in_a_later_page_is_refused_before_it_is_decoded(bombed):
    with closing(Stack(bombed)) as stack:
        assert stack.read(0, 0, "stack.tif").shape == (512, 512, 1)
        with pytest.raises(ImageRefused, match=REFUSED):
            stack.read(1, 0, "stack.tif")
    with pytest.raises(ImageRefused, match=REFUSED):
        read_plane(bombed, 1)


def test_a_bomb_in_a_later_page_is_refused_where_it_is_read_in_parts(bombed, monkeypatch):
    monkeypatch.setattr(tiff, "MAX_WHOLE_PIXELS", 100_000)
    with closing(Stack(bombed)) as stack:
        assert stack.read(0, 0, "stack.tif").shape == (512, 512, 1)
        with pytest.raises(ImageRefused, match=REFUSED):
            stack.read(1, 0, "stack.tif")
    with pytest.raises(ImageRefused, match=REFUSED), opened(bombed, None) as file, open_tiff_bands(file, 1, 0):
        pass


def test_a_bomb_of_jpeg_2000_is_one_too(tmp_path):
    path = tmp_path / "stack.tif"
    bomb = imagecodecs.jpeg2k_encode(np.zeros((2000, 2000), np.uint8), codecformat="j2k")
    path.write_bytes(_with_bomb(bomb, compression="jpeg2000", metadata=None))
    assert read_plane(path).shape == (512, 512, 1)
    with pytest.raises(ImageRefused, match=REFUSED):
        read_plane(path, 1)


def _box(kind, data, *, is_long=False):
    return struct.pack(">I4sQ", 1, kind, 16 + len(data)) + data if is_long else struct.pack(">I4s", 8 + len(data), kind) + data


def _jp2(side, *boxes):
    """A JP2 file with more boxes behind its first two."""
    data = imagecodecs.jpeg2k_encode(np.zeros((side, side), np.uint8), codecformat="jp2")
    place = data.index(b"jp2h") - 4
    return data[:place] + b"".join(boxes) + data[place:]


DECOY = imagecodecs.jpeg2k_encode(np.zeros((64, 64), np.uint8), codecformat="j2k")


@pytest.mark.parametrize("is_long", [False, True])
@pytest.mark.parametrize("boxes", [[], [DECOY], [DECOY, bytes(70_000)]], ids=["alone", "behind", "far behind"])
def test_a_bomb_of_jpeg_2000_does_not_hide_behind_a_small_picture(tmp_path, boxes, is_long):
    path = tmp_path / "stack.tif"
    bomb = _jp2(2000, *(_box(b"free", data, is_long=is_long) for data in boxes))
    assert imagecodecs.jpeg2k_decode(bomb).shape == (2000, 2000)
    path.write_bytes(_with_bomb(bomb, compression="jpeg2000", metadata=None))
    with pytest.raises(ImageRefused, match=REFUSED):
        read_plane(path, 1)


def test_the_size_inside_a_header_box_is_not_believed(tmp_path):
    path = tmp_path / "stack.tif"
    bomb = _jp2(2000).replace(struct.pack(">4sII", b"ihdr", 2000, 2000), struct.pack(">4sII", b"ihdr", 64, 64))
    path.write_bytes(_with_bomb(bomb, compression="jpeg2000", metadata=None))
    with pytest.raises(ImageRefused, match=REFUSED):
        read_plane(path, 1)


@pytest.mark.parametrize("is_long", [False, True])
def test_a_tile_that_is_a_whole_jp2_file_is_read(tmp_path, is_long):
    path = tmp_path / "stack.tif"
    path.write_bytes(_with_bomb(_jp2(256, _box(b"free", bytes(100), is_long=is_long)), compression="jpeg2000", metadata=None))
    assert not read_plane(path, 1)[256:, :256].any()


@pytest.mark.parametrize(
    "part", [b"", DECOY[:20], _jp2(256)[:40], _jp2(256)[:12] + _box(b"free", b"")[:7], _jp2(256)[:12] + struct.pack(">I4s", 3, b"free") * 9]
)
def test_jpeg_2000_without_a_size_is_refused(tmp_path, part):
    path = tmp_path / "stack.tif"
    path.write_bytes(_with_bomb(part + b" ", compression="jpeg2000", metadata=None))
    with pytest.raises(ImageRefused, match=REFUSED):
        read_plane(path, 1)


def test_a_page_that_is_larger_than_the_picture_is_refused(tmp_path):
    path = tmp_path / "stack.tif"
    with tifffile.TiffWriter(path) as writer:
        for side in (64, 2000):
            writer.write(np.zeros((side, side), np.uint8), metadata=None, compression="zlib", photometric="minisblack")
    with path.open("rb") as file, tiff.open_tiff(file) as opened_tiff:
        small, large = opened_tiff.series
        assert tiff.checked_page(file, SimpleNamespace(series=small, page=small.keyframe), 0).imagewidth == 64
        with pytest.raises(Unreadable) as refused:
            tiff.checked_page(file, SimpleNamespace(series=large, page=small.keyframe), 0)
    assert "its pages are of different sizes" in str(refused.value.named("stack.tif").detail)
