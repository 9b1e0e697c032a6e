import struct
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellhub_app.core.errors import Invalid
from cellhub_app.core.geometry.codec import CollectionItem, decode, decode_collection, encode, encode_collection, encode_many
from cellhub_app.core.geometry.polygon import Polygon, from_rings
from cellhub_app.core.geometry.raster import polygons_from_labels
from cellhub_app.core.simulator.nuclei import fluorescent_nuclei

TRIANGLE = from_rings([[(1, 2), (3, 2), (3, 4.5)]])
coordinate = st.integers(-16_000_000, 16_000_000).map(lambda value: value / 16)
ring = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9).map(lambda points: np.array(points, dtype=float))


def same(one: Polygon, other: Polygon) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one.rings, other.rings, strict=True))


def test_bytes_are_as_documented():
    # one ring, three vertices: (16, 32), then (+32, 0), (0, +40) in sixteenths, zigzag doubles them
    assert encode(TRIANGLE) == bytes([1, 3, 32, 64, 64, 0, 0, 80])


def test_large_and_negative_steps_use_more_bytes():
    shape = Polygon(np.array([(0.0, 0.0), (-1.0, 0.0), (0.0, 100.0)]))
    assert encode(shape) == bytes([1, 3, 0, 0, 31, 0, 32, 0x80, 0x19])


@given(st.lists(ring, min_size=1, max_size=4))
@settings(deadline=None)
def test_any_rings_survive_the_round_trip(rings):
    shape = Polygon(rings[0], tuple(rings[1:]))
    assert same(decode(encode(shape)), shape)


def test_many_are_encoded_as_one_by_one():
    shapes = polygons_from_labels(fluorescent_nuclei(1, 200, 200)[1])
    assert encode_many(shapes) == [encode(shape) for shape in shapes]
    assert all(same(decode(data), shape) for data, shape in zip(encode_many(shapes), shapes, strict=True))
    assert encode_many([]) == []


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\x00",
        b"\x01",
        b"\x01\x02\x00\x00\x00\x00",
        b"\x01\x03\x00\x00",
        b"\xff\xff\xff\xff\xff\xff",
        b"\x01\xff\xff\xff\xff\x0f",
        encode(TRIANGLE)[:-1],
        encode(TRIANGLE) + b"\x00",
        b"\x02" + encode(TRIANGLE)[1:],
        b"\x01\x03" + b"\xff\xff\xff\xff\x0f" * 6,
    ],
)
def test_garbage_is_refused(garbage):
    with pytest.raises(Invalid, match="damaged"):
        decode(garbage)


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_random_bytes_decode_to_rings_or_are_refused(data):
    try:
        shape = decode(data)
    except Invalid:
        return
    assert all(len(ring) >= 3 for ring in shape.rings)
    assert all(np.isfinite(ring).all() for ring in shape.rings)


def test_collection_has_the_documented_layout():
    item = CollectionItem(UUID(int=7), 0.5, 0.25, 99.5, 3, encode(TRIANGLE))
    data = encode_collection(12, [item])
    assert data[:12] == b"CHP1" + struct.pack("<II", 12, 1)
    assert data[12:48] == UUID(int=7).bytes + struct.pack("<fffHHI", 0.5, 0.25, 99.5, 3, 0, len(item.geometry))
    assert data[48:] == item.geometry
    assert decode_collection(data) == (12, [item])


@pytest.mark.parametrize("cut", [0, 5, 12, 30, 50])
def test_a_collection_cut_short_is_refused(cut):
    data = encode_collection(1, [CollectionItem(UUID(int=1), 1, 0, 1, 0, encode(TRIANGLE))])
    with pytest.raises(Invalid):
        decode_collection(data[:cut])


def test_a_collection_of_another_kind_is_refused():
    with pytest.raises(Invalid, match="not a list of outlines"):
        decode_collection(b"CHP9" + bytes(8))
