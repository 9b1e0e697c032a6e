"""Warnings come when they should, and only then."""

from math import inf, nan

import numpy as np
import pytest

from cellhub_app.core.errors import Invalid
from cellhub_app.core.statistics.choosing import Test
from cellhub_app.core.statistics.compared import compared
from cellhub_app.core.statistics.groups import Groups, grouped
from cellhub_app.core.statistics.resemblance import effective_size

SOUND = {"a": {"1": [1.0, 1.2], "2": [2.0], "3": [3.1], "4": [4.0]}, "b": {"1": [2.5], "2": [3.0], "3": [4.4], "4": [5.0]}}


def wells(*means: float, cells: int = 50, seed: int = 1) -> dict[str, list[float]]:
    """Replicates of many cells that lie close about their well's mean."""
    random = np.random.default_rng(seed)
    return {f"well {i}": random.normal(mean, 0.1, cells).tolist() for i, mean in enumerate(means)}


def warnings(groups: Groups, test: Test | None = None, unit: str = "replicate") -> str:
    return " ".join(compared(groups, test, unit).warnings)  # type: ignore[arg-type]


def test_sound_data_are_left_in_peace() -> None:
    for test in (Test.WELCH, Test.MANN_WHITNEY, Test.ANOVA, Test.KRUSKAL):
        assert compared(SOUND, test).warnings == ()


def test_cells_of_one_well_taken_as_independent_are_warned_of_with_what_they_are_worth() -> None:
    groups = {"a": wells(1, 2, 3), "b": wells(1.5, 2.5, 3.5, seed=2)}
    told = warnings(groups, unit="object")
    assert "300 objects come from 6 replicates" in told
    assert "about 6 independent ones" in told
    assert "not independent" not in warnings(groups)
    by_well, by_cell = compared(groups).outcome, compared(groups, unit="object").outcome
    assert by_well is not None
    assert by_cell is not None
    assert by_cell.p < 0.0001 < 0.3 < by_well.p


def test_objects_that_share_nothing_are_worth_their_number() -> None:
    random = np.random.default_rng(3)
    groups = grouped({"a": {str(i): random.normal(0, 1, 40).tolist() for i in range(10)}})
    assert effective_size(groups) == pytest.approx(400, rel=0.3)


def test_single_objects_a_replicate_are_independent() -> None:
    single = {name: {key: values[:1] for key, values in group.items()} for name, group in SOUND.items()}
    assert warnings(single, unit="object") == ""


def test_few_replicates_are_named() -> None:
    told = warnings({"a": {"1": [1.0], "2": [2.0]}, "b": {"1": [4.0], "2": [5.0], "3": [7.0]}})
    assert "Fewer than 3 replicates: “a” (2)." in told


def test_a_condition_of_one_replicate_is_left_out_and_the_rest_tested() -> None:
    comparison = compared(SOUND | {"c": {"1": [9.0, 8.0]}})
    assert comparison.test is Test.WELCH
    assert comparison.outcome is not None
    assert "“c” has one replicate only" in " ".join(comparison.warnings)
    assert comparison.summaries[2].mean == 8.5
    assert comparison.summaries[2].sd is None


def test_nothing_is_tested_without_replicates_and_it_says_so() -> None:
    comparison = compared({"a": {"1": [1.0, 2.0]}, "b": {"1": [3.0, 5.0]}})
    assert comparison.outcome is None
    assert "fewer than two conditions have two replicates" in comparison.warnings[0]
    assert "not possible" in comparison.sentence


def test_a_rank_test_that_can_say_nothing_is_named() -> None:
    three = {name: dict(list(group.items())[:3]) for name, group in SOUND.items()}
    assert "can't give a P below 0.1" in warnings(three, Test.MANN_WHITNEY)
    assert "can't give" not in warnings(three, Test.WELCH)


def test_unequal_spreads_are_told_to_those_who_need_equal_ones() -> None:
    wide = {"a": {str(i): [x] for i, x in enumerate((1.0, 1.1, 0.9, 1.05))}, "b": {str(i): [x] for i, x in enumerate((1.0, 9.0, 4.0, 6.0))}}
    assert "take Welch's ANOVA" in warnings(wide, Test.ANOVA)
    assert "Welch's t test" in warnings(wide, Test.MANN_WHITNEY)
    assert "spreads" not in warnings(wide, Test.WELCH) + warnings(wide, Test.WELCH_ANOVA)


@pytest.mark.parametrize("second", [[5.0, 5.0, 6.0, 6.0], [5.0, 5.0, 7.0, 7.0]])
def test_values_that_all_lie_as_far_from_their_median_leave_the_test_of_spreads_nothing_to_say(second: list[float]) -> None:
    groups = {name: {str(place): [value] for place, value in enumerate(row)} for name, row in (("a", [1.0, 1.0, 2.0, 2.0]), ("b", second))}
    assert not [warning for warning in compared(groups, Test.ANOVA).warnings if "spread" in warning and "normal" not in warning]


def test_values_that_are_far_from_normal_are_told_to_tests_of_means() -> None:
    skewed = {name: {str(i): [2.0 ** (i * k)] for i in range(9)} for name, k in (("a", 1.0), ("b", 1.01))}
    assert "not spread normally" in warnings(skewed, Test.WELCH)
    assert "not spread normally" not in warnings(skewed, Test.KRUSKAL)


def test_values_without_meaning_are_left_out_and_counted() -> None:
    lost = {"a": SOUND["a"] | {"5": [nan, nan]}, "b": SOUND["b"] | {"1": [2.5, inf]}}
    comparison = compared(lost)
    assert "3 values are no numbers" in " ".join(comparison.warnings)
    assert comparison.outcome == compared(SOUND).outcome
    assert comparison.summaries[0].units == 4


def test_equal_values_end_in_a_sentence_not_in_a_p_of_zero() -> None:
    flat = {name: {str(i): [0.1 * value] * 3 for i in range(4)} for name, value in (("a", 3), ("b", 4))}
    comparison = compared(flat)
    assert comparison.outcome is None
    assert "all equal" in comparison.warnings[0]
    ranked = compared(flat, Test.MANN_WHITNEY).outcome
    assert ranked is not None
    assert ranked.effect is not None
    assert ranked.effect.value == -1
    assert compared({"a": SOUND["a"], "b": {str(i): [2.0] for i in range(4)}}, Test.WELCH).outcome is not None
    assert compared({"a": SOUND["a"], "b": {str(i): [2.0] for i in range(4)}}, Test.WELCH_ANOVA).outcome is None


def test_more_conditions_than_a_figure_holds_are_refused() -> None:
    with pytest.raises(Invalid, match="at most 60"):
        compared({str(i): {"1": [1.0], "2": [2.0]} for i in range(61)})


def test_a_comparison_can_stand_in_a_legend() -> None:
    assert compared(SOUND).sentence == (
        "Welch's t test on means of replicates: t(5.963) = -1.36, P = 0.22; Hedges' g = -0.84 (95% CI -2.1 to 0.48); "
        "n = 4, 4 replicates, 9 objects in all."
    )
    far = {"a": wells(0, cells=5000), "b": wells(9, cells=5000, seed=2)}
    assert "P < 1e-15" in compared(far, unit="object").sentence
