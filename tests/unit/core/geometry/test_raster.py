import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.measure import find_contours

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.outlines import decode_many
from cellhub_app.core.geometry.polygon import from_geojson, from_rings, signed_area
from cellhub_app.core.geometry.raster import (
    keep_largest_components,
    labels_from_polygons,
    mask_from_polygon,
    paint_outlines,
    polygons_from_labels,
    relabel_components,
)
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

small_labels = arrays(np.int32, st.tuples(st.integers(1, 14), st.integers(1, 14)), elements=st.integers(0, 3))


def test_one_pixel_becomes_a_diamond_of_edge_midpoints():
    (diamond,) = polygons_from_labels(np.array([[0, 0], [0, 1]]))
    assert sorted(map(tuple, diamond.exterior.tolist())) == [(1, 1.5), (1.5, 1), (1.5, 2), (2, 1.5)]


def test_collinear_vertices_are_left_out():
    (square,) = polygons_from_labels(np.pad(np.ones((20, 30), int), 2))
    assert len(square.exterior) == 8
    (diagonal,) = polygons_from_labels(np.tri(30, dtype=int))
    assert len(diagonal.exterior) <= 7


@given(small_labels)
@settings(max_examples=200, deadline=None)
def test_painting_traced_polygons_gives_the_labels_back(image):
    labels = relabel_components(image)
    height, width = labels.shape
    assert np.array_equal(labels_from_polygons(polygons_from_labels(labels), height, width), labels)


@given(small_labels)
@settings(deadline=None)
def test_traced_polygons_pass_every_check(image):
    for index, shape in enumerate(polygons_from_labels(labels := relabel_components(image)), 1):
        checked = from_geojson(shape.to_geojson())
        assert all(np.array_equal(a, b) for a, b in zip(shape.rings, checked.rings, strict=True))
        assert all(signed_area(hole) < 0 for hole in shape.holes)
        assert shape.area == (labels == index).sum() - 0.5 * (1 - len(shape.holes))


def test_outline_is_marching_squares_at_one_half():
    labels = fluorescent_nuclei(5, 128, 128, count=12)[1]
    for index, shape in enumerate(polygons_from_labels(labels), 1):
        contours = find_contours(np.pad(labels == index, 1).astype(float), 0.5, fully_connected="low")
        vertices = {tuple(vertex[::-1] - 0.5) for contour in contours for vertex in contour}
        assert {tuple(vertex) for ring in shape.rings for vertex in ring.tolist()} <= vertices


def test_holes_belong_to_their_object_and_may_hold_another():
    labels = np.zeros((12, 12), int)
    labels[1:11, 1:11] = 1
    labels[3:9, 3:9] = 0
    labels[5:7, 5:7] = 2
    ring, core = polygons_from_labels(labels)
    assert len(ring.holes) == 1
    assert len(core.holes) == 0
    assert np.array_equal(labels_from_polygons([ring, core], 12, 12), labels)


def test_of_a_label_in_pieces_the_largest_is_kept():
    labels = np.array([[1, 1, 0, 2], [0, 0, 1, 2], [0, 1, 1, 0]])
    kept = keep_largest_components(labels)
    assert kept.tolist() == [[0, 0, 0, 2], [0, 0, 1, 2], [0, 1, 1, 0]]
    assert np.array_equal(labels_from_polygons(polygons_from_labels(labels), 3, 4), kept)


def test_nested_pieces_of_one_label_keep_the_right_holes():
    labels = np.zeros((20, 20), int)
    labels[1:19, 1:19] = 1
    labels[4:16, 4:16] = 0
    labels[7:13, 7:13] = 1
    labels[9:11, 9:11] = 0
    (frame,) = polygons_from_labels(labels)
    assert frame.area == 18 * 18 - 12 * 12
    assert len(frame.holes) == 1


def test_relabelling_numbers_every_piece():
    assert relabel_components(np.array([[5, 0, 5], [0, 5, 0]])).tolist() == [[1, 0, 2], [0, 3, 0]]


def test_a_gap_in_the_labels_is_refused():
    with pytest.raises(Invalid, match="no object 2"):
        polygons_from_labels(np.array([[1, 3]]))


def test_an_empty_image_has_no_polygons():
    assert polygons_from_labels(np.zeros((5, 5), np.uint16)) == []
    assert labels_from_polygons([], 4, 6).shape == (4, 6)


