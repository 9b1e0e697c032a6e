"""What a reader of a comparison should know, one plain sentence each: what, why, what to do."""

from collections.abc import Iterator, Sequence

import numpy as np
import scipy

from cellhub_app.core.statistics.choosing import TESTS, Test
from cellhub_app.core.statistics.groups import Group, Unit, Values
from cellhub_app.core.statistics.resemblance import effective_size
from cellhub_app.core.statistics.two_groups import smallest_p

FEW = 3  # replicates that a test should have at least
ALPHA = 0.05
SPREADS_APART = 4.0  # largest by smallest standard deviation, where a test of spreads has no power
ROUNDING = 1e-9
SHAPIRO = (8, 5000)  # units between which the Shapiro-Wilk test has power and is defined


def cautions(groups: Sequence[Group], left_out: Sequence[Group], test: Test, unit: Unit) -> tuple[str, ...]:
    """All warnings about a comparison of the groups by a test."""
    samples = [group.units(unit) for group in groups]
    found = [*_dependence(groups, unit), *left_out_warnings(left_out, unit), *_few(groups), *_power(samples, test, unit)]
    return (*found, *_spreads(samples, test), *_normality(samples, test), *_lost([*groups, *left_out]))


def dependence(groups: Sequence[Group]) -> str | None:
    """The warning where several objects of one replicate count as independent; None where each replicate has one object."""
    objects = sum(len(values) for group in groups for values in group.objects)
    replicates = sum(len(group.replicates) for group in groups)
    if objects == replicates:
        return None
    worth = effective_size(groups)
    told = f" By how much objects of a replicate resemble each other they are worth about {worth:.0f} independent ones." if worth else ""
    return (
        f"Objects of one replicate are not independent: {objects:,} objects come from {replicates} replicates, so P is too small "
        f"and the interval too narrow.{told} Compare the replicates' means instead."
    )


def left_out_warnings(groups: Sequence[Group], unit: Unit) -> Iterator[str]:
    """One sentence for each condition that has too few units to be tested."""
    for group in groups:
        count = len(group.units(unit))
        has = f"has one {unit} only" if count else "has no values"
        yield f"{_named(group)} {has} and is left out of the test, which needs two of each condition; add replicates."


def _dependence(groups: Sequence[Group], unit: Unit) -> Iterator[str]:
    if unit == "object" and (sentence := dependence(groups)):
        yield sentence


def _few(groups: Sequence[Group]) -> Iterator[str]:
    few = [group for group in groups if len(group.replicates) < FEW]
    if few:
        names = ", ".join(f"{_named(group)} ({len(group.replicates)})" for group in few)
        yield f"Fewer than {FEW} replicates: {names}. What so few show may not come again; repeat the experiment before you rely on it."


def _power(samples: Sequence[Values], test: Test, unit: Unit) -> Iterator[str]:
    if test is Test.MANN_WHITNEY and (least := smallest_p(len(samples[0]), len(samples[1]))) >= ALPHA:
        yield (
            f"With {len(samples[0])} and {len(samples[1])} {unit}s this test can't give a P below {least:.2g}, however large the "
            "difference; add replicates or compare means by Welch's t test."
        )


def _spreads(samples: Sequence[Values], test: Test) -> Iterator[str]:
    rank_of_two = test is Test.MANN_WHITNEY
    if not (TESTS[test].equal_spread or TESTS[test].by_rank) or not _spread_apart(samples):
        return
    spreads = [float(sample.std(ddof=1)) for sample in samples]
    told = f"The spreads differ (standard deviations from {min(spreads):.3g} to {max(spreads):.3g})"
    if TESTS[test].equal_spread:
        yield f"{told}, which this test does not allow for; take Welch's ANOVA, which does."
    else:
        other = "Welch's t test" if rank_of_two else "Welch's ANOVA"
        yield f"{told}, so a small P need not mean that the medians differ; look at the plot, or compare means by {other}."


def _spread_apart(samples: Sequence[Values]) -> bool:
    """By Brown and Forsythe's test (1974), or, where few units leave it no power, by the standard deviations themselves."""
    spreads = [float(sample.std(ddof=1)) for sample in samples]
    if max(spreads) <= 0:
        return False
    if min(spreads) * SPREADS_APART < max(spreads):
        return True
    away = [np.abs(sample - np.median(sample)) for sample in samples]
    varies = any(np.ptp(one) > ROUNDING * one.max() for one in away)  # else the test divides by nothing
    return varies and all(len(one) > 2 for one in away) and float(scipy.stats.levene(*samples, center="median").pvalue) < ALPHA


def _normality(samples: Sequence[Values], test: Test) -> Iterator[str]:
    residuals = np.concatenate([sample - sample.mean() for sample in samples])
    if TESTS[test].by_rank or not SHAPIRO[0] <= len(residuals) <= SHAPIRO[1] or np.ptp(residuals) <= 0:
        return
    p = float(scipy.stats.shapiro(residuals).pvalue)
    if p < ALPHA:
        other = "Mann-Whitney" if len(samples) == 2 else "Kruskal-Wallis"
        yield f"The values are not spread normally about their means (Shapiro-Wilk P = {p:.2g}); the {other} test does not ask for that."


def _lost(groups: Sequence[Group]) -> Iterator[str]:
    lost = sum(group.lost for group in groups)
    if lost:
        have = "value is no number and was" if lost == 1 else "values are no numbers and were"
        yield f"{lost:,} {have} left out: the measure has no meaning for these objects."


def _named(group: Group) -> str:
    return f"“{group.name}”"
