"""Run lengths are the ones of pycocotools, for every shape, place and size."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco_mask

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.outlines import Outlines, decode_many
from cellhub_app.core.geometry.polygon import Polygon, from_rings
from cellhub_app.core.geometry.raster import polygons_from_labels, relabel_components
from cellhub_app.core.geometry.run_lengths import COLUMNS_AT_ONCE, column_runs, compressed

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools

MASKS = st.one_of(
    arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))),
    arrays.arrays(np.bool_, st.tuples(st.integers(1, 6), st.integers(COLUMNS_AT_ONCE - 2, COLUMNS_AT_ONCE + 4)), elements=st.just(True)),
)


def outlines(polygons: list[Polygon]) -> Outlines:
    return decode_many(codec.encode_many(polygons))


def of_pycocotools(mask: npt.NDArray[np.bool_]) -> str:
    text: str = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
    return text


@settings(max_examples=80, deadline=None)
@given(mask=MASKS, margins=st.tuples(*[st.integers(0, 2)] * 4))
def test_every_object_has_the_run_lengths_of_pycocotools(mask: npt.NDArray[np.bool_], margins: tuple[int, int, int, int]) -> None:
    labels = relabel_components(np.pad(mask, (margins[:2], margins[2:])).astype(np.int32))
    found = outlines(polygons_from_labels(labels) if labels.any() else [])
    for index in range(len(found)):
        runs = column_runs(*found.one(index), *labels.shape)
        decoded = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(labels.shape, order="F")
        assert np.array_equal(decoded, labels == index + 1)
        assert all(count > 0 for count in runs[1:])
        assert compressed(runs) == of_pycocotools(labels == index + 1)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (((-5, -5), (3, -5), (3, 4), (-5, 4)), [0, 4, 6, 4, 6, 4, 176]),
        (((18, 8), (30, 8), (30, 20), (18, 20)), [188, 2, 8, 2]),
        (((40, 40), (50, 40), (50, 50), (40, 50)), [200]),
        (((-5, -5), (30, -5), (30, 30), (-5, 30)), [0, 200]),
        (((4, -1), (6, -1), (6, 11), (4, 11)), [40, 20, 140]),
    ],
)
def test_what_reaches_beyond_the_image_is_cut_there(box: tuple[tuple[int, int], ...], expected: list[int]) -> None:
    found = outlines([from_rings([box])])
    assert column_runs(*found.one(0), 10, 20).tolist() == expected
