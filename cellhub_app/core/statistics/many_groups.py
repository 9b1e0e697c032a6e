"""Three and more conditions compared, all at once and in pairs."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import scipy

from cellhub_app.core.statistics.effects import cliffs_delta, epsilon_squared, eta_squared, hedges_g, variation
from cellhub_app.core.statistics.groups import LEVEL, Values
from cellhub_app.core.statistics.outcome import Outcome, Pair
from cellhub_app.core.statistics.studentized_range import beyond, quantile

Samples = Mapping[str, Values]


def anova(samples: Samples) -> Outcome:
    """One-way analysis of variance with eta squared, and all pairs by Tukey's HSD (Tukey 1949; Kramer 1956 for unequal numbers)."""
    values = list(samples.values())
    between, within = variation(values)
    above, below = len(values) - 1, sum(map(len, values)) - len(values)
    f = between / above / (within / below)
    p = float(scipy.special.fdtrc(above, below, f))
    return Outcome("F", f, (float(above), float(below)), p, eta_squared(values), tukey(samples))


def welch_anova(samples: Samples) -> Outcome:
    """Welch's analysis of variance (1951), which lets spreads differ, and all pairs by Games and Howell (1976)."""
    values = list(samples.values())
    result = scipy.stats.f_oneway(*values, equal_var=False)
    degrees = (float(len(values) - 1), _welch_degrees(values))
    return Outcome("F", float(result.statistic), degrees, float(result.pvalue), eta_squared(values), games_howell(samples))


def kruskal(samples: Samples) -> Outcome:
    """The Kruskal-Wallis test (1952) with epsilon squared, and all pairs by Dunn's test (1964), adjusted as Holm (1979) says."""
    values = list(samples.values())
    result = scipy.stats.kruskal(*values)
    degrees = (float(len(values) - 1),)
    return Outcome("H", float(result.statistic), degrees, float(result.pvalue), epsilon_squared(values), dunn(samples))


def dunn(samples: Samples) -> tuple[Pair, ...]:
    """Differences of mean ranks of all values, judged by the normal distribution with the correction for ties (Dunn 1964)."""
    sizes = {name: len(values) for name, values in samples.items()}
    every = np.concatenate(list(samples.values()))
    split = np.split(scipy.stats.rankdata(every), np.cumsum(list(sizes.values()))[:-1])
    ranks = dict(zip(samples, (float(part.mean()) for part in split), strict=True))
    total = len(every)
    _, ties = np.unique(every, return_counts=True)
    variance = total * (total + 1) / 12 - float((ties.astype(np.float64) ** 3 - ties).sum()) / (12 * (total - 1))
    names = list(combinations(samples, 2))
    gaps = [ranks[first] - ranks[second] for first, second in names]
    scores = [gap / (variance * (1 / sizes[a] + 1 / sizes[b])) ** 0.5 for gap, (a, b) in zip(gaps, names, strict=True)]
    adjusted = holm([2 * float(scipy.special.ndtr(-abs(score))) for score in scores])
    return tuple(
        Pair(a, b, gap, None, None, p, cliffs_delta(samples[a], samples[b])) for (a, b), gap, p in zip(names, gaps, adjusted, strict=True)
    )


def holm(ps: list[float]) -> list[float]:
    """P values adjusted for their number, stepping down from the smallest (Holm 1979)."""
    order = np.argsort(ps, kind="stable")
    stepped = np.maximum.accumulate([(len(ps) - place) * ps[index] for place, index in enumerate(order)])
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(1, stepped)
    return [float(p) for p in adjusted]


def tukey(samples: Samples) -> tuple[Pair, ...]:
    """All pairs of means by Tukey's honestly significant difference (1949), for unequal numbers after Kramer (1956)."""
    degrees = sum(map(len, samples.values())) - len(samples)
    within = variation(list(samples.values()))[1] / degrees
    return tuple(_pair(samples, names, degrees, [within / len(samples[name]) for name in names]) for names in combinations(samples, 2))


def games_howell(samples: Samples) -> tuple[Pair, ...]:
    """All pairs of means where spreads may differ (Games & Howell 1976)."""
    parts = {name: float(values.var(ddof=1)) / len(values) for name, values in samples.items()}
    lost = {name: parts[name] ** 2 / (len(values) - 1) for name, values in samples.items()}
    return tuple(
        _pair(samples, (a, b), (parts[a] + parts[b]) ** 2 / (lost[a] + lost[b]), [parts[a], parts[b]]) for a, b in combinations(samples, 2)
    )


def _pair(samples: Samples, names: tuple[str, str], degrees: float, variances: list[float]) -> Pair:
    """The difference of two means against the studentized range; `variances` are those of the means."""
    first, second = samples[names[0]], samples[names[1]]
    difference, error = float(first.mean() - second.mean()), (sum(variances) / 2) ** 0.5
    reach = quantile(LEVEL, len(samples), degrees) * error
    p = beyond(abs(difference) / error, len(samples), degrees)
    return Pair(*names, difference, difference - reach, difference + reach, p, hedges_g(first, second))


def _welch_degrees(values: list[Values]) -> float:
    """The second degrees of freedom of Welch's F: (k² - 1) / (3 Σ (1 - w / W)² / (n - 1)) with the weights w = n / s²."""
    sizes = np.array([len(sample) for sample in values], dtype=np.float64)
    weights = sizes / np.array([sample.var(ddof=1) for sample in values])
    lost = float((((1 - weights / weights.sum()) ** 2) / (sizes - 1)).sum())
    return (len(values) ** 2 - 1) / (3 * lost)
