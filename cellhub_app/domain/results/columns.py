"""All present objects of a project as columns (numpy), kept between requests and read anew only where something changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
BASE = ("id", "image", "frame", "class_id", "score", "doubt", "border")


class Plane(NamedTuple):
    """A segmented plane of an image; what is stored of it is the same as long as this is. `image` is a place in the list of images."""

    id: UUID
    head: int
    lacking: int
    image: int
    frame: int


class Version(NamedTuple):
    """What says whether the rows of a plane are still those that were read."""

    id: UUID
    head: int
    lacking: int


@dataclass(frozen=True)
class Columns:
    """Objects in the order of planes and ids: `columns` has BASE, `measures` what was asked for so far, by place in the vector.

    `starts` (planes + 1,) says where each plane begins. An id is 16 bytes.
    """

    versions: tuple[Version, ...]
    starts: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray[np.generic]]
    measures: dict[int, Floats] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many objects."""
        return int(self.starts[-1])

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        return sum(column.nbytes for column in (*self.columns.values(), *self.measures.values()))

    @property
    def image(self) -> npt.NDArray[np.int32]:
        """Each object's place in the list of images."""
        return self.columns["image"].astype(np.int32, copy=False)

    def missing(self, places: Iterable[int]) -> list[int]:
        """The measures that were not read so far."""
        return [place for place in dict.fromkeys(places) if place not in self.measures]


def versions_of(planes: Sequence[Plane]) -> tuple[Version, ...]:
    """What to compare."""
    return tuple(Version(plane.id, plane.head, plane.lacking) for plane in planes)


def from_rows(planes: Sequence[Plane], rows: Mapping[str, npt.NDArray[np.generic]], places: Sequence[int]) -> Columns:
    """Columns of freshly read planes; `n` of an object counts the planes from 1 in their order, `m3` is the measure at place 3."""
    plane = rows["n"].astype(np.int64) - 1
    columns = {name: rows[name] for name in ("id", "class_id", "score", "doubt", "border")}
    columns["image"] = np.array([one.image for one in planes], np.int32)[plane]
    columns["frame"] = np.array([one.frame for one in planes], np.int32)[plane]
    starts = np.concatenate([[0], np.cumsum(np.bincount(plane, minlength=len(planes)))]).astype(np.int64)
    measures = {place: rows[f"m{place}"].astype(np.float32, copy=False) for place in places}
    return Columns(versions_of(planes), starts, columns, measures)


def joined(parts: Sequence[Columns], planes: Sequence[Plane]) -> Columns:
    """Several columns as one in the order of `planes`; each plane is taken from the last part that has its version.

    All parts have the same measures.
    """
    place_of: dict[Version, tuple[int, int]] = {}
    offset = 0
    for part in parts:
        for index, version in enumerate(part.versions):
            place_of[version] = (offset + int(part.starts[index]), offset + int(part.starts[index + 1]))
        offset += part.count
    spans = [place_of[version] for version in versions_of(planes)]
    lengths = np.array([end - start for start, end in spans], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    first = np.array([start for start, _ in spans], np.int64)
    order = np.repeat(first - starts[:-1], lengths) + np.arange(starts[-1])
    columns = {name: np.concatenate([part.columns[name] for part in parts])[order] for name in BASE}
    columns["image"] = np.repeat(np.array([plane.image for plane in planes], np.int32), lengths)
    measures = {place: np.concatenate([part.measures[place] for part in parts])[order] for place in parts[0].measures}
    return Columns(versions_of(planes), starts, columns, measures)


def placed(table: Columns, planes: Sequence[Plane], versions: tuple[Version, ...]) -> Columns:
    """The same objects where images were named or sorted differently since."""
    image = np.repeat(np.array([plane.image for plane in planes], np.int32), np.diff(table.starts))
    return replace(table, versions=versions, columns={**table.columns, "image": image})


def with_measures(table: Columns, more: Columns) -> Columns | None:
    """The table with further measures; None where its objects are not those of `more` any more."""
    if table.count != more.count or not np.array_equal(table.columns["id"].view("u8"), more.columns["id"].view("u8")):
        return None
    return replace(table, measures={**table.measures, **more.measures})
