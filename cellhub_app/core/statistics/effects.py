"""How large a difference is, with a confidence interval that needs no resampling: the same data give the same figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from cellhub_app.core.statistics.groups import LEVEL, Values

TAIL = (1 - LEVEL) / 2


@dataclass(frozen=True)
class Effect:
    """An effect size and its confidence interval; the limits are None where they can't be told."""

    name: str
    value: float
    low: float | None
    high: float | None


def hedges_g(first: Values, second: Values) -> Effect | None:
    """Difference of means (first - second) in pooled standard deviations, corrected for few units (Hedges 1981).

    The interval inverts the noncentral t distribution (Steiger & Fouladi 1997). None without spread, or with fewer than four values.
    """
    count, degrees = len(first) + len(second), len(first) + len(second) - 2
    if min(len(first), len(second)) < 1 or degrees < 2:
        return None
    within = float(((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum())
    if within <= 0:
        return None
    scale = (count / (len(first) * len(second))) ** 0.5
    correction = float(np.exp(scipy.special.gammaln(degrees / 2) - scipy.special.gammaln((degrees - 1) / 2)) / (degrees / 2) ** 0.5)
    d = float(first.mean() - second.mean()) / (within / degrees) ** 0.5
    t = d / scale
    low, high = _noncentralities(lambda nc: float(scipy.special.nctdtr(degrees, nc, t)), t)
    return Effect("Hedges' g", correction * d, _times(low, scale * correction), _times(high, scale * correction))


def cliffs_delta(first: Values, second: Values) -> Effect | None:
    """P(first > second) - P(first < second) (Cliff 1993); its asymmetric interval stays within -1 and 1 (Feng & Cliff 2004)."""
    n, m = len(first), len(second)
    if not n or not m:
        return None
    rows, columns = _dominance(first, second), -_dominance(second, first)
    delta = float(rows.mean())
    if n < 2 or m < 2:
        return Effect("Cliff's delta", delta, None, None)
    reach = float(scipy.special.stdtrit(n + m - 2, 1 - TAIL))
    if abs(delta) == 1:
        limit = (min(n, m) - reach**2) / (min(n, m) + reach**2)
        return Effect("Cliff's delta", delta, *sorted((delta, delta * limit)))
    unequal = n * m * (1 - _share_of_ties(first, second))
    squares = m * m * float(((rows - delta) ** 2).sum()) + n * n * float(((columns - delta) ** 2).sum()) - (unequal - n * m * delta**2)
    variance = max(squares / (n * m * (n - 1) * (m - 1)), (1 - delta**2) / (n * m - 1))
    middle, below = delta - delta**3, 1 - delta**2 + reach**2 * variance
    half = reach * variance**0.5 * ((1 - delta**2) ** 2 + reach**2 * variance) ** 0.5
    return Effect("Cliff's delta", delta, max(-1.0, (middle - half) / below), min(1.0, (middle + half) / below))


def eta_squared(samples: Sequence[Values]) -> Effect | None:
    """Share of the variation between the conditions (Pearson 1911); the interval inverts the noncentral F distribution (Steiger 2004)."""
    return _share("eta squared", samples)


def epsilon_squared(samples: Sequence[Values]) -> Effect | None:
    """H / (n - 1) of Kruskal and Wallis (Tomczak & Tomczak 2014): eta squared of the ranks; so is its interval, an approximation."""
    sizes = [len(sample) for sample in samples]
    ranks = scipy.stats.rankdata(np.concatenate(samples))
    return _share("epsilon squared", np.split(ranks, np.cumsum(sizes)[:-1]))


def variation(samples: Sequence[Values]) -> tuple[float, float]:
    """Sums of squares between the samples and within them."""
    middle = float(np.concatenate(samples).mean())
    between = sum(len(sample) * (float(sample.mean()) - middle) ** 2 for sample in samples)
    return between, sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples)


def _share(name: str, samples: Sequence[Values]) -> Effect | None:
    between, within = variation(samples)
    count = sum(map(len, samples))
    above, below = len(samples) - 1, count - len(samples)
    if below < 1 or between + within <= 0:
        return None
    value = between / (between + within)
    if within <= 0:
        return Effect(name, value, None, None)
    f = between / above / (within / below)
    limits = _noncentralities(lambda nc: _fisher(f, above, below, nc), f * above, floor=0)
    return Effect(name, value, *(None if nc is None else nc / (nc + count) for nc in limits))


def _noncentralities(probability: Callable[[float], float], near: float, floor: float | None = None) -> list[float | None]:
    """The noncentralities at which what was seen would be as high as it is, or as low, once in forty times."""

    def limit(tail: float) -> float | None:
        return _falls_to_zero(lambda noncentrality: probability(noncentrality) - tail, near, floor)

    return [limit(1 - TAIL), limit(TAIL)]


def _falls_to_zero(excess: Callable[[float], float], near: float, floor: float | None) -> float | None:
    """Where a function that falls is zero; the floor, if it is below zero there. None if no such place is found."""
    if floor is not None and excess(floor) <= 0:
        return floor
    step = 4 + abs(near) / 4
    for _ in range(40):
        low, high = near - step if floor is None else max(floor, near - step), near + step
        if excess(low) >= 0 >= excess(high):
            return float(scipy.optimize.brentq(excess, low, high, xtol=1e-10))
        step *= 2
    return None


def _fisher(f: float, above: int, below: int, noncentrality: float) -> float:
    return float(scipy.special.ncfdtr(above, below, noncentrality, f)) if noncentrality else float(scipy.special.fdtr(above, below, f))


def _dominance(values: Values, others: Values) -> Values:
    """For each value the share of the others below it less the share above it."""
    ordered = np.sort(others)
    below, not_above = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return (below - (len(others) - not_above)) / len(others)


def _share_of_ties(first: Values, second: Values) -> float:
    ordered = np.sort(second)
    tied = np.searchsorted(ordered, first, "right") - np.searchsorted(ordered, first, "left")
    return float(tied.sum()) / (len(first) * len(second))


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
