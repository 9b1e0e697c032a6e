"""Conditions compared: the one entry to tests, effect sizes and warnings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cellhub_app.core.errors import Invalid
from cellhub_app.core.statistics.cautions import cautions, left_out_warnings
from cellhub_app.core.statistics.choosing import TESTS, Test, chosen
from cellhub_app.core.statistics.groups import Group, Groups, Summary, Unit, Values, grouped, summary
from cellhub_app.core.statistics.many_groups import anova, kruskal, welch_anova
from cellhub_app.core.statistics.outcome import Outcome
from cellhub_app.core.statistics.two_groups import mann_whitney, welch
from cellhub_app.core.statistics.wording import sentence

MOST_CONDITIONS = 60


@dataclass(frozen=True)
class Comparison:
    """What a test says of conditions, ready to be shown beside their superplot.

    `outcome` is None where the values allow no test; a warning says why. `sentence` can stand in the legend of a figure.
    """

    test: Test
    title: str
    unit: Unit
    summaries: tuple[Summary, ...]
    outcome: Outcome | None
    warnings: tuple[str, ...]
    sentence: str


def compared(groups: Groups, test: Test | str | None = None, unit: Unit = "replicate") -> Comparison:
    """Compare conditions, each a mapping of replicates to the values of their objects.

    A replicate counts once, by its mean, unless the unit is the object. Without a test the number of conditions that can be compared
    chooses. Raises Invalid when the test does not fit that number, or there are fewer than two or more than 60 conditions with values.
    """
    if len(groups) > MOST_CONDITIONS:
        raise Invalid(f"A test compares at most {MOST_CONDITIONS} conditions, and these are {len(groups)}; choose some of them.")
    everything = grouped(groups)
    usable = [group for group in everything if len(group.units(unit)) > 1]
    left_out = [group for group in everything if len(group.units(unit)) < 2]
    filled = sum(1 for group in everything if group.replicates)
    choice = chosen(test, len(usable) if len(usable) > 1 else filled)
    outcome, warnings = _outcome(usable, left_out, choice, unit)
    summaries = tuple(summary(group, unit) for group in everything)
    return Comparison(choice, TESTS[choice].title, unit, summaries, outcome, warnings, sentence(choice, outcome, summaries, unit))


def _outcome(usable: Sequence[Group], left_out: Sequence[Group], test: Test, unit: Unit) -> tuple[Outcome | None, tuple[str, ...]]:
    if len(usable) < 2:
        reason = f"Nothing can be tested: fewer than two conditions have two {unit}s or more; add replicates."
        return None, (reason, *left_out_warnings(left_out, unit))
    samples = {group.name: group.units(unit) for group in usable}
    warnings = cautions(usable, left_out, test, unit)
    if (obstacle := _obstacle(list(samples.values()), test)) is not None:
        return None, (obstacle, *warnings)
    return _tested(samples, test), warnings


def _tested(samples: dict[str, Values], test: Test) -> Outcome:
    values = list(samples.values())
    match test:
        case Test.WELCH:
            return welch(values[0], values[1])
        case Test.MANN_WHITNEY:
            return mann_whitney(values[0], values[1])
        case Test.ANOVA:
            return anova(samples)
        case Test.WELCH_ANOVA:
            return welch_anova(samples)
        case Test.KRUSKAL:
            return kruskal(samples)


def _obstacle(samples: Sequence[Values], test: Test) -> str | None:
    """Why a test can't be made of these samples; rounding noise is no spread."""
    scale = max(float(np.abs(sample).max()) for sample in samples)
    flat = [float(np.ptp(sample)) <= scale * 1e-12 for sample in samples]
    if all(flat) and (TESTS[test].by_rank is False or float(np.ptp(np.concatenate(samples))) <= scale * 1e-12):
        return "Nothing can be tested: the values within each condition are all equal."
    if test is Test.WELCH_ANOVA and any(flat):
        return "Welch's ANOVA needs some spread in each condition, and one has none; take the Kruskal-Wallis test."
    return None
