"""A comparison in one sentence, as legends of figures have it."""

from collections.abc import Sequence

from cellhub_app.core.statistics.choosing import TESTS, Test
from cellhub_app.core.statistics.effects import Effect
from cellhub_app.core.statistics.groups import LEVEL, Summary, Unit
from cellhub_app.core.statistics.outcome import Outcome


def sentence(test: Test, outcome: Outcome | None, summaries: Sequence[Summary], unit: Unit) -> str:
    """Name of the test, what it was made on, statistic, P, effect size with its interval, and the number of units."""
    of = "means of replicates" if unit == "replicate" else "single objects"
    numbers = ", ".join(str(each.units) for each in summaries)
    count = f"n = {numbers} {unit}s, {sum(each.objects for each in summaries):,} objects in all"
    if outcome is None:
        return f"{TESTS[test].title} on {of}: not possible ({count})."
    effect = f"; {effect_text(outcome.effect)}" if outcome.effect else ""
    return f"{TESTS[test].title} on {of}: {statistic_text(outcome)}, {p_text(outcome.p)}{effect}; {count}."


def statistic_text(outcome: Outcome) -> str:
    """`t(3.92) = 2.31`, `F(2, 27) = 4.85`, `U = 35`."""
    degrees = ", ".join(f"{value:.4g}" for value in outcome.degrees)
    return f"{outcome.symbol}{f'({degrees})' if degrees else ''} = {outcome.statistic:.3g}"


def p_text(p: float) -> str:
    """`P = 0.083`; what is smaller than a float can tell honestly is told as a bound."""
    if p < 1e-15:
        return "P < 1e-15"
    return f"P = {p:.2g}" if p < 0.995 else "P = 1.0"


def effect_text(effect: Effect) -> str:
    """`Hedges' g = 1.2 (95% CI -0.3 to 2.6)`."""
    interval = f" ({LEVEL:.0%} CI {effect.low:.2g} to {effect.high:.2g})" if effect.low is not None and effect.high is not None else ""
    return f"{effect.name} = {effect.value:.2g}{interval}"
