"""Groups of objects compared with a test, as a page shows it beside their figure."""

import re
from dataclasses import asdict

from cellhub_app.core.statistics.choosing import TESTS, fitting
from cellhub_app.core.statistics.compared import compared
from cellhub_app.core.statistics.effects import Effect
from cellhub_app.domain.results.groups import grouped, values_by_replicate
from cellhub_app.domain.results.schemas import (
    By,
    ComparisonAsked,
    ComparisonView,
    EffectView,
    MeasureView,
    OutcomeView,
    PairView,
    TestChoice,
)
from cellhub_app.domain.results.view import View

_OBJECT = re.compile(r"\b([Oo])bject(s?)\b")
_TAGS_OVERLAP = (
    "Images with several of these tags count in each of them, so that the groups are not independent; compare conditions instead."
)


def comparison(found: View, asked: ComparisonAsked, shown: MeasureView) -> ComparisonView:
    """The test that was asked for, or the one for that many groups. Raises Invalid for fewer than two groups, or too many for the test."""
    values = found.values(found.measure(asked.measure))
    grouping = grouped(found, asked.by)
    names = [_title(name, asked.by) for name in grouping.names]
    parts = {name: values_by_replicate(found, mask, values) for name, mask in zip(names, grouping.masks, strict=True)}
    result = compared({name: {unit: one.tolist() for unit, one in units.items()} for name, units in parts.items()}, asked.test, asked.each)
    usable = sum(1 for one in result.summaries if one.units > 1) or len(names)
    overlaps = asked.by == "tag" and sum(int(mask.sum()) for mask in grouping.masks) > len(found.rows)
    outcome = result.outcome
    told = _of_images if found.per == "image" else str
    return ComparisonView(
        measure=shown,
        test=result.test.value,
        title=result.title,
        each=result.unit,
        sentence=told(result.sentence),
        warnings=[*map(told, result.warnings), *([_TAGS_OVERLAP] if overlaps else [])],
        tests=[TestChoice(name=test.value, title=TESTS[test].title) for test in fitting(max(2, usable))],
        outcome=None
        if outcome is None
        else OutcomeView(
            p=outcome.p,
            effect=_effect(outcome.effect),
            difference=outcome.difference,
            low=outcome.low,
            high=outcome.high,
            pairs=[PairView(**(asdict(pair) | {"effect": _effect(pair.effect)})) for pair in outcome.pairs],
        ),
    )


def _of_images(words: str) -> str:
    """A sentence of the statistics, which speak of objects, about images."""
    return _OBJECT.sub(lambda found: f"{'I' if found[1] == 'O' else 'i'}mage{found[2]}", words)


def _title(name: str, by: By) -> str:
    if by == "class":
        return f"class {name}"
    return name or "no condition"


def _effect(effect: Effect | None) -> EffectView | None:
    return None if effect is None else EffectView(**asdict(effect))
