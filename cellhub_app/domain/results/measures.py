"""Which values of an object can be asked for by name, and in which unit: micrometres only where every image in view has a pixel size."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.metrics import measure
from cellhub_app.domain.results.schemas import MeasureView, Unit

SCORE, DOUBT = "score", "doubt"
RATINGS = (
    MeasureView(key=SCORE, name=SCORE, title="Score", unit=""),
    MeasureView(key=DOUBT, name=DOUBT, title="Doubt", unit=""),
)


@dataclass(frozen=True)
class Measure:
    """One value of an object: `place` in the stored vector (none for ratings), `power` of the pixel size it is multiplied by."""

    key: str
    name: str
    title: str
    unit: str
    place: int | None
    power: int


@dataclass(frozen=True)
class Scale:
    """The unit of what is in view, why it is not the other one, and each image's pixel size (um; nan where unknown)."""

    unit: Unit
    note: str
    sizes: npt.NDArray[np.float64]


def scale_of(sizes: Sequence[float | None], in_view: npt.NDArray[np.bool_], asked: Unit | None) -> Scale:
    """The unit for the images in view. Raises Invalid when micrometres are asked for and not every image has a pixel size."""
    known = np.array([np.nan if size is None else size for size in sizes], dtype=np.float64)
    lacking, count = int(np.isnan(known[in_view]).sum()), int(in_view.sum())
    note = ""
    if lacking:
        which = "None of these images has" if lacking == count else f"{lacking:,} of these {count:,} images have no"
        note = f"{which} a pixel size" if lacking == count else f"{which} pixel size"
        note += ": measures are in pixels. Set it in the image's Display tab to see micrometres."
    if asked == "um" and lacking:
        raise Invalid(note.replace("measures are in pixels", "micrometres would be mixed with pixels"))
    return Scale("px" if lacking or not count or asked == "px" else "um", note, known)


@cache
def usual_places() -> tuple[int, ...]:
    """Places of the measures that are read with the objects themselves, because most people ask for them next."""
    names = measure.columns(1)
    return tuple(names.index(name) for name in ("area_px2", "circularity", "eccentricity", "intensity_mean_c1"))


def measures_of(channels: int, unit: Unit) -> list[MeasureView]:
    """What can be asked for in a unit, in the order of METRICS, ratings last."""
    shown = [
        MeasureView(
            key=metric.key,
            name=metric.um_name if unit == "um" else metric.px_name,
            title=metric.title,
            unit=metric.um_symbol if unit == "um" else metric.px_symbol,
        )
        for metric in measure.metrics(channels)
    ]
    return [*shown, *RATINGS]


def named(name: str, channels: int, scale: Scale) -> Measure:
    """The measure of a column's name, which says its unit. Raises Invalid for unknown names and for the other unit."""
    for rating in RATINGS:
        if name == rating.name:
            return Measure(name, name, rating.title, "", None, 0)
    for place, metric in enumerate(measure.metrics(channels)):
        if name not in (metric.px_name, metric.um_name):
            continue
        in_um = scale.unit == "um"
        if name != (metric.um_name if in_um else metric.px_name):
            raise Invalid(f"{name} can't be shown beside values in {'micrometres' if in_um else 'pixels'}. {scale.note}".strip())
        symbol = metric.um_symbol if in_um else metric.px_symbol
        return Measure(metric.key, name, metric.title, symbol, place, metric.power if in_um else 0)
    raise Invalid(f"There is no measure “{name[:60]}” here; the overview of the results lists the names.")
