"""Which model to take where nobody chooses one: what was measured decides, and time where that leaves it open."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

AS_GOOD = 0.01  # of AP@0.5: less than half of what the bootstrap intervals of the models' cards leave open


class Rated(NamedTuple):
    """What a model is made for, its measures (`ap50` and others) by kind of sample, and its seconds a megapixel."""

    sample_kinds: Collection[str]
    kinds: Mapping[str, Mapping[str, float]]
    seconds_per_megapixel: float


def _score(model: Rated, kind: str | None, is_measured: bool) -> float:
    if is_measured:
        return model.kinds.get(kind or "", {}).get("ap50", 0.0)
    return sum(figures["ap50"] for figures in model.kinds.values()) / max(1, len(model.kinds))


def order(models: Sequence[Rated], kind: str | None) -> list[int]:
    """The models' indexes, the one to take first: the fastest of those that are as good as the best on a kind of sample.

    As good is an AP@0.5 of at most 0.01 less. The others follow, those made for the kind before the rest, the better before the worse. A
    kind that no model was measured on is served by what is good on the average of the kinds that were.
    """
    is_measured = any(kind in model.kinds for model in models)
    fits = [not is_measured or kind in model.sample_kinds for model in models]
    scores = [_score(model, kind, is_measured) for model in models]
    best = max((score for score, fit in zip(scores, fits, strict=True) if fit), default=0.0)
    good = [index for index, score in enumerate(scores) if fits[index] and score >= best - AS_GOOD]
    lead = min(good, key=lambda index: models[index].seconds_per_megapixel, default=None)
    return sorted(range(len(models)), key=lambda index: (index != lead, not fits[index], -scores[index]))
