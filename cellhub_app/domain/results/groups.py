"""Objects in groups: boxes, violins, replicates for superplots, and time courses."""

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from cellhub_app.core.errors import Invalid
from cellhub_app.core.naming import names_in_order
from cellhub_app.domain.results.columns import Floats, Mask
from cellhub_app.domain.results.figures import sample, spread
from cellhub_app.domain.results.schemas import By, Cell, Course, Group, Moment, Replicate, Time, Violin
from cellhub_app.domain.results.view import ImageFacts, View

MOST_GROUPS = 24
NO_CONDITION = ""
VIOLIN_STEPS = 64
CELLS_SHOWN = 300
_TIMES = (
    re.compile(r"(?:^|[^a-z])(?:time|tp|t|frame|day|hour|min)[ _-]?(\d+(?:\.\d+)?)(?![a-z0-9])", re.IGNORECASE),
    re.compile(r"(?:^|[^a-z0-9.])(\d+(?:\.\d+)?) ?(?:h|hr|hrs|min|s|d|days?)(?![a-z0-9])", re.IGNORECASE),
)


@dataclass(frozen=True)
class Grouping:
    """Names in their order, and for each which objects in view belong to it; `left_out` groups were too many."""

    names: list[str]
    masks: list[Mask]
    left_out: int = 0


def grouped(view: View, by: By) -> Grouping:
    """The points in view by condition, tag, class or image; one with several tags is in several groups. Raises Invalid."""
    if by == "none":
        return Grouping([""], [np.ones(len(view.rows), np.bool_)])
    if by == "class" and view.per == "image":
        raise Invalid("Images have no class: choose one class, or group them by condition or tag.")
    if by == "class":
        classes = view.table.columns["class_id"][view.mask]
        found = {str(number): classes == number for number in np.unique(classes).tolist()}
    else:
        found = _by_image(view, by)
    names = names_in_order(list(found))
    return Grouping(names[:MOST_GROUPS], [found[name] for name in names[:MOST_GROUPS]], max(0, len(names) - MOST_GROUPS))


def _by_image(view: View, by: By) -> dict[str, Mask]:
    members: defaultdict[str, list[int]] = defaultdict(list)
    image = view.image()
    held = np.flatnonzero(np.bincount(image, minlength=len(view.scene.images)))
    for place in held.tolist():
        for name in _names(view.scene.images[place], by):
            members[name].append(place)
    shown = set(names_in_order(list(members))[: MOST_GROUPS + 1])
    return {
        name: _of_images(image, places, len(view.scene.images)) if name in shown else np.empty(0, np.bool_)
        for name, places in members.items()
    }


def _names(image: ImageFacts, by: By) -> list[str]:
    if by == "condition":
        return [image.condition]
    return image.tags if by == "tag" else [image.name]


def _of_images(image: npt.NDArray[np.int32], places: list[int], count: int) -> Mask:
    chosen = np.zeros(count, np.bool_)
    chosen[places] = True
    found: Mask = chosen[image]
    return found


def group(view: View, name: str, mask: Mask, values: Floats) -> Group:
    """One group of a measure."""
    known = mask & np.isfinite(values)
    own = values[known]
    summary = spread(values[mask])
    replicates, of = _replicates(view, known, own)
    some = sample(view.table.columns["id"][view.rows[known]], CELLS_SHOWN)
    cells = [Cell(value=value, replicate=place) for value, place in zip(own[some].tolist(), of[some].tolist(), strict=True)]
    return Group(name=name, spread=summary, whiskers=_whiskers(own), violin=_violin(own), replicates=replicates, cells=cells)


def values_by_replicate(view: View, mask: Mask, values: Floats) -> dict[str, npt.NDArray[np.float64]]:
    """The values of a group by its independent units."""
    known = mask & np.isfinite(values)
    own = values[known].astype(np.float64)
    names, of = _units(view, known)
    return {name: own[of == place] for place, name in enumerate(names)}


