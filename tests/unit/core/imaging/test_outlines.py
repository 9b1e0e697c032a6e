import numpy as np
import pytest

from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.imaging.outlines import draw_outline, line_width

FRAME = from_rings([[(10, 10), (60, 10), (60, 60), (10, 60)], [(30, 30), (30, 40), (40, 40), (40, 30)]])


@pytest.mark.parametrize("scale", [0.5, 1, 2])
def test_all_rings_are_drawn_where_they_are(scale):
    picture = np.zeros((int(80 * scale), int(80 * scale), 3), np.uint8)
    draw_outline(picture, FRAME, (scale, scale), (200, 100, 50), 1)
    rows, columns = np.nonzero(picture.any(axis=2))
    x, y = (columns + 0.5) / scale, (rows + 0.5) / scale
    near = [np.maximum(abs(x - 35), abs(y - 35)) - side for side in (25, 5)]
    assert np.minimum(*np.abs(near)).max() <= 1.5 / scale
    assert picture[int(35 * scale), int(30 * scale) - 1 : int(30 * scale) + 1].any()
    assert picture[int(35 * scale), int(10 * scale) - 1 : int(10 * scale) + 1].any()


def test_lines_grow_with_the_picture():
    assert [line_width(side, 10) for side in (1, 800, 1600, 8192)] == [1, 1, 2, 10]