def test_a_pixel_belongs_to_a_polygon_if_its_centre_does():
    triangle = from_rings([[(0.3, 0.2), (9.7, 3.1), (2.2, 8.8)]])
    y, x = np.mgrid[0:10, 0:10] + 0.5
    sides = [
        (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
        for a, b in zip(triangle.exterior, np.roll(triangle.exterior, -1, axis=0), strict=True)
    ]
    assert np.array_equal(labels_from_polygons([triangle], 10, 10) == 1, np.all(np.array(sides) > 0, axis=0))


def test_polygons_that_share_a_border_leave_no_gap_and_do_not_overlap():
    left, right = from_rings([[(0, 0), (5.5, 0), (3.5, 8), (0, 8)]]), from_rings([[(5.5, 0), (9, 0), (9, 8), (3.5, 8)]])
    both = labels_from_polygons([left], 8, 9) + labels_from_polygons([right], 8, 9)
    assert (both == 1).all()


def test_the_later_polygon_wins_where_two_overlap():
    one, two = from_rings([[(0, 0), (4, 0), (4, 4), (0, 4)]]), from_rings([[(2, 2), (6, 2), (6, 6), (2, 6)]])
    painted = labels_from_polygons([one, two], 6, 6)
    assert (painted[2:, 2:] == 2).all()
    assert painted[0, 0] == 1


def test_mask_is_cropped_to_the_image():
    shape = from_rings([[(-3, -3), (4, -3), (4, 4), (-3, 4)]])
    mask, x0, y0 = mask_from_polygon(shape, 10, 3)
    assert (x0, y0, mask.shape, mask.all()) == (0, 0, (4, 3), True)
    outside, _, _ = mask_from_polygon(from_rings([[(20, 20), (30, 20), (30, 30)]]), 10, 10)
    assert outside.size == 0


def test_polygon_partly_outside_is_painted_inside():
    shape = from_rings([[(-5, -5), (3, -5), (3, 50), (-5, 50)]])
    painted = labels_from_polygons([shape], 6, 8)
    assert (painted[:, :3] == 1).all()
    assert (painted[:, 3:] == 0).all()


@pytest.mark.parametrize("rows", [1, 7, 64, 200])
def test_bands_put_together_are_the_whole_label_image(rows):
    shapes = polygons_from_labels(fluorescent_nuclei(2, 130, 150, count=20)[1])
    shapes += [from_rings([[(-5, -5), (30, -5), (30, 200), (-5, 200)], [(5, 20), (5, 90), (20, 90), (20, 20)]])]
    outlines = decode_many(codec.encode_many(shapes))
    bands = []
    for first_row in range(0, 130, rows):
        band = np.zeros((min(rows, 130 - first_row), 150), np.int32)
        paint_outlines(band, outlines.vertices, outlines.ring_starts, outlines.polygon_starts, 1, first_row)
        bands.append(band)
    assert np.array_equal(np.concatenate(bands), labels_from_polygons(shapes, 130, 150))


COMB = """
import pathlib
import numpy as np
from cellhub_app.core.geometry.polygon import from_rings
from cellhub_app.core.geometry.raster import mask_from_polygon

def peak_mb():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

height = 4_000
teeth = [(tooth + x, y) for tooth in range(10_000) for x, y in ((0.0, 0), (0.25, height - 1), (0.75, height - 1), (0.9375, 0))]
comb = from_rings([[*teeth, (10_000, height), (-1, height)]])
before = peak_mb()
mask, _, _ = mask_from_polygon(comb, height, 64)
assert mask.shape == (height, 64)
print(peak_mb() - before)
"""


def test_a_comb_across_a_tall_image_takes_little_memory():
    done = subprocess.run([sys.executable, "-c", COMB], capture_output=True, text=True, timeout=120, check=True)
    assert float(done.stdout) < 100


def test_parts_beyond_the_left_border_paint_nothing() -> None:
    corner = from_rings([[(-9, 0), (4, 0), (4, 2), (-6, 2), (-6, 6), (-9, 6)]])
    expected = np.zeros((8, 10), bool)
    expected[:2, :4] = True
    assert np.array_equal(labels_from_polygons([corner], 8, 10) > 0, expected)
    mask, x0, y0 = mask_from_polygon(corner, 8, 10)
    assert (int(mask.sum()), x0, y0) == (8, 0, 0)
