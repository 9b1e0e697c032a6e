"""How often which intensity occurs in a channel, counted while its rows pass by, and the window that follows from it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cellhub_app.core.imaging.display import DIM_BELOW, HIGH_PERCENT, LOW_PERCENT, SAMPLES
from cellhub_app.core.imaging.percentiles import percentiles

Values = npt.NDArray[Any]

BINS = 256
PERCENTS = (LOW_PERCENT, 1.0, 50.0, 99.0, HIGH_PERCENT)


class Window(NamedTuple):
    """The intensities shown as black and as full colour."""

    low: float
    high: float


@dataclass(frozen=True)
class Histogram:
    """`counts[i]` values lie from `start + i * step` to just below `start + (i + 1) * step`; the last bin holds the largest too."""

    start: float
    step: float
    counts: list[int]


class Tally:
    """The intensities of one channel: every value of 8 and 16 bits; of floats the extremes, and a regular sample of the finite ones."""

    def __init__(self, dtype: np.dtype[Any], width: int, height: int) -> None:
        self.dtype = dtype
        self._upto: Values = np.zeros(256 ** min(dtype.itemsize, 2) if dtype.kind == "u" else 0, np.int64)
        self._step = max(1, int(np.sqrt(width * height / SAMPLES)))
        self._samples: list[Values] = []
        self._low, self._high = np.inf, -np.inf

    def add(self, rows: Values, top: int) -> None:
        """Count rows (h, W) whose first is row `top` of the picture."""
        if self._upto.size:
            self._upto += np.bincount(rows.ravel(), minlength=self._upto.size)
            return
        finite = rows[np.isfinite(rows)]
        if finite.size:
            self._low, self._high = min(self._low, float(finite.min())), max(self._high, float(finite.max()))
        sample = rows[-top % self._step :: self._step, :: self._step]
        self._samples.append(sample[np.isfinite(sample)].astype(np.float64))

    @property
    def extremes(self) -> tuple[float, float]:
        """The smallest and the largest finite value; zeros where there is none."""
        if not self._upto.size:
            return (self._low, self._high) if self._low <= self._high else (0.0, 0.0)
        found = np.flatnonzero(self._upto)
        return (float(found[0]), float(found[-1])) if found.size else (0.0, 0.0)

    @property
    def sample(self) -> Values:
        """The sampled values of a float channel."""
        return np.concatenate(self._samples) if self._samples else np.zeros(0)

    @property
    def counts(self) -> Values:
        """How often each integer occurs; empty for floats."""
        return self._upto

    def percentiles(self) -> dict[str, float]:
        """PERCENTS (as words) -> intensity."""
        return {f"{percent:g}": value for percent, value in zip(PERCENTS, _percentiles([self], PERCENTS), strict=True)}

    def histogram(self) -> Histogram:
        """At most BINS bins from the smallest value to the largest; those of integers are whole numbers wide, so that none stays empty."""
        low, high = self.extremes
        if self._upto.size:
            step = max(1, -(-int(high - low + 1) // BINS))
            within = self._upto[int(low) : int(high) + 1]
            padded = np.pad(within, (0, -len(within) % step))
            return Histogram(low, float(step), padded.reshape(-1, step).sum(axis=1).tolist())
        counts, edges = np.histogram(self.sample, BINS if high > low else 1, (low, high) if high > low else (low - 0.5, low + 0.5))
        return Histogram(float(edges[0]), float(edges[1] - edges[0]), counts.tolist())


def window_of(tallies: list[Tally]) -> Window:
    """One window for channels that keep their balance, as `display.to_display` chooses it."""
    low, high = _percentiles(tallies, (LOW_PERCENT, HIGH_PERCENT))
    if tallies[0].dtype == np.uint8 and (high >= DIM_BELOW or high <= low):
        return Window(0.0, 255.0)
    return Window(low, high if high > low else low + 1.0)


def _percentiles(tallies: list[Tally], percents: tuple[float, ...]) -> list[float]:
    if not tallies[0].counts.size:
        sample = np.concatenate([tally.sample for tally in tallies])
        return percentiles(sample, percents) if sample.size else [0.0] * len(percents)
    upto = np.cumsum(np.sum([tally.counts for tally in tallies], axis=0))
    if not upto[-1]:
        return [0.0] * len(percents)
    places = np.asarray(percents) / 100 * (upto[-1] - 1)
    below = np.floor(places)
    low, high = (np.searchsorted(upto, place, side="right") for place in (below, np.ceil(places)))
    return [float(value) for value in low + (high - low) * (places - below)]
