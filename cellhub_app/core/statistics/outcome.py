"""What a test says."""

from dataclasses import dataclass

from cellhub_app.core.statistics.effects import Effect


@dataclass(frozen=True)
class Pair:
    """Two of several conditions compared; `p` is adjusted for the number of pairs.

    `difference` is that of the means (first - second) with its simultaneous confidence interval, or of the mean ranks without one.
    """

    first: str
    second: str
    difference: float
    low: float | None
    high: float | None
    p: float
    effect: Effect | None


@dataclass(frozen=True)
class Outcome:
    """The statistic of a test, by its symbol, with its degrees of freedom, and what follows from it.

    `difference`, of two conditions alone, is that of their means (first - second) or medians, with its confidence interval if it has one.
    """

    symbol: str
    statistic: float
    degrees: tuple[float, ...]
    p: float
    effect: Effect | None
    pairs: tuple[Pair, ...] = ()
    difference: float | None = None
    low: float | None = None
    high: float | None = None
