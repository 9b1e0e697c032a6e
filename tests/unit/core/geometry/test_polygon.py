import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry import polygon as polygons
from cellhub_app.core.geometry.polygon import MAX_HOLES, MAX_VERTICES, from_geojson, from_rings, signed_area

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
HOLE = [(2, 2), (2, 5), (6, 5), (6, 2)]


def geometry(*rings):
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*ring, ring[0])] for ring in rings]}


def test_area_perimeter_bounds_and_centroid_of_a_square_with_a_hole():
    shape = from_rings([SQUARE, HOLE])
    assert shape.area == 100 - 12
    assert shape.perimeter == 40
    assert shape.bounds == (0, 0, 10, 10)
    assert shape.centroid == pytest.approx(((100 * 5 - 12 * 4) / 88, (100 * 5 - 12 * 3.5) / 88))


def test_centroid_far_from_the_origin_keeps_its_precision():
    shape = from_rings([[(x + 900_000, y + 900_000) for x, y in SQUARE]])
    assert shape.centroid == pytest.approx((900_005, 900_005), abs=1e-6)


@pytest.mark.parametrize("reverse_exterior", [False, True])
@pytest.mark.parametrize("reverse_hole", [False, True])
def test_ring_directions_are_normalised(reverse_exterior, reverse_hole):
    shape = from_rings([SQUARE[::-1] if reverse_exterior else SQUARE, HOLE[::-1] if reverse_hole else HOLE])
    assert signed_area(shape.exterior) == 100
    assert signed_area(shape.holes[0]) == -12


def test_geojson_round_trip_keeps_every_vertex():
    shape = from_rings([SQUARE, HOLE])
    again = from_geojson(shape.to_geojson())
    assert all(np.array_equal(a, b) for a, b in zip(shape.rings, again.rings, strict=True))
    assert shape.to_geojson()["coordinates"][0][0] == shape.to_geojson()["coordinates"][0][-1]


def test_feature_and_third_coordinates_are_accepted():
    ring = [[x, y, 3.0] for x, y in SQUARE]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    assert from_geojson(feature).area == 100


def test_coordinates_are_rounded_to_a_sixteenth():
    shape = from_rings([[(0.01, 0.04), (10.03, 0), (5, 8.97)]])
    assert np.array_equal(shape.exterior * 16, np.rint(shape.exterior * 16))
    assert shape.exterior.tolist() == [[0, 0.0625], [10, 0], [5, 9]]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (None, "not a GeoJSON polygon"),
        ({"type": "MultiPolygon", "coordinates": []}, "not a GeoJSON polygon"),
        ({"type": "Feature", "geometry": None}, "not a GeoJSON polygon"),
        ({"type": "Polygon", "coordinates": []}, "no outline"),
        ({"type": "Polygon", "coordinates": "abc"}, "no outline"),
        ({"type": "Polygon", "coordinates": [[1, 2, 3]]}, "pairs of numbers"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, "pairs of numbers"),
        ({"type": "Polygon", "coordinates": [5]}, "pairs of numbers"),
        ({"type": "Polygon", "coordinates": [{"a": 1}]}, "pairs of numbers"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, float("nan")], [1, 1]]]}, "finite"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, float("inf")], [1, 1]]]}, "finite"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1e9, 0], [1, 1]]]}, "outside any image"),
        (geometry([(0, 0), (1, 1)]), "three different points"),
        (geometry([(0, 0), (0.01, 0), (0, 0.01), (0.01, 0.01)]), "three different points"),
        (geometry([(0, 0), (5, 5), (9, 9)]), "crosses or touches itself"),
        (geometry([(0, 0), (10, 10), (10, 0), (0, 10)]), "crosses or touches itself"),
        (geometry([(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)]), "crosses or touches itself"),
        (geometry([(0, 0), (9, 0), (9, 9), (9, 0), (0, 9)]), "crosses or touches itself"),
        (geometry([(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5)]), "crosses or touches itself"),
        (geometry(SQUARE, [(5, 5), (15, 5), (15, 8)]), "Two rings"),
        (geometry(SQUARE, [(0, 5), (5, 5), (5, 8)]), "Two rings"),
        (geometry(SQUARE, HOLE, HOLE), "Two rings"),
        (geometry(SQUARE, [(20, 20), (25, 20), (25, 25)]), "outside its outline"),
        (geometry(SQUARE, [(1, 1), (9, 1), (9, 9), (1, 9)], HOLE), "inside another hole"),
        (geometry(SQUARE, HOLE, [(1, 1), (9, 1), (9, 9), (1, 9)]), "inside another hole"),
    ],
)
def test_bad_geometry_is_refused_with_one_sentence(bad, says):
    with pytest.raises(Invalid) as refused:
        from_geojson(bad)
    assert says in refused.value.detail
    assert refused.value.detail.endswith(".")


def test_too_many_points_and_holes_are_refused():
    with pytest.raises(Invalid, match="points"):
        from_rings([[(k, k % 7) for k in range(MAX_VERTICES + 1)]])
    with pytest.raises(Invalid, match="holes"):
        from_rings([SQUARE] * (MAX_HOLES + 2))


def test_outline_that_cannot_be_checked_in_time_is_refused():
    steps = np.arange(15_000) * 0.5
    teeth = np.stack([steps, steps], axis=1)
    teeth[::2] += (5000, -5000)
    teeth[1::2] += (-5000, 5000)
    outline = [*teeth.tolist(), [-9000.0, 9000.0]]
    with pytest.raises(Invalid, match="tangled"):
        from_rings([outline])


@given(
    st.lists(st.tuples(st.floats(-200, 200), st.floats(-200, 200)), min_size=0, max_size=12),
    st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=0, max_size=6),
)
@settings(deadline=None)
def test_any_rings_are_either_accepted_whole_or_refused(exterior, hole):
    rings = [exterior, hole] if hole else [exterior]
    try:
        shape = from_rings(rings)
    except Invalid:
        return
    assert shape.area > 0
    assert len(shape.holes) == len(rings) - 1
    assert signed_area(shape.exterior) > 0
    assert from_geojson(shape.to_geojson()).area == shape.area


@given(st.integers(3, 40), st.floats(1, 300), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_star_shaped_outlines_are_accepted(corners, size, random):
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = [size * random.uniform(0.6, 1) + 1 for _ in range(corners)]
    ring = [(float(r * np.cos(a)), float(r * np.sin(a))) for r, a in zip(reach, angles, strict=True)]
    assert polygons.from_rings([ring]).area > 0
