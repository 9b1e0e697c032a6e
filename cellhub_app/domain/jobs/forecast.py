"""Where a batch stands in the line and when it will be done. Pure arithmetic: no clock, no database.

Users take turns, so before a user's k-th job each user v has min(queued_v, k) jobs served: the position of that job is the
sum of these over all users.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import ceil, floor, sqrt
from statistics import fmean, pstdev
from uuid import UUID

NINETY_PERCENT = 1.645
SLOWER, FASTER = 1.25, 0.9
SAMPLES_MIN = 3


@dataclass(frozen=True)
class Stretch:
    """Jobs of one batch that stand together in their user's line."""

    user_id: UUID
    batch_id: UUID
    model: str
    queued: int


@dataclass(frozen=True)
class Place:
    """Positions of a batch's next and last image (1 is the head of the line), and the work up to that last image by model."""

    first: int
    last: int
    work: Mapping[str, int]


@dataclass(frozen=True)
class Pace:
    """Seconds that one image of a model keeps the workers, all of them together."""

    mean_s: float
    deviation_s: float
    samples: int


@dataclass(frozen=True)
class Finish:
    """A job that succeeded."""

    model: str
    started_at: datetime
    finished_at: datetime


def _served(line: Sequence[Stretch], count: int) -> Counter[str]:
    served: Counter[str] = Counter()
    for stretch in line:
        taken = min(stretch.queued, count - served.total())
        served[stretch.model] += taken
    return served


def places(stretches: Iterable[Stretch]) -> dict[UUID, Place]:
    """The place of each batch; the stretches of one user must come in the order in which they will be served."""
    lines: dict[UUID, list[Stretch]] = defaultdict(list)
    for stretch in stretches:
        if stretch.queued > 0:
            lines[stretch.user_id].append(stretch)
    lengths = [sum(stretch.queued for stretch in line) for line in lines.values()]
    found: dict[UUID, Place] = {}
    for own in lines.values():
        before = 0
        for stretch in own:
            after = before + stretch.queued
            work = sum((_served(line, after) for line in lines.values()), Counter())
            first = sum(min(length, before + 1) for length in lengths)
            found[stretch.batch_id] = Place(first, work.total(), work)
            before = after
    return found


def paces(finishes: Sequence[Finish]) -> dict[str, Pace]:
    """Pace of each model from recent finishes, in the order of finishing.

    A gap between two finishes counts from the later of the earlier finish and the start of the later job, so that idle time
    is not taken for slowness, and several workers together count as one fast one.
    """
    gaps: dict[str, list[float]] = defaultdict(list)
    for earlier, later in pairwise(finishes):
        begun = max(earlier.finished_at, later.started_at)
        gaps[later.model].append(max(0.0, (later.finished_at - begun).total_seconds()))
    return {model: Pace(fmean(values), pstdev(values), len(values)) for model, values in gaps.items() if len(values) >= SAMPLES_MIN}


def eta_range(work: Mapping[str, int], pace: Mapping[str, Pace]) -> tuple[int, int] | None:
    """Seconds (low, high) until the work is done, or None while a model's pace is unknown.

    The spread of n images of deviation s, known from N samples, is s * sqrt(n + n^2 / N); ten percent faster and a quarter
    slower are added for what the past does not tell (larger images, other users who join).
    """
    if any(count > 0 and model not in pace for model, count in work.items()):
        return None
    known = [(count, pace[model]) for model, count in work.items() if count > 0]
    mean = sum(count * one.mean_s for count, one in known)
    spread = sqrt(sum(one.deviation_s**2 * (count + count**2 / one.samples) for count, one in known))
    return max(0, floor(mean * FASTER - NINETY_PERCENT * spread)), ceil(mean * SLOWER + NINETY_PERCENT * spread)
