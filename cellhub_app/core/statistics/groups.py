"""Values of objects by condition and replicate, and what is a unit of an analysis: a replicate (its mean) or an object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

Values = npt.NDArray[np.float64]
Groups = Mapping[str, Mapping[str, Sequence[float]]]
Unit = Literal["replicate", "object"]

LEVEL = 0.95  # of every confidence interval


@dataclass(frozen=True)
class Replicate:
    """One independent unit, the large dot of a superplot; `sd` is None with a single object."""

    name: str
    mean: float
    sd: float | None
    objects: int


@dataclass(frozen=True)
class Group:
    """One condition: the finite values of its objects by replicate. Replicates without a finite value are left out."""

    name: str
    replicates: tuple[Replicate, ...]
    objects: tuple[Values, ...]
    lost: int

    def units(self, unit: Unit) -> Values:
        """What counts once in a test: the means of the replicates, or all objects."""
        if unit == "replicate":
            return np.array([replicate.mean for replicate in self.replicates])
        return np.concatenate(self.objects) if self.objects else np.empty(0)


@dataclass(frozen=True)
class Summary:
    """What a figure shows of a condition: mean, spread and confidence interval of its units. None where there are too few."""

    name: str
    units: int
    objects: int
    mean: float | None
    median: float | None
    sd: float | None
    sem: float | None
    low: float | None
    high: float | None


def grouped(groups: Groups) -> list[Group]:
    """The conditions in the order given, values that are not finite left out and counted."""
    return [_group(name, replicates) for name, replicates in groups.items()]


def summary(group: Group, unit: Unit) -> Summary:
    """Mean of the units with its standard error and its confidence interval from Student's t."""
    values = group.units(unit)
    count, objects = len(values), sum(len(each) for each in group.objects)
    if not count:
        return Summary(group.name, 0, 0, None, None, None, None, None, None)
    mean, median = float(values.mean()), float(np.median(values))
    if count == 1:
        return Summary(group.name, 1, objects, mean, median, None, None, None, None)
    sd = float(values.std(ddof=1))
    sem = sd / count**0.5
    reach = float(scipy.special.stdtrit(count - 1, (1 + LEVEL) / 2)) * sem
    return Summary(group.name, count, objects, mean, median, sd, sem, mean - reach, mean + reach)


def _group(name: str, replicates: Mapping[str, Sequence[float]]) -> Group:
    arrays = {replicate: np.asarray(values, dtype=np.float64) for replicate, values in replicates.items()}
    finite = {replicate: values[np.isfinite(values)] for replicate, values in arrays.items()}
    lost = sum(len(arrays[replicate]) - len(values) for replicate, values in finite.items())
    kept = {replicate: values for replicate, values in finite.items() if len(values)}
    return Group(name, tuple(_replicate(*each) for each in kept.items()), tuple(kept.values()), lost)


def _replicate(name: str, values: Values) -> Replicate:
    return Replicate(name, float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else None, len(values))
