import math

import pytest

from cellhub_app.core.metrics.matching import MatchCounts
from ml_worker.inference.scale import Scaling
from ml_worker.training.tuning import TARGETS, Looked, choose_scaling, fewest_looks, mean_precision

GOOD, POOR = MatchCounts(9, 1, 0), MatchCounts(1, 9, 9)


def looked(diameter: float, plain: MatchCounts, scaled: MatchCounts, best: float | None = None) -> Looked:
    rows = {target: [plain if best not in (None, target) else scaled] * 2 for target in TARGETS}
    return Looked("nuclei", 10_000, diameter, [plain, plain], rows)


def test_every_domain_counts_the_same_however_many_images_it_has():
    found = [("nuclei", [GOOD, GOOD])] * 9 + [("tissue", [POOR, POOR])]
    assert mean_precision(found) == pytest.approx((0.9 + 1 / 19) / 2)


def test_small_objects_are_scaled_where_that_helps_and_large_ones_left_where_it_harms():
    view = [looked(11, POOR, GOOD), looked(30, GOOD, GOOD), looked(70, GOOD, POOR)]
    scaling, found = choose_scaling([view])
    assert scaling is not None
    assert scaling.low > 11
    assert scaling.high > 70
    assert found == [pytest.approx(mean_precision((one.domain, one.scaled[28] if one.diameter == 11 else one.plain) for one in view))]


def test_images_are_shown_at_the_size_that_is_best():
    scaling, _ = choose_scaling([[looked(9, POOR, GOOD, best=TARGETS[-1])]])
    assert scaling is not None
    assert scaling.target == TARGETS[-1]


def test_of_scalings_that_are_as_good_the_network_sees_the_fewest_pixels():
    scaling, _ = choose_scaling([[looked(11, POOR, GOOD), looked(20, GOOD, GOOD), looked(80, GOOD, GOOD)]])
    assert scaling is not None
    assert (scaling.factor(20), scaling.target) == (1, TARGETS[0])
    assert scaling.factor(80) < 1


def test_nothing_is_scaled_that_gains_nothing():
    assert choose_scaling([[looked(5, GOOD, GOOD), looked(200, GOOD, POOR)]]) == (None, [pytest.approx((10 + 8) / (10 + 10))])


def test_fewer_pixels_may_cost_a_little_at_other_magnifications_and_no_more():
    as_it_is, best = [looked(19, GOOD, GOOD)], MatchCounts(1000, 0, 0)
    for misses, is_left in ((20, True), (80, False)):
        small = [looked(19, MatchCounts(1000 - misses, 0, misses), best)]
        scaling, _ = choose_scaling([as_it_is, small])
        assert (scaling is None or scaling.factor(19) == 1) is is_left


def test_images_as_they_are_come_first_where_no_scaling_serves_all_views():
    harmed, helped = looked(11, GOOD, POOR), looked(11, POOR, GOOD)
    assert choose_scaling([[helped], [harmed], [harmed]])[0] is not None
    assert choose_scaling([[harmed], [helped], [helped]])[0] is None


@pytest.mark.parametrize(
    ("rated", "looks"),
    [
        ({1: 0.5, 2: 0.51, 4: 0.512}, 2),
        ({1: 0.5, 2: 0.51, 4: 0.52}, 4),
        ({1: 0.52, 2: 0.51, 4: 0.522}, 1),
        ({1: 0.5, 2: 0.504, 4: 0.508}, 2),
    ],
)
def test_no_more_looks_are_taken_than_bring_something(rated: dict[int, float], looks: int):
    assert fewest_looks(rated) == looks


@pytest.mark.parametrize("scaling", [None, Scaling(15, 90), Scaling(12, math.inf)])
def test_a_card_keeps_the_scaling(scaling: Scaling | None):
    assert Scaling.read(scaling.written() if scaling else None) == scaling
