"""Many polygons at once say what each says alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.outlines import decode_many
from cellhub_app.core.geometry.polygon import MAX_COORDINATE, Polygon
from cellhub_app.core.geometry.raster import mask_from_polygon, polygons_from_labels
from tests.unit.domain.exports.bundles import discs, rings

steps = st.integers(-16 * MAX_COORDINATE, 16 * MAX_COORDINATE)
ring = st.lists(st.tuples(steps, steps), min_size=3, max_size=8).map(lambda points: np.array(points) / 16)
polygon = st.builds(Polygon, ring, st.lists(ring, max_size=2).map(tuple))


@pytest.fixture
def shapes() -> list[Polygon]:
    outside = Polygon(np.array([[-5.0, -5.0], [12.0, -5.0], [12.0, 8.0], [-5.0, 8.0]]))
    beyond = Polygon(np.array([[900.0, 900.0], [912.0, 900.0], [912.0, 908.0]]))
    return [*polygons_from_labels(discs()), *polygons_from_labels(rings()), outside, beyond]


def test_pixels_boxes_and_holes_are_those_of_each_polygon(shapes: list[Polygon]) -> None:
    outlines = decode_many(codec.encode_many(shapes))
    assert outlines.pixels(80, 100) == [int(mask_from_polygon(shape, 80, 100)[0].sum()) for shape in shapes]
    assert [tuple(box) for box in outlines.bounds.tolist()] == [shape.bounds for shape in shapes]
    assert outlines.has_holes == [bool(shape.holes) for shape in shapes]


def test_a_tall_polygon_is_counted_in_pieces() -> None:
    tall = Polygon(np.array([[0.0, 0.0], [3.0, 0.0], [3.0, 1000.0], [0.0, 1000.0]]))
    assert decode_many([codec.encode(tall)]).pixels(1000, 2) == [2000]


@settings(max_examples=80, deadline=None)
@given(st.lists(polygon, max_size=4))
def test_texts_are_exact_and_polygons_come_back(polygons: list[Polygon]) -> None:
    outlines = decode_many(codec.encode_many(polygons))
    assert len(outlines) == len(polygons)
    for index, (shape, written) in enumerate(zip(polygons, outlines.texts(",", ";"), strict=True)):
        read = [[[float(number) for number in point.split(",")] for point in text.split(";")] for text in written]
        assert read == [each.tolist() for each in shape.rings]
        vertices, starts = outlines.one(index)
        assert all(map(np.array_equal, np.split(vertices, starts[1:-1]), shape.rings))


def test_numbers_are_as_short_as_they_can_be() -> None:
    shape = Polygon(np.array([[0.0, -0.0625], [10.5, 3.0], [100.125, 20.75]]))
    outlines = decode_many([codec.encode(shape)])
    assert outlines.texts(" ", "; ") == [["0 -0.0625; 10.5 3; 100.125 20.75"]]
    assert outlines.texts(",", "],[", is_closed=True) == [["0,-0.0625],[10.5,3],[100.125,20.75],[0,-0.0625"]]


def test_nothing_is_nothing() -> None:
    outlines = decode_many([])
    assert (len(outlines), outlines.texts(",", ","), outlines.pixels(5, 5), outlines.bounds.shape) == (0, [], [], (0, 4))


def test_damaged_bytes_among_good_ones_are_refused(shapes: list[Polygon]) -> None:
    stored = codec.encode_many(shapes)
    for bad in (b"", b"\x00", stored[0][:-1], stored[0] + b"\x00"):
        with pytest.raises(Invalid, match="can't be read"):
            decode_many([stored[1], bad, stored[2]])
