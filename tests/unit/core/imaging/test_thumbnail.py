import io

import numpy as np
import pytest
from PIL import Image

from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.imaging.thumbnail import ACCENT, draw_overlay, make_thumbnail
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

FRAME = from_rings([[(100, 100), (300, 100), (300, 300), (100, 300)], [(180, 180), (180, 220), (220, 220), (220, 180)]])


def opened(data):
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "WEBP"
        return np.asarray(image.convert("RGBA"))


@pytest.mark.parametrize(
    ("height", "width", "expected"), [(640, 960, (213, 320)), (960, 640, (320, 213)), (50, 70, (50, 70)), (2, 9000, (1, 320))]
)
def test_thumbnail_and_overlay_have_the_same_size(height, width, expected):
    assert opened(make_thumbnail(np.zeros((height, width, 3), np.uint8))).shape[:2] == expected
    assert opened(draw_overlay([FRAME], width, height)).shape[:2] == expected


def test_outline_is_opaque_teal_and_the_rest_transparent():
    overlay = opened(draw_overlay([FRAME], 640, 640))
    on_line = overlay[50:151, 49:51].max(axis=1)
    assert on_line[20:80, 3].min() > 150
    assert np.abs(on_line[20:80, :3].astype(int) - ACCENT).max() < 60
    assert overlay[:40].max() == 0
    assert overlay[98:102, 98:102, 3].max() == 0
    assert 0 < overlay[70, 70, 3] < 60


def test_overlay_lies_on_the_objects():
    labels = fluorescent_nuclei(1, 640, 640)[1]
    overlay = opened(draw_overlay(polygons_from_labels(labels), 640, 640))
    inside = labels.reshape(320, 2, 320, 2).min(axis=(1, 3)) > 0
    far = labels.reshape(320, 2, 320, 2).max(axis=(1, 3)) == 0
    far[1:-1, 1:-1] &= far[:-2, 1:-1] & far[2:, 1:-1] & far[1:-1, :-2] & far[1:-1, 2:]
    assert (overlay[inside][:, 3] > 0).mean() > 0.99
    assert (overlay[far][:, 3] == 0).mean() > 0.9


def test_overlay_without_objects_is_empty_and_small():
    data = draw_overlay([], 2000, 1000)
    assert opened(data).max() == 0
    assert len(data) < 500


def test_objects_smaller_than_a_pixel_of_the_thumbnail_still_show():
    dot = from_rings([[(5000, 5000), (5010, 5000), (5010, 5010), (5000, 5010)]])
    assert opened(draw_overlay([dot], 10_000, 10_000))[:, :, 3].max() > 0


def test_a_thousand_objects_make_a_small_file():
    labels = fluorescent_nuclei(3, 512, 512, count=300)[1]
    assert len(draw_overlay(polygons_from_labels(labels), 512, 512)) < 40_000
