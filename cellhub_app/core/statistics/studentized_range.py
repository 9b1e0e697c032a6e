"""The distribution of the studentized range (Student 1927): the largest gap of several means, by a standard error known from a sample.

scipy.stats.studentized_range says the same, in half a second each time; Games and Howell ask ten times for each pair.
"""

from functools import lru_cache

import numpy as np
import scipy

from cellhub_app.core.statistics.groups import Values

WIDEST, STEP = 22.0, 0.02  # of ranges of standard normal values; wider ones have no chance
NODES, WEIGHTS = np.polynomial.legendre.leggauss(160)
NORMAL = np.arange(-9.0, 9.0, 0.1)  # the trapezoid rule is exact to rounding for what falls off like a bell
NEVER = 1e-17


def beyond(q: float, count: int, degrees: float) -> float:
    """The chance that the studentized range of `count` means exceeds q; accurate to 1e-8."""
    spread, weight = _standard_errors(degrees)
    return float(np.clip((weight * _range_beyond(count)(np.minimum(q * spread, WIDEST))).sum(), 0, 1))


@lru_cache(maxsize=256)
def quantile(level: float, count: int, degrees: float) -> float:
    """The studentized range that is exceeded with the chance 1 - level."""
    high = 4.0
    while beyond(high, count, degrees) > 1 - level:
        high *= 2
    return float(scipy.optimize.brentq(lambda q: beyond(q, count, degrees) - (1 - level), 0, high, xtol=1e-9))


@lru_cache(maxsize=256)
def _standard_errors(degrees: float) -> tuple[Values, Values]:
    """Places and weights of sqrt(chi² / degrees), even in its logarithm, so that far tails of few degrees are met as well."""
    half = degrees / 2
    low, high = (np.log(inverse(half, NEVER) / half) / 2 for inverse in (scipy.special.gammaincinv, scipy.special.gammainccinv))
    place = (low + high) / 2 + (high - low) / 2 * NODES
    density = np.log(2) + half * np.log(half) - scipy.special.gammaln(half) + degrees * place - half * np.exp(2 * place)
    return np.exp(place), np.exp(density) * WEIGHTS * (high - low) / 2


@lru_cache(maxsize=64)
def _range_beyond(count: int) -> scipy.interpolate.CubicSpline:
    """The chance that the range of `count` standard normal values exceeds r, for r up to the widest."""
    ranges = np.arange(0, WIDEST + STEP, STEP)
    between = scipy.special.ndtr(NORMAL) - scipy.special.ndtr(NORMAL - ranges[:, np.newaxis])
    bell = np.exp(-(NORMAL**2) / 2) / np.sqrt(2 * np.pi)
    return scipy.interpolate.CubicSpline(ranges, 1 - 0.1 * count * (bell * between ** (count - 1)).sum(axis=1))
