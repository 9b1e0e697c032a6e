import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cellhub_app.core.metrics.matching import (
    MatchCounts,
    count_matches,
    foreground_counts,
    iou_matrix,
    matched_pairs,
    overlaps,
    pooled,
)

label_images = hnp.arrays(np.int32, (6, 7), elements=st.integers(0, 4))


def row(*labels: int) -> np.ndarray:
    return np.array([labels], np.int32)


def test_iou_of_shifted_object_is_shared_over_joined_pixels():
    assert iou_matrix(row(1, 1, 1, 0), row(0, 5, 5, 5)).tolist() == [[2 / 4]]


def test_labels_with_gaps_are_counted_by_object():
    counts = count_matches(row(7, 7, 0, 300), row(2, 2, 0, 9), [0.5])[0]
    assert counts == MatchCounts(2, 0, 0)


def test_known_precision_and_f1():
    truth = row(1, 1, 1, 0, 2, 2, 0, 3)
    predicted = row(1, 1, 0, 0, 2, 2, 4, 0)
    counts = count_matches(truth, predicted, [0.5, 0.75])
    assert counts == [MatchCounts(2, 1, 1), MatchCounts(1, 2, 2)]
    assert counts[0].average_precision == pytest.approx(2 / 4)
    assert counts[0].f1 == pytest.approx(4 / 6)


def test_two_halves_of_one_object_match_it_only_once():
    counts = count_matches(row(1, 1, 1, 1), row(1, 1, 2, 2), [0.5])[0]
    assert counts == MatchCounts(1, 1, 0)


def test_pairing_is_as_large_as_possible_below_one_half():
    truth, predicted = row(1, 1, 1, 2, 2, 2), row(1, 2, 2, 2, 2, 0)
    assert sorted(matched_pairs(overlaps(truth, predicted), 0.3).tolist()) == [0, 1]


def test_nothing_to_find_and_nothing_found_is_perfect():
    counts = count_matches(row(0, 0), row(0, 0), [0.5])[0]
    assert (counts.average_precision, counts.f1) == (1.0, 1.0)


def test_pooling_weighs_images_by_their_objects():
    total = pooled([MatchCounts(9, 0, 1), MatchCounts(0, 1, 0)])
    assert total.average_precision == pytest.approx(9 / 11)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        overlaps(row(1), row(1, 0))


def test_foreground_counts_ignore_which_object_it_is():
    assert foreground_counts(row(1, 2, 0, 0), row(0, 1, 1, 0)) == (1, 3)


@given(label_images, label_images, st.floats(0.1, 1.0))
@settings(max_examples=60, deadline=None)
def test_counts_are_consistent_and_symmetric(truth, predicted, threshold):
    found = count_matches(truth, predicted, [threshold])[0]
    mirrored = count_matches(predicted, truth, [threshold])[0]
    assert found.true_positives + found.false_negatives == len(set(np.unique(truth)) - {0})
    assert found.true_positives + found.false_positives == len(set(np.unique(predicted)) - {0})
    assert mirrored == MatchCounts(found.true_positives, found.false_negatives, found.false_positives)


@given(label_images)
@settings(max_examples=30, deadline=None)
def test_an_image_matches_itself_perfectly(labels):
    assert count_matches(labels, labels, [1.0])[0].average_precision == 1.0


@given(label_images, label_images)
@settings(max_examples=30, deadline=None)
def test_iou_agrees_with_its_definition(truth, predicted):
    matrix = iou_matrix(truth, predicted)
    for i, a in enumerate(v for v in np.unique(truth) if v):
        for j, b in enumerate(v for v in np.unique(predicted) if v):
            first, second = truth == a, predicted == b
            assert matrix[i, j] == pytest.approx((first & second).sum() / (first | second).sum())
