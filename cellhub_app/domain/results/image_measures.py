"""Measures of images, made from the columns of their objects: how many, how dense, what is typical, how far a spheroid came apart.

One value for each segmented plane, for all planes at once; `core/metrics/population.py` and `invasion.py` say the same for one image, and a
test compares.
"""

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.core.metrics import measure
from cellhub_app.core.metrics.invasion import INVASION_METRICS
from cellhub_app.core.metrics.metric import Metric
from cellhub_app.core.metrics.population import NOT_TYPICAL
from cellhub_app.domain.results.columns import Columns, Floats, Mask
from cellhub_app.domain.results.measures import Measure, Scale, measures_of
from cellhub_app.domain.results.schemas import MeasureView, Unit

FIRST_PLACE = 10_000
CHANNELS_TOLD = 16
AREA, X, Y = (measure.columns(1).index(name) for name in ("area_px2", "centroid_x_px", "centroid_y_px"))
COUNT, DENSITY, CONFLUENCE = "object_count", "density", "confluence"
INVASION = tuple(metric.key for metric in INVASION_METRICS)
PER_AREA = 1e6  # densities are told for a megapixel, or for a square millimetre, which is as many um2
Doubles = npt.NDArray[np.float64]


@cache
def _catalogue(channels: int, unit: Unit) -> dict[str, Measure]:
    """By name, in the order in which they are offered. What objects add up to comes first, then what is typical of them."""
    in_um = unit == "um"
    name, per = ("density_mm2", "per mm²") if in_um else ("density_mpx", "per megapixel")
    listed = [
        (COUNT, COUNT, "Objects in the image", "", 0), (CONFLUENCE, CONFLUENCE, "Confluence", "", 0), (DENSITY, name, "Density", per, -2),
    ]  # fmt: skip
    for metric in measure.metrics(channels):
        if metric.key not in NOT_TYPICAL:
            listed += [_typical(kind, metric, in_um=in_um) for kind in ("mean", "median")]
    listed += [
        (each.key, each.um_name if in_um else each.px_name, f"Spheroid: {each.title[:1].lower()}{each.title[1:]}",
         each.um_symbol if in_um else each.px_symbol, each.power) for each in INVASION_METRICS
    ]  # fmt: skip
    places = enumerate(listed, FIRST_PLACE)
    return {own: Measure(key, own, title, symbol, place, power if in_um else 0) for place, (key, own, title, symbol, power) in places}


def _typical(kind: str, metric: Metric, *, in_um: bool) -> tuple[str, str, str, str, int]:
    name, symbol = (metric.um_name, metric.um_symbol) if in_um else (metric.px_name, metric.px_symbol)
    title = f"{kind.capitalize()} {metric.title[:1].lower()}{metric.title[1:]}"
    return f"{kind}_{metric.key}", f"{kind}_{name}", title, symbol, metric.power


def offered(channels: int, unit: Unit) -> list[MeasureView]:
    """What can be asked of images in a unit."""
    return [MeasureView(key=one.key, name=one.name, title=one.title, unit=one.unit) for one in _catalogue(channels, unit).values()]


def is_of_images(name: str, channels: int) -> bool:
    """Whether this is the name of a measure of images, in either unit."""
    return name in _catalogue(channels, "px") or name in _catalogue(channels, "um")


def named(name: str, channels: int, scale: Scale) -> Measure:
    """The measure of images of this name. Raises Invalid for unknown names and for the other unit."""
    if found := _catalogue(channels, scale.unit).get(name):
        return found
    if is_of_images(name, channels):
        raise Invalid(f"{name} can't be shown beside values in {'micrometres' if scale.unit == 'um' else 'pixels'}. {scale.note}".strip())
    raise Invalid(f"There is no measure “{name[:60]}” of images; the overview of the results lists the names.")


def sources(name: str, channels: int) -> list[int]:
    """Places of the measures of objects that this one is made from."""
    key = (_catalogue(channels, "px").get(name) or _catalogue(channels, "um")[name]).key
    if key in (COUNT, DENSITY):
        return []
    if key == CONFLUENCE:
        return [AREA]
    if key in INVASION:
        return [AREA, X, Y]
    return [_source(key, channels)]


def _source(key: str, channels: int) -> int:
    wanted = key.split("_", 1)[1]
    return next(place for place, metric in enumerate(measure.metrics(channels)) if metric.key == wanted)


