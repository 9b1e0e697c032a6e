"""What is in view: the images and objects that were asked for, and their values in one unit."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

from cellhub_app.core.errors import Invalid
from cellhub_app.domain.results import image_measures
from cellhub_app.domain.results.columns import Columns, Mask, Plane, Version, versions_of
from cellhub_app.domain.results.measures import DOUBT, SCORE, Measure, Scale, named, scale_of
from cellhub_app.domain.results.repository import PlaneRow
from cellhub_app.domain.results.schemas import Asked, Per, Unit

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)


class ImageFacts(NamedTuple):
    """What is known of an image that has objects."""

    id: UUID
    name: str
    outlines_revision: int
    tags: list[str]
    pixel_size_um: float | None
    condition: str
    replicate: str
    area_px: float


class Range(NamedTuple):
    """Values from `low` to `high`, both included; either may be infinite."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Scene:
    """The segmented images of a project, before anything is asked."""

    planes: list[Plane]
    images: list[ImageFacts]
    channels: int
    lacking: int
    versions: tuple[Version, ...]


def scene_of(rows: Sequence[PlaneRow], lacking: dict[UUID, int]) -> Scene:
    """Images with their planes; rows of one image stand together."""
    planes: list[Plane] = []
    images: list[ImageFacts] = []
    for image_id, some in groupby(rows, key=lambda row: row.image_id):
        own = list(some)
        first = own[0]
        planes += [Plane(row.segmentation_id, row.head, lacking.get(row.segmentation_id, 0), len(images), row.frame) for row in own]
        replicate = "\u241f".join(part for part in (first.plate, first.replicate) if part) if first.replicate else ""
        facts = (
            first.name,
            first.outlines_revision,
            first.tags,
            first.pixel_size_um,
            first.condition or "",
            replicate,
            float(first.width) * first.height if first.width and first.height else math.nan,
        )
        images.append(ImageFacts(image_id, *facts))
    channels = max((row.channels or 1 for row in rows), default=1)
    return Scene(planes, images, channels, sum(lacking.values()), versions_of(planes))


def images_in_view(scene: Scene, asked: Asked) -> Mask:
    """Which images have the tags, conditions and ids that were asked for."""
    ids, tags, conditions = set(asked.image_id), set(asked.tag), set(asked.condition)
    found = (
        (not ids or image.id in ids) and (not tags or not tags.isdisjoint(image.tags)) and (not conditions or image.condition in conditions)
        for image in scene.images
    )  # fmt: skip
    return np.fromiter(found, np.bool_, len(scene.images))


def range_of(words: str) -> Range:
    """`area_px2:100..500`. Raises Invalid."""
    found = re.fullmatch(r"([a-z0-9_]+):(.*?)\.\.(.*)", words)
    ends = [found[2].strip(), found[3].strip()] if found else []
    if found is None or any(end and not _NUMBER.fullmatch(end) for end in ends) or not any(ends):
        raise Invalid(f"“{words[:60]}” is no range: write it as area_px2:100..500, or leave one end out.")
    low, high = (float(end) if end else default for end, default in zip(ends, (-np.inf, np.inf), strict=True))
    if low > high:
        raise Invalid(f"“{words[:60]}” is empty: its first number is larger than its second.")
    return Range(found[1], low, high)


@dataclass(frozen=True)
class View:
    """The points of `table` that `mask` leaves, in the unit of `scale`: objects, or the planes of images.

    `kept` are the objects that measures of images are made of: those of the classes, borders and ranges that were asked for, in any image.
    """

    scene: Scene
    table: Columns
    scale: Scale
    in_view: Mask
    mask: Mask
    kept: Mask
    per: Per = "object"

    @cached_property
    def rows(self) -> npt.NDArray[np.intp]:
        """The places of the objects in the table."""
        return np.flatnonzero(self.mask)

    @property
    def unit(self) -> Unit:
        """Pixels or micrometres."""
        return self.scale.unit

    def measure(self, name: str) -> Measure:
        """A measure by its column's name. Raises Invalid."""
        return (named if self.per == "object" else image_measures.named)(name, self.scene.channels, self.scale)

    def values(self, measure: Measure) -> npt.NDArray[np.float32]:
        """A value of each point in view, nan where it has none."""
        return values_of(self.table, measure, self.scale)[self.mask]

    def image(self) -> npt.NDArray[np.int32]:
        """Each point's place in the list of images."""
        return self.table.image[self.mask]

    def within(self, ranges: Sequence[str]) -> Mask:
        """Which points in view lie in all the ranges. Raises Invalid."""
        return within(self.table, [(self.measure(one.name), one) for one in map(range_of, ranges)], self.scale)[self.mask]


def values_of(table: Columns, measure: Measure, scale: Scale) -> npt.NDArray[np.float32]:
    """A value of each point of the table."""
    if measure.place is None:
        return table.columns[measure.name].astype(np.float32, copy=False)
    stored = table.measures[measure.place]
    if not measure.power:
        return stored
    factors = np.power(scale.sizes, measure.power).astype(np.float32)
    return stored * factors[table.image]


def within(table: Columns, ranges: Sequence[tuple[Measure, Range]], scale: Scale) -> Mask:
    """Which points lie in all the ranges; those without a value lie in none."""
    found = np.ones(table.count, np.bool_)
    for measure, (_, low, high) in ranges:
        values = values_of(table, measure, scale)
        found &= (values >= np.float32(low)) & (values <= np.float32(high))
    return found


def view_of(scene: Scene, table: Columns, scale: Scale, in_view: Mask, asked: Asked) -> View:
    """The objects that were asked for; ranges of measures of images are left to `points.py`. Raises Invalid."""
    kept = np.ones(table.count, np.bool_)
    if asked.class_id:
        kept &= np.isin(table.columns["class_id"], asked.class_id)
    if asked.border:
        kept &= table.columns["border"] == (asked.border == "touching")
    ranges = [one for one in map(range_of, asked.where) if not image_measures.is_of_images(one.name, scene.channels)]
    kept &= within(table, [(named(one.name, scene.channels, scale), one) for one in ranges], scale)
    return View(scene, table, scale, in_view, kept & in_view[table.image] if table.count else kept, kept)


def scale_for(scene: Scene, in_view: Mask, unit: Unit | None) -> Scale:
    """The unit for the images in view. Raises Invalid."""
    return scale_of([image.pixel_size_um for image in scene.images], in_view, unit)


def places_of(names: Sequence[str], channels: int, scale: Scale) -> list[int]:
    """What must be read for these values, of objects or of images. Raises Invalid."""
    places: list[int | None] = []
    for name in names:
        if image_measures.is_of_images(name, channels):
            places += image_measures.sources(image_measures.named(name, channels, scale).name, channels)
        elif name not in (SCORE, DOUBT):
            places.append(named(name, channels, scale).place)
    return [place for place in places if place is not None]
