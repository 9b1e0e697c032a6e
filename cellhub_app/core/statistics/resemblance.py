"""How much objects of one replicate resemble each other, and how many independent ones they are worth."""

from collections.abc import Sequence

import numpy as np

from cellhub_app.core.statistics.groups import Group, Values


def intraclass_correlation(replicates: Sequence[Values]) -> float | None:
    """ICC(1), Shrout & Fleiss 1979, of replicates of any sizes (Donner 1986); None where there is nothing to compare."""
    squares = _mean_squares([replicates])
    return None if squares is None else _correlation(*squares)


def effective_size(groups: Sequence[Group]) -> float | None:
    """How many independent objects all objects are worth (Kish 1965), the replicates' resemblance taken within each condition."""
    squares = _mean_squares([group.objects for group in groups])
    if squares is None:
        return None
    resemblance = min(1.0, max(0.0, _correlation(*squares)))
    return sum(len(values) / (1 + (len(values) - 1) * resemblance) for group in groups for values in group.objects)


def _mean_squares(families: Sequence[Sequence[Values]]) -> tuple[float, float, float] | None:
    """Mean squares between and within replicates, both about their family's mean, and the typical size of a replicate."""
    between = within = typical = 0.0
    above = below = 0
    for replicates in families:
        if len(replicates) < 2:
            continue
        sizes = np.array([len(values) for values in replicates], dtype=np.float64)
        mean = float(np.concatenate(replicates).mean())
        between += float(sum(len(values) * (values.mean() - mean) ** 2 for values in replicates))
        within += float(sum(((values - values.mean()) ** 2).sum() for values in replicates))
        above, below = above + len(replicates) - 1, below + int(sizes.sum()) - len(replicates)
        typical += float(sizes.sum() - (sizes**2).sum() / sizes.sum())
    if above < 1 or below < 1 or between + within <= 0:
        return None
    return between / above, within / below, typical / above


def _correlation(between: float, within: float, typical: float) -> float:
    return (between - within) / (between + (typical - 1) * within)
