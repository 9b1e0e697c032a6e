import pytest

from cellhub_app.core.imaging.calibration import UNKNOWN, channel_names_from_ome, from_imagej, from_ome, from_resolution


def pixels(**attributes):
    inside = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f'<OME><Image><Pixels ID="P" {inside}><Channel ID="0" Name="DAPI &amp; co"/><ome:Channel ID="1"/></Pixels></Image></OME>'


@pytest.mark.parametrize(
    ("attributes", "size_um"),
    [
        ({"PhysicalSizeX": "0.325", "PhysicalSizeY": "0.325"}, 0.325),
        ({"PhysicalSizeX": "0.325"}, 0.325),
        ({"PhysicalSizeX": "325", "PhysicalSizeXUnit": "nm", "PhysicalSizeY": "325", "PhysicalSizeYUnit": "nm"}, 0.325),
        ({"PhysicalSizeX": "2e-4", "PhysicalSizeXUnit": "mm", "PhysicalSizeY": "0.2"}, 0.2),
        ({"PhysicalSizeX": "0.3", "PhysicalSizeY": "0.3001"}, 0.3),
        ({"PhysicalSizeX": "0.3", "PhysicalSizeY": "0.4"}, None),
        ({"PhysicalSizeX": "1", "PhysicalSizeXUnit": "pixel"}, None),
        ({"PhysicalSizeX": "0"}, None),
        ({"PhysicalSizeX": "nan"}, None),
        ({"PhysicalSizeX": "wide"}, None),
        ({}, None),
    ],
)
def test_ome_pixel_size(attributes, size_um):
    expected = (pytest.approx(size_um), "ome") if size_um else UNKNOWN
    assert from_ome(pixels(**attributes)) == expected


def test_ome_channel_names_are_unescaped():
    assert channel_names_from_ome(pixels()) == ("DAPI & co", "")
    assert channel_names_from_ome("<OME/>") == ()


@pytest.mark.parametrize(
    ("unit", "per_unit", "size_um"),
    [("micron", 4, 0.25), ("\\u00B5m", 5, 0.2), ("µm", 2, 0.5), ("nm", 0.01, 0.1), ("pixel", 1, None), ("", 4, None), ("um", 0, None)],
)
def test_imagej_pixel_size(unit, per_unit, size_um):
    expected = (pytest.approx(size_um), "imagej") if size_um else UNKNOWN
    assert from_imagej({"unit": unit}, per_unit, per_unit) == expected


@pytest.mark.parametrize(
    ("unit", "per_unit", "size_um"),
    [(3, 20_000, 0.5), (2, 50_800, 0.5), (2, 72, None), (2, 300, None), (3, 118.11, None), (1, 20_000, None), (3, 0, None)],
)
def test_resolution_tags_of_screens_and_printers_are_not_believed(unit, per_unit, size_um):
    expected = (pytest.approx(size_um), "tiff") if size_um else UNKNOWN
    assert from_resolution(unit, per_unit, per_unit) == expected
