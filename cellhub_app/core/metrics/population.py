"""Measures of a whole image: how many objects, how dense, how much they cover, and what is typical of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cellhub_app.core.metrics.metric import Metric, Unit

IMAGE_METRICS = (
    Metric("object_count", "Objects", "n", Unit.NONE, "number of objects", "count"),
    Metric("density", "Density", "D", Unit.NONE, "n / area of the image, for 1,000,000 px² or 1 mm²", "count"),
    Metric("confluence", "Confluence", "K_f", Unit.NONE, "area of all objects / area of the image", "Delesse 1848", high=1.0),
)
PX2, UM2 = 1e6, 1e6  # of which densities are told: a megapixel, a square millimetre
NOT_TYPICAL = {"centroid_x", "centroid_y", "orientation"}  # keys of measures whose mean over objects says nothing


@dataclass(frozen=True)
class Typical:
    """Mean and median of one measure over the objects that have it; None where none has."""

    mean: float | None
    median: float | None


@dataclass(frozen=True)
class Population:
    """Measures of one image. `density_mpx` is for 1,000,000 px², `density_mm2` for 1 mm² where the pixel size is known."""

    count: int
    density_mpx: float
    density_mm2: float | None
    confluence: float
    typical: dict[str, Typical]


def population(
    names: Sequence[str], measures: npt.NDArray[np.floating], width: int, height: int, pixel_size_um: float | None = None
) -> Population:
    """Measures of an image (width x height px) from the vectors (n, k) of its objects, columns named as by `columns()`.

    Objects do not overlap, as those of label images don't; where drawn ones do, what they share counts twice and confluence stops at 1.
    Raises ValueError when columns and names differ in number, or no column is named area_px2.
    """
    if measures.ndim != 2 or measures.shape[1] != len(names):
        raise ValueError(f"{len(names)} names do not fit measures of shape {measures.shape}.")
    whole = float(width) * height
    covered = float(np.nansum(measures[:, list(names).index("area_px2")], dtype=np.float64))
    per_px = len(measures) / whole
    return Population(
        count=len(measures),
        density_mpx=per_px * PX2,
        density_mm2=None if pixel_size_um is None else per_px / pixel_size_um**2 * UM2,
        confluence=min(1.0, covered / whole),
        typical={name: Typical(*map(_known, pair)) for name, *pair in zip(names, *typical(measures), strict=True)},
    )


def typical(measures: npt.NDArray[np.floating]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and median (k,) of each column of (n, k) over the objects that have the measure; nan where none has."""
    known = np.isfinite(measures)
    counts = known.sum(axis=0)
    with np.errstate(invalid="ignore"):
        means = np.where(known, measures, 0).sum(axis=0, dtype=np.float64) / counts
    if not len(measures):
        return means, means.copy()
    ordered = np.sort(np.where(known, measures, np.inf), axis=0).astype(np.float64)
    low, high = np.maximum(counts - 1, 0) // 2, np.minimum(counts // 2, len(ordered) - 1)
    middle = np.take_along_axis(ordered, np.stack([low, high]), axis=0).mean(axis=0)
    return means, np.where(counts > 0, middle, np.nan)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
