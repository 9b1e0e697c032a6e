"""Figures from columns: histograms, scatter plots and what they say. Pure functions of numpy arrays; answers stay small."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cellhub_app.domain.results.columns import Floats, Mask
from cellhub_app.domain.results.schemas import Density, Spread

BINS_LEAST, BINS_MOST, BINS_FINE = 10, 60, 64
WHOLE = 24  # measures with so few different whole values get a bin for each
Ints = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Binning:
    """Edges of equal steps (bins + 1,), and the bin of each value; -1 for values that are no number."""

    edges: npt.NDArray[np.float64]
    place: npt.NDArray[np.int64]

    def counts(self, chosen: Mask | None = None) -> list[int]:
        """How many values are in each bin, or how many of those chosen."""
        kept = self.place >= 0 if chosen is None else (self.place >= 0) & chosen
        counts: list[int] = np.bincount(self.place[kept], minlength=len(self.edges) - 1).tolist()
        return counts


def binned(values: Floats, bins: int = 0) -> Binning:
    """Equal bins over the values' range, by default as many as Freedman & Diaconis (1981) ask for."""
    finite = np.isfinite(values)
    known = values[finite]
    edges = _edges(known, bins)
    place = np.full(len(values), -1, np.int64)
    step = edges[1] - edges[0]
    place[finite] = np.clip(((known - edges[0]) / step).astype(np.int64), 0, len(edges) - 2)
    return Binning(edges, place)


def _edges(known: Floats, bins: int) -> npt.NDArray[np.float64]:
    if not len(known):
        return np.array([0.0, 1.0])
    low, high = float(known.min()), float(known.max())
    if not bins and high - low < WHOLE and np.array_equal(known, np.round(known)):
        return np.arange(low - 0.5, high + 1.0, 1.0)
    if high <= low:
        half = max(abs(low) * 0.05, 0.5)
        return np.array([low - half, low + half])
    return np.linspace(low, high, (bins or _bins(known, low, high)) + 1)


def _bins(known: Floats, low: float, high: float) -> int:
    q1, q3 = np.quantile(known, (0.25, 0.75))
    step = 2 * float(q3 - q1) / len(known) ** (1 / 3)
    return BINS_LEAST if step <= 0 else int(np.clip(np.ceil((high - low) / step), BINS_LEAST, BINS_MOST))


def spread(values: Floats) -> Spread:
    """Mean, standard deviation (n - 1), quartiles and ends of what is a number."""
    known = values[np.isfinite(values)].astype(np.float64)
    n, missing = len(known), len(values) - len(known)
    if not n:
        return Spread(n=0, missing=missing, mean=None, sd=None, median=None, q1=None, q3=None, low=None, high=None)
    q1, median, q3 = np.quantile(known, (0.25, 0.5, 0.75)).tolist()
    sd = float(known.std(ddof=1)) if n > 1 else None
    low, high = float(known.min()), float(known.max())
    return Spread(n=n, missing=missing, mean=float(known.mean()), sd=sd, median=median, q1=q1, q3=q3, low=low, high=high)


def sample(ids: npt.NDArray[np.generic], most: int) -> npt.NDArray[np.intp]:
    """Places of at most so many objects, the same for the same objects: those whose ids hash lowest, so that a filter keeps them."""
    if len(ids) <= most:
        return np.arange(len(ids))
    words = ids.view(np.uint64).reshape(-1, 2)
    with np.errstate(over="ignore"):
        hashed = (words[:, 1] ^ (words[:, 0] >> np.uint64(7))) * np.uint64(0x9E3779B97F4A7C15)
    return np.sort(np.argpartition(hashed, most - 1)[:most])


def density(x: Floats, y: Floats) -> Density:
    """How many objects are in each cell of a grid."""
    across, up = binned(x, BINS_FINE), binned(y, BINS_FINE)
    both = (across.place >= 0) & (up.place >= 0)
    columns, lines = len(across.edges) - 1, len(up.edges) - 1
    cell = up.place[both] * columns + across.place[both]
    counts = np.bincount(cell, minlength=columns * lines).tolist()
    return Density(x_edges=across.edges.tolist(), y_edges=up.edges.tolist(), counts=counts)


def pearson(x: Floats, y: Floats) -> float | None:
    """The correlation of what has both values; None where there is none."""
    both = np.isfinite(x) & np.isfinite(y)
    if both.sum() < 3:
        return None
    a, b = x[both].astype(np.float64), y[both].astype(np.float64)
    a -= a.mean()
    b -= b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / scale) if scale > 0 else None


def sort_keys(values: Floats, *, descending: bool) -> npt.NDArray[np.uint64]:
    """A key for each value that sorts like it, its place in the table as the tie-break; what is no number comes last."""
    bits = (values + np.float32(0)).view(np.uint32)  # -0 is 0
    order = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    order = np.where(np.isnan(values), np.uint32(0xFFFFFFFF), ~order if descending else order)
    return (order.astype(np.uint64) << np.uint64(32)) | np.arange(len(values), dtype=np.uint64)


def ranked(keys: npt.NDArray[np.uint64], start: int, stop: int) -> npt.NDArray[np.uint64]:
    """The keys of the ranks from start to stop (left out), in order, without sorting the others."""
    stop = min(stop, len(keys))
    if start >= stop:
        return keys[:0]
    ends = sorted({start, stop - 1})
    return np.sort(np.partition(keys, ends)[start:stop])
