"""The real files of the data folder; what each must give is known by its folder."""

import pytest

from cellhub_app.core.errors import ImageRefused
from cellhub_app.core.imaging.read import probe, read_plane

pytestmark = pytest.mark.shared_data

REASONS = {
    "bad_crc.png": "damaged",
    "bomb_50000x50000_1bit.png": "tooLarge",
    "dicom_no_pixels.dcm": "dicom",
    "empty.png": "empty",
    "html_named.png": "notAnImage",
    "plain.svg": "unsupported",
    "svg_script_named.png": "unsupported",
    "tiff_ifd_loop.tif": "damaged",
    "truncated.dcm": "dicom",
    "truncated.ome.tif": "truncated",
    "truncated.tif": "truncated",
}


def read_fully(path):
    return probe(path), read_plane(path)


def files(folder):
    found = sorted(path for path in folder.iterdir() if path.is_file())
    assert found
    return found


def test_every_broken_file_is_refused_for_the_right_reason(shared_data):
    found = {}
    for path in files(shared_data / "formats" / "broken"):
        with pytest.raises(ImageRefused) as refused:
            read_fully(path)
        assert path.name in refused.value.detail
        found[path.name] = refused.value.reason
    assert found == REASONS


@pytest.mark.parametrize("folder", ["odd_raster", "tiff_real", "ome_tiff"])
def test_every_odd_file_is_read_whole(shared_data, folder):
    for path in files(shared_data / "formats" / folder):
        info = probe(path)
        for frame in range(info.frames):
            plane = read_plane(path, frame)
            assert plane.shape == (info.height, info.width, info.channels), path.name
            assert plane.dtype.name == info.dtype
        assert plane.max() > plane.min() or path.name == "constant.png"


def test_dicom_is_refused_by_name(shared_data):
    for path in files(shared_data / "formats" / "dicom_series_mr"):
        with pytest.raises(ImageRefused, match="DICOM") as refused:
            probe(path)
        assert refused.value.reason == "dicom"


def test_calibration_and_layout_of_known_files(shared_data):
    folder = shared_data / "formats"
    dapi = probe(folder / "ome_tiff" / "dapi_CYX.ome.tif")
    assert (dapi.channels, dapi.pixel_size_um, dapi.pixel_size_origin) == (2, 0.108, "ome")
    neuron = probe(folder / "tiff_real" / "xy_16bit__rat_hippocampal_neuron.tif")
    assert (neuron.pixel_size_um, neuron.pixel_size_origin, neuron.dtype) == (pytest.approx(0.16), "imagej", "uint16")
    five = probe(folder / "odd_raster" / "five_channels_16bit.tif")
    assert (five.channels, five.frames, five.bit_depth) == (5, 1, 16)
    turned = probe(folder / "odd_raster" / "exif_orientation_6.jpg")
    assert (turned.width, turned.height) == (256, 320)
    assert probe(folder / "odd_raster" / "bmp_named.jpg").format == "bmp"
