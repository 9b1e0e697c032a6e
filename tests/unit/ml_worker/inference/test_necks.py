import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ml_worker.inference.necks import joined
from ml_worker.inference.postprocess import FULL, Settings, label_maps


def two_peaks(saddle: int, low: int = 200, high: int = 250) -> tuple[np.ndarray, np.ndarray]:
    labels = np.array([[1, 1, 2, 2]], np.int32)
    return labels, np.array([[high, saddle, saddle, low]], np.uint8)


@pytest.mark.parametrize(("saddle", "count"), [(131, 1), (130, 2), (20, 2)])
def test_objects_are_joined_where_the_saddle_is_above_the_share_of_the_lower_peak(saddle: int, count: int):
    assert joined(*two_peaks(saddle), 0.65).max() == count


def test_a_share_of_one_joins_nothing():
    assert joined(*two_peaks(200, 200, 200), 1.0).tolist() == [0, 1, 2]


def test_a_low_bump_between_two_large_objects_is_no_bridge():
    labels = np.array([[1, 1, 2, 2, 2, 3, 3]], np.int32)
    level = np.array([[250, 75, 75, 100, 70, 70, 240]], np.uint8)
    assert joined(labels, level, 0.65).tolist() == [0, 1, 1, 2]


def test_a_row_of_ever_higher_peaks_is_one_object():
    labels = np.array([[1, 2, 3]], np.int32)
    assert joined(labels, np.array([[90, 100, 110]], np.uint8), 0.65).tolist() == [0, 1, 1, 1]


def test_objects_that_only_meet_at_corners_stay_apart():
    labels = np.array([[1, 0], [0, 2]], np.int32)
    assert joined(labels, np.full((2, 2), 200, np.uint8), 0.5).tolist() == [0, 1, 2]


def test_nothing_joined_from_nothing():
    assert joined(np.zeros((3, 4), np.int32), np.zeros((3, 4), np.uint8), 0.5).tolist() == [0]


@given(arrays(np.int32, (6, 7), elements=st.integers(0, 5)), arrays(np.uint8, (6, 7)), st.floats(0, 1))
def test_numbers_are_without_gaps_and_only_neighbours_are_joined(labels: np.ndarray, level: np.ndarray, share: float):
    table = joined(labels, level, share)
    assert len(table) == labels.max() + 1
    assert sorted(set(table.tolist())) == list(range(int(table.max()) + 1))
    after = table[labels]
    assert ((after > 0) == (labels > 0)).all()
    apart = cv2.connectedComponents((labels > 0).astype(np.uint8), connectivity=4)[1]
    for number in range(1, int(table.max()) + 1):
        before = {int(one) for one in np.unique(labels[after == number])}
        regions = {one: {int(part) for part in np.unique(apart[labels == one])} for one in before}
        assert len(before) == 1 or all(any(regions[one] & regions[other] for other in before - {one}) for one in before)


@given(arrays(np.int32, (6, 7), elements=st.integers(0, 5)), arrays(np.uint8, (6, 7)), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_share_joins_less(labels: np.ndarray, level: np.ndarray, one: float, other: float):
    few, many = (joined(labels, level, share) for share in (min(one, other), max(one, other)))
    assert few.max() <= many.max()


def test_a_spread_out_cell_with_two_peaks_is_one_object():
    distance = np.zeros((40, 90), np.float32)
    for x in (25, 65):
        distance = np.maximum(distance, cv2.GaussianBlur(cv2.circle(np.zeros_like(distance), (x, 20), 8, 1.0, -1), (0, 0), 5))
    distance = np.maximum(distance / distance.max(), 0.32)
    maps = np.zeros((3, 40, 90), np.uint8)
    maps[0, 5:35, 5:85] = FULL
    maps[2] = np.where(maps[0] > 0, 0.9 * FULL * np.maximum(distance, 0.42 / 0.9), 0)
    apart = label_maps(maps, Settings(neck=1.0, seed=0.5)).max()
    assert (apart, label_maps(maps, Settings(neck=0.45, seed=0.5)).max()) == (2, 1)