def of_planes(table: Columns, kept: Mask, key: str, channels: int, area_px: Doubles) -> Floats:
    """A measure of every plane (planes,) in pixels, from those of its objects that are kept; nan where it has no meaning.

    `area_px` (planes,) are the areas of the images.
    """
    planes = len(table.starts) - 1
    plane = np.repeat(np.arange(planes), np.diff(table.starts))[kept]
    counts = np.bincount(plane, minlength=planes).astype(np.float64)
    if key == COUNT:
        return counts.astype(np.float32)
    with np.errstate(invalid="ignore", divide="ignore"):
        if key == DENSITY:
            return (counts / area_px * PER_AREA).astype(np.float32)
        if key == CONFLUENCE:
            areas = np.nan_to_num(table.measures[AREA][kept].astype(np.float64))
            return np.minimum(1.0, np.bincount(plane, areas, planes) / area_px).astype(np.float32)
    if key in INVASION:
        x, y = (table.measures[place][kept].astype(np.float64) for place in (X, Y))
        return _invasion(plane, table.measures[AREA][kept].astype(np.float64), x, y, planes, key)
    kind = _MEANS[key.split("_", 1)[0]]
    return kind(plane, table.measures[_source(key, channels)][kept].astype(np.float64), planes)


def _mean(plane: npt.NDArray[np.intp], values: Doubles, planes: int) -> Floats:
    known = np.isfinite(values)
    sums, counts = np.bincount(plane[known], values[known], planes), np.bincount(plane[known], minlength=planes)
    with np.errstate(invalid="ignore"):
        return (sums / counts).astype(np.float32)


def _median(plane: npt.NDArray[np.intp], values: Doubles, planes: int) -> Floats:
    known = np.isfinite(values)
    plane = plane[known]
    ordered = _sorted_within(plane, values[known].astype(np.float32))
    counts = np.bincount(plane, minlength=planes)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    found = np.full(planes, np.nan, np.float32)
    some = counts > 0
    low, high = (first + (counts - 1) // 2)[some], (first + counts // 2)[some]
    found[some] = (ordered[low].astype(np.float64) + ordered[high]) / 2
    return found


def _sorted_within(plane: npt.NDArray[np.intp], values: Floats) -> Floats:
    """The values in their order within each plane: whole numbers that sort like them are sorted at once, many times as fast as pairs."""
    bits = (values + np.float32(0)).view(np.uint32)  # -0 is 0
    keys = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    both = np.sort((plane.astype(np.uint64) << np.uint64(32)) | keys)
    back = (both & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return np.where(back >> 31, back & np.uint32(0x7FFFFFFF), ~back).astype(np.uint32).view(np.float32)


_MEANS: dict[str, Callable[[npt.NDArray[np.intp], Doubles, int], Floats]] = {"mean": _mean, "median": _median}


def _invasion(plane: npt.NDArray[np.intp], areas: Doubles, x: Doubles, y: Doubles, planes: int, key: str) -> Floats:
    """`core.metrics.invasion` of each plane; of pieces of equal size the first is the core."""
    known = np.isfinite(areas) & np.isfinite(x) & np.isfinite(y)
    plane, areas, x, y = plane[known], areas[known], x[known], y[known]
    counts = np.bincount(plane, minlength=planes)
    whole = np.bincount(plane, areas, planes)
    core, some = np.full(planes, -1), counts > 0
    largest = np.full(planes, np.nan)
    if len(areas):
        largest[some] = np.maximum.reduceat(areas, np.concatenate([[0], np.cumsum(counts)[:-1]])[some])
        alike = np.flatnonzero(areas == largest[plane])[::-1]
        core[plane[alike]] = alike
    with np.errstate(invalid="ignore", divide="ignore"):
        outside = whole - largest
        if key == "disintegration_index":
            far = np.hypot(x - x[core[plane]], y - y[core[plane]])
            value = np.bincount(plane, areas * far / (far + np.sqrt(largest[plane] / np.pi)), planes) / whole
        else:
            value = {
                "core_area": largest, "invasion_area": outside, "fragment_count": counts - 1.0,
                "largest_fragment_fraction": largest / whole, "dispersed_mass_fraction": outside / whole,
            }[key]  # fmt: skip
    return np.where(some & (whole > 0), value, np.nan).astype(np.float32)


def all_sources(names: Iterable[str], channels: int) -> list[int]:
    """Places of the measures of objects that these are made from, each once."""
    return list(dict.fromkeys(place for name in names for place in sources(name, channels)))


def title_of(name: str) -> tuple[str, str]:
    """What people call a measure of objects or of images, whichever its unit, and the unit; the name itself where there is none."""
    units: tuple[Unit, Unit] = ("px", "um")
    for unit in units:
        for view in (*measures_of(CHANNELS_TOLD, unit), *offered(CHANNELS_TOLD, unit)):
            if view.name == name:
                return view.title, view.unit
    return name, ""
