"""Two conditions compared: Welch's t test and the Mann-Whitney U test, both two-sided."""

import numpy as np
import scipy

from cellhub_app.core.statistics.effects import cliffs_delta, hedges_g
from cellhub_app.core.statistics.groups import LEVEL, Values
from cellhub_app.core.statistics.outcome import Outcome

EXACT_UP_TO = 25  # units in the larger condition, without ties


def welch(first: Values, second: Values) -> Outcome:
    """Welch's t test (Welch 1947) with the difference of the means and Hedges' g. Each condition has two units and some spread."""
    parts = [float(values.var(ddof=1)) / len(values) for values in (first, second)]
    degrees = sum(parts) ** 2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, (first, second), strict=True))
    difference, error = float(first.mean() - second.mean()), sum(parts) ** 0.5
    p = 2 * float(scipy.special.stdtr(degrees, -abs(difference / error)))
    reach = float(scipy.special.stdtrit(degrees, (1 + LEVEL) / 2)) * error
    effect = hedges_g(first, second)
    return Outcome("t", difference / error, (degrees,), p, effect, difference=difference, low=difference - reach, high=difference + reach)


def mann_whitney(first: Values, second: Values) -> Outcome:
    """The Mann-Whitney U test (1947): exact for up to 25 units without ties, else normal with corrections for ties and continuity."""
    exact = max(len(first), len(second)) <= EXACT_UP_TO and len(np.unique(np.concatenate([first, second]))) == len(first) + len(second)
    result = scipy.stats.mannwhitneyu(first, second, method="exact" if exact else "asymptotic")
    difference = float(np.median(first) - np.median(second))
    return Outcome("U", float(result.statistic), (), float(result.pvalue), cliffs_delta(first, second), difference=difference)


def smallest_p(first: int, second: int) -> float:
    """The smallest P that an exact Mann-Whitney test of so many units can give."""
    return float(min(1.0, 2 / scipy.special.comb(first + second, first)))
