"""What a format gets: the project, its images one after the other, their objects lazily. Nothing here knows a database or a storage."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol
from uuid import UUID

from cellhub_app.core.geometry import codec
from cellhub_app.core.geometry.outlines import Outlines, decode_many
from cellhub_app.core.geometry.polygon import Polygon
from cellhub_app.domain.exports.archive import Archive
from cellhub_app.domain.exports.names import safe_suffix
from cellhub_app.domain.exports.options import CocoShape, Group, OutlineStyle, Split

OBJECTS_AT_ONCE = 500
OBJECT_NAMES = {"nuclei": "nucleus", "cells": "cell", "spheroids": "spheroid"}


@dataclass(frozen=True)
class Measure:
    """One measured quantity, stored in pixels; in micrometres it is the value times the pixel size to the power of `power`.

    A measure that has no length in its unit (a ratio, an angle, an intensity) has the power 0. `is_typical`: its mean over the objects
    of an image says something.
    """

    key: str
    title: str
    unit: str
    definition: str
    power: int = 0
    um_key: str | None = None
    um_unit: str | None = None
    is_typical: bool = True


@dataclass(frozen=True)
class ProjectEntry:
    """The project as formats see it."""

    id: UUID
    name: str
    description: str
    sample_kind: str
    created_at: datetime
    class_names: Mapping[int, str] = field(default_factory=dict)

    def class_name(self, class_id: int) -> str:
        """What objects of a class are called: as was asked for, else class 0 after the kind of sample."""
        if class_id in self.class_names:
            return self.class_names[class_id]
        return OBJECT_NAMES.get(self.sample_kind, "object") if class_id == 0 else f"class {class_id}"


@dataclass(frozen=True)
class Experiment:
    """What an image was made to show; '' where nobody said."""

    condition: str = ""
    replicate: str = ""
    plate: str = ""
    well: str = ""


@dataclass(frozen=True)
class RevisionEntry:
    """Where objects come from: a model with its weights and parameters, or an edit, an import, a restore."""

    number: int
    kind: str
    model: str | None
    weights_sha256: str | None
    parameters: dict[str, Any]
    note: str
    created_at: datetime


@dataclass(frozen=True)
class ObjectEntry:
    """One object; `number` counts from 1 in its image and `measures` follow the bundle's measures (None: not measured)."""

    id: UUID
    number: int
    class_id: int
    score: float | None
    doubt: float | None
    added_revision: int
    geometry: bytes
    measures: tuple[float | None, ...] = ()

    @cached_property
    def polygon(self) -> Polygon:
        """The outline in px, decoded when first asked for."""
        return codec.decode(self.geometry)


def batches(objects: Iterable[ObjectEntry]) -> Iterator[Sequence[ObjectEntry]]:
    """The objects, some hundreds at a time: arrays pay off, and a million objects are never in memory together."""
    remaining = iter(objects)
    while chosen := list(islice(remaining, OBJECTS_AT_ONCE)):
        yield chosen


def outlines_of(entries: Sequence[ObjectEntry]) -> Outlines:
    """All their outlines at once."""
    return decode_many([entry.geometry for entry in entries])


@dataclass(frozen=True)
class ImageEntry:
    """One frame of an image. `stem` is safe as a file name and unique in the export; sizes are px, None for a file that was never read."""

    id: UUID
    name: str
    stem: str
    frame: int
    width: int | None
    height: int | None
    channels: int | None
    bit_depth: int | None
    frames: int | None
    timepoints: int | None
    pixel_size_um: float | None
    pixel_size_origin: str | None
    format: str | None
    bytes: int
    sha256: str
    status: str
    error: str | None
    segmentation_status: str | None
    tags: tuple[str, ...]
    created_at: datetime
    revisions: tuple[RevisionEntry, ...]
    objects: Iterable[ObjectEntry]
    original: Callable[[], Path]
    display: Callable[[], Path]
    group: Group | None = None
    experiment: Experiment = Experiment()

    @property
    def file_name(self) -> str:
        """The unique stem with the ending of the uploaded file's name."""
        return self.stem + safe_suffix(self.name)

    @property
    def is_segmented(self) -> bool:
        """Whether somebody or something looked for objects here (and perhaps found none)."""
        return bool(self.revisions)

    @property
    def revision(self) -> RevisionEntry | None:
        """The newest revision."""
        return self.revisions[-1] if self.revisions else None

    @property
    def model_revision(self) -> RevisionEntry | None:
        """The newest revision that a model made."""
        return next((entry for entry in reversed(self.revisions) if entry.model), None)


@dataclass(frozen=True)
class Bundle:
    """Everything of one export that does not grow with it; `has_um` says that the pixel size of at least one image is known."""

    project: ProjectEntry
    measures: tuple[Measure, ...]
    measures_version: int
    image_count: int
    has_um: bool
    units: Literal["both", "px", "um"] = "both"
    split: Split | None = None
    coco: CocoShape = "polygons"
    style: OutlineStyle = field(default_factory=OutlineStyle)

    @property
    def has_px_columns(self) -> bool:
        """Whether tables have the measures in pixels."""
        return self.units != "um"

    @property
    def has_um_columns(self) -> bool:
        """Whether tables have the measures in micrometres."""
        return self.units == "um" or (self.units == "both" and self.has_um)


class Writer(Protocol):
    """One format at work: it is given every image once, in order, and then finishes its files."""

    def add(self, image: ImageEntry) -> None:
        """Write what this format says about an image."""

    def finish(self) -> None:
        """Write what can only be known at the end."""


Open = Callable[[Bundle, Archive], Writer]
