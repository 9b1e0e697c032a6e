"""When a batch will be done, as a range that holds nine times in ten. Pure arithmetic: no clock, no database.

The pace is what recent work took for an effective megapixel (line.py) of its model; until there is any, what the model's card promises.
How wide the range is says how well the recent past could have been foretold: on a quiet machine that is a fifth more or less, on
one that others use it is much more.

The range holds for what stands in line now. Somebody who starts a batch meanwhile takes every second turn from then on, which nobody can
foretell: the range then steps once, and holds again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, exp, floor, fsum, hypot, log, log1p, sqrt
from statistics import fmean, variance

from cellhub_app.domain.jobs.line import InHand, Stretch, size

# The factor from one standard deviation to a range that holds nine times in ten.
NINETY_PERCENT = 1.645
# How much measured work a model's card stands for, and how far off a card is: by itself, and where other models were measured.
PRIOR_MEGAPIXELS = 0.5
UNMEASURED, UNMEASURED_HERE = 0.7, 0.3
# How far off a pace is that was measured over next to nothing, and after how many seconds that is better.
FEW, FEW_S = 0.1, 3.0
MEMORY_S = 120.0
WINDOW_S, WINDOWS = 4.0, 6
# What is expected of a machine that little is known of, and for how many observations that stands.
SURPRISE, SURPRISES = 0.07, 6.0
START_S, START_SPREAD_S = 1.0, 0.5
# What is on its way when something comes out makes up for what the last image takes after its network.
END_SPREAD_S = 0.3
TOGETHER = timedelta(seconds=0.02)
LEAST_RATE = 1e-6


@dataclass(frozen=True)
class Pace:
    """Seconds that one effective megapixel of a model keeps the workers, all of them together.

    `doubt`: how far off that may be because little was measured yet, as a share (one standard deviation).
    """

    seconds: float
    doubt: float


@dataclass(frozen=True)
class Finish:
    """A job that succeeded."""

    model: str
    started_at: datetime
    finished_at: datetime
    megapixels: float
    card_pace: float | None = None


@dataclass(frozen=True)
class _Step:
    model: str
    seconds: float
    size: float
    after_idle: bool = False


def silence_s(in_hand: Sequence[InHand], finishes: Sequence[Finish], moment: datetime) -> float | None:
    """Seconds since anything came out; None while nothing has come out of what is held: workers are idle or have just begun."""
    if not in_hand or not finishes or min(one.started_at for one in in_hand) > finishes[-1].finished_at:
        return None
    return max(0.0, (moment - finishes[-1].finished_at).total_seconds())


def card_paces(stretches: Iterable[Stretch], finishes: Iterable[Finish]) -> dict[str, float]:
    """What the cards of the models promise, in seconds a megapixel, as far as it is known."""
    seen: list[Stretch | Finish] = [*stretches, *finishes]
    return {one.model: one.card_pace for one in seen if one.card_pace}


@dataclass(frozen=True)
class Forecast:
    """The pace of each model, and the recent past as (real seconds, seconds that it would have taken at the mean pace)."""

    paces: Mapping[str, Pace]
    past: Sequence[tuple[float, float]]

    def surprise(self, seconds: float) -> float:
        """How far off a guess of so many seconds would have been lately, as a share (root mean square).

        The past is cut into windows about as long, and each is guessed from another.
        """
        length = max(WINDOW_S, min(seconds, fsum(expected for _, expected in self.past) / WINDOWS))
        logs, real, expected = [], 0.0, 0.0
        for step in self.past:
            real, expected = real + step[0], expected + step[1]
            if expected >= length:
                logs.append(log(max(real, LEAST_RATE) / expected))
                real = expected = 0.0
        if len(logs) < 2:
            return SURPRISE
        return sqrt((SURPRISES * SURPRISE**2 + (len(logs) - 1) * 2 * variance(logs)) / (SURPRISES + len(logs) - 1))

    def eta_range(self, work: Mapping[str, float], silence_s: float | None) -> tuple[int, int] | None:
        """Seconds (low, high) until the effective megapixels by model are done; None while nothing at all is known of a model.

        `silence_s`: how long ago something came out last; None: nothing has come out yet of what is held, the start is still to come.
        """
        wanted = {model: megapixels for model, megapixels in work.items() if megapixels > 0}
        if not wanted or any(model not in self.paces for model in wanted):
            return None
        parts = [(megapixels * self.paces[model].seconds, self.paces[model].doubt) for model, megapixels in wanted.items()]
        mean = fsum(seconds for seconds, _ in parts)
        spread = fsum((seconds * doubt) ** 2 for seconds, doubt in parts) + (mean * self.surprise(mean)) ** 2 + END_SPREAD_S**2
        if silence_s is None:
            mean, spread = mean + START_S, spread + START_SPREAD_S**2
        else:
            mean -= min(silence_s, mean / 2)
        factor = exp(NINETY_PERCENT * sqrt(log1p(spread / mean**2)))
        return floor(mean / factor), ceil(mean * factor)


def forecast(finishes: Sequence[Finish], cards: Mapping[str, float]) -> Forecast:
    """How fast images come out, from recent finishes in their order and `cards`: seconds a megapixel as the model cards have it.

    Images that were committed together count as one step, which lasts from the step before. A step whose work began after that had idle
    time before it and a start in it: it counts only where there is no other. Several workers together count as one fast one. What is
    older than MEMORY_S of work fades. A card counts as a little work that was measured; where other models turned out slower
    than their cards, so will this one.
    """
    every = _steps(finishes)
    steady = {step.model for step in every if not step.after_idle}
    steps = [step for step in every if not step.after_idle or step.model not in steady]
    by_model: dict[str, list[_Step]] = defaultdict(list)
    for step in steps:
        by_model[step.model].append(step)
    ratios = [_rate(known) / cards[model] for model, known in by_model.items() if cards.get(model)]
    here = exp(fmean(map(log, ratios))) if ratios else 1.0
    doubt = UNMEASURED_HERE if ratios else UNMEASURED
    guessed = {model: Pace(seconds * here, doubt) for model, seconds in cards.items()}
    paces = {model: _pace(_faded(by_model[model]) if model in by_model else [], guessed.get(model)) for model in {*by_model, *guessed}}
    usual = {model: _rate(known) for model, known in by_model.items()}
    return Forecast(paces, [(step.seconds, step.size * usual[step.model]) for step in steps])


def _steps(finishes: Sequence[Finish]) -> list[_Step]:
    steps: list[_Step] = []
    before: datetime | None = None
    for group in _committed_together(finishes):
        ended, began = group[-1].finished_at, min(one.started_at for one in group)
        after_idle = before is None or began > before
        sizes: dict[str, float] = defaultdict(float)
        for one in group:
            sizes[one.model] += size(1, one.megapixels)
        seconds = (ended - (began if before is None or after_idle else before)).total_seconds()
        whole = fsum(sizes.values())
        steps += [_Step(model, seconds * own / whole, own, after_idle) for model, own in sizes.items()]
        before = ended
    return steps


def _committed_together(finishes: Sequence[Finish]) -> list[list[Finish]]:
    groups: list[list[Finish]] = []
    for one in finishes:
        if groups and one.finished_at - groups[-1][-1].finished_at < TOGETHER:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _rate(steps: Sequence[_Step]) -> float:
    return max(LEAST_RATE, fsum(step.seconds for step in steps) / fsum(step.size for step in steps))


def _faded(steps: Sequence[_Step]) -> list[_Step]:
    """The steps, each counted less the more work came after it."""
    faded, age_s = [], 0.0
    for step in reversed(steps):
        weight = exp(-age_s / MEMORY_S)
        faded.append(_Step(step.model, weight * step.seconds, weight * step.size))
        age_s += step.seconds
    return faded


def _pace(steps: Sequence[_Step], guess: Pace | None) -> Pace:
    """What was measured, with the guess as PRIOR_MEGAPIXELS more."""
    prior = PRIOR_MEGAPIXELS if guess else 0.0
    measured, seconds = fsum(step.size for step in steps), fsum(step.seconds for step in steps)
    both = (seconds + (prior * guess.seconds if guess else 0.0)) / (measured + prior)
    guessed = (guess.doubt if guess else 0.0) * prior / (measured + prior)
    return Pace(max(LEAST_RATE, both), hypot(guessed, FEW * sqrt(FEW_S / (FEW_S + seconds))))