def _units(view: View, known: Mask) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The names of the replicates, and each object's place among them."""
    image = view.image()[known]
    places: dict[str, int] = {}
    of_image = np.zeros(len(view.scene.images), np.int64)
    for place in np.unique(image).tolist():
        facts = view.scene.images[place]
        key = f"r\0{facts.replicate}" if facts.replicate else f"i\0{facts.id}"
        of_image[place] = places.setdefault(key, len(places))
    by_id = {f"i\0{facts.id}": facts.name for facts in view.scene.images}
    names = [by_id.get(key, key[2:].replace("\u241f", " · ")) for key in places]
    return _distinct(names), of_image[image]


def _distinct(names: list[str]) -> list[str]:
    """Images may share a name; replicates may not."""
    seen: defaultdict[str, int] = defaultdict(int)
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _replicates(view: View, known: Mask, own: Floats) -> tuple[list[Replicate], npt.NDArray[np.int64]]:
    names, of = _units(view, known)
    order = np.argsort(of, kind="stable")
    parts = np.split(own[order].astype(np.float64), np.cumsum(np.bincount(of, minlength=len(names)))[:-1]) if names else []
    found = [
        Replicate(name=name, n=len(part), mean=float(part.mean()), median=float(np.median(part)))
        for name, part in zip(names, parts, strict=True)
    ]
    return found, of


def _whiskers(own: Floats) -> tuple[float, float] | None:
    if not len(own):
        return None
    q1, q3 = np.quantile(own, (0.25, 0.75))
    reach = 1.5 * (q3 - q1)
    return float(own[own >= q1 - reach].min()), float(own[own <= q3 + reach].max())


def _violin(own: Floats) -> Violin | None:
    """A kernel density (Gaussian, bandwidth by Silverman 1986) from fine bins; None for fewer than five values or for equal ones."""
    if len(own) < 5:
        return None
    low, high = float(own.min()), float(own.max())
    q1, q3 = np.quantile(own, (0.25, 0.75))
    width = min(float(own.std(dtype=np.float64)), float(q3 - q1) / 1.34 or np.inf)
    if not high > low or not width > 0:
        return None
    bandwidth = 0.9 * width * len(own) ** -0.2
    step = (high - low) / (4 * VIOLIN_STEPS)
    counts, _ = np.histogram(own, 4 * VIOLIN_STEPS, (low, high))
    smooth = gaussian_filter1d(counts.astype(np.float64), max(bandwidth / step, 0.5), mode="constant")
    shown = smooth.reshape(VIOLIN_STEPS, 4).mean(axis=1)
    return Violin(low=low, high=high, density=np.round(shown / shown.max(), 4).tolist())


def times(view: View) -> dict[Time, npt.NDArray[np.float64]]:
    """Each object's time where there are several: by the plane of its stack, and by the number in its image's name."""
    found: dict[Time, npt.NDArray[np.float64]] = {"plane": view.table.columns["frame"][view.mask].astype(np.float64)}
    numbers = np.array([_time_in(image.name) for image in view.scene.images], np.float64)
    found["name"] = numbers[view.image()] if len(numbers) else np.empty(0)
    return {kind: at for kind, at in found.items() if len(np.unique(at[np.isfinite(at)])) > 1}


def _time_in(name: str) -> float:
    stem = name.rsplit(".", 1)[0]
    hits = [found for pattern in _TIMES if (found := pattern.search(stem))]
    return float(hits[0][1]) if hits else np.nan


def course(view: View, name: str, mask: Mask, values: Floats, at: npt.NDArray[np.float64]) -> Course:
    """A group over time; every moment weighs its replicates alike."""
    known = mask & np.isfinite(values) & np.isfinite(at)
    own, when = values[known].astype(np.float64), at[known]
    _, of = _units(view, known)
    return Course(name=name, moments=[_moment(moment, own[when == moment], of[when == moment]) for moment in np.unique(when).tolist()])


def _moment(time: float, own: npt.NDArray[np.float64], of: npt.NDArray[np.int64]) -> Moment:
    sums, counts = np.bincount(of, own), np.bincount(of)
    means = sums[counts > 0] / counts[counts > 0]
    sd = float(means.std(ddof=1)) if len(means) > 1 else None
    return Moment(time=time, n=len(own), replicates=len(means), mean=float(means.mean()), sd=sd, median=float(np.median(own)))
