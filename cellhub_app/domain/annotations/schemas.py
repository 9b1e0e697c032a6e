"""Polygons, revisions and measurements: what comes in and what doors show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from cellhub_app.domain.schema import Schema

OBJECTS_PER_EDIT = 10_000


@dataclass(frozen=True)
class NewObject:
    """One polygon to be stored: `geometry` as core/geometry/codec.py encodes it, `measures` in the order of METRICS."""

    id: UUID
    geometry: bytes
    area_px: float
    bbox: Sequence[float]
    measures: Sequence[float]
    measures_version: int
    score: float | None = None
    doubt: float | None = None
    class_id: int = 0
    parents: Sequence[UUID] = ()


@dataclass(frozen=True)
class NewResult:
    """What a model found in one frame of one image."""

    image_id: UUID
    job_id: UUID
    model: str
    weights_sha256: str | None
    objects: Sequence[NewObject]
    parameters: dict[str, Any] = field(default_factory=dict)
    frame: int = 0


@dataclass(frozen=True)
class Brought:
    """What an import holds for one frame of an image; `replaces` says whether what was there goes."""

    image_id: UUID
    frame: int
    objects: Sequence[NewObject]
    job_id: UUID
    author_id: UUID
    note: str
    replaces: bool


class AddedObject(Schema):
    """A polygon that an edit brings: its id is made by whoever makes it."""

    id: UUID
    parents: list[UUID] = Field(default_factory=list, max_length=1000)
    feature: dict[str, Any]


class Edit(Schema):
    """A change made by hand against `baseRevision`; the same `editId` again gives the first answer."""

    edit_id: UUID
    base_revision: int = Field(ge=0)
    removed: list[UUID] = Field(default_factory=list, max_length=OBJECTS_PER_EDIT)
    added: list[AddedObject] = Field(default_factory=list, max_length=OBJECTS_PER_EDIT)
    note: str = Field(default="", max_length=4000)


class EditAnswer(Schema):
    """The revision that an edit made."""

    revision: int


class EditConflict(Schema):
    """An object that an edit would remove, but that somebody removed first."""

    id: UUID
    removed_by: UUID | None
    replaced_by: list[UUID]


class RevisionView(Schema):
    """One revision and what made it.

    `startedBy` asked for the run that made it. Of the objects `added`, `changed` stand for `replaced` ones of those `removed`.
    """

    number: int
    kind: str
    author_id: UUID | None
    author_name: str | None = None
    started_by: str | None = None
    job_id: UUID | None
    model: str | None
    weights_sha256: str | None
    parameters: dict[str, Any]
    note: str
    added: int
    removed: int
    changed: int = 0
    replaced: int = 0
    object_count: int
    restored_from: int | None = None
    created_at: datetime


class Step(Schema):
    """One state of an object or of one that it came from; `how`: found, drawn, imported, changed, merged or restored."""

    object_id: UUID
    how: str
    revision: RevisionView
    parents: list[UUID]
    score: float | None
    area_px: float


class ObjectHistory(Schema):
    """Where an object comes from, newest first; `removed` is the revision that took it away, `isComplete` whether these are all steps."""

    id: UUID
    steps: list[Step]
    removed: RevisionView | None
    is_complete: bool


class MeasurementColumn(Schema):
    """One measure: its key, symbol and unit (`px`, `um`, none ...)."""

    key: str
    title: str
    unit: str


class ObjectMeasurements(Schema):
    """The measures of one object, in pixels and, when the pixel size is known, in micrometres."""

    id: UUID
    image_id: UUID
    class_id: int
    score: float | None
    doubt: float | None
    px: dict[str, float | None]
    um: dict[str, float | None] | None


class ImageMeasurements(Schema):
    """All objects of one frame with their measures."""

    image_id: UUID
    frame: int
    revision: int
    pixel_size_um: float | None
    data: list[ObjectMeasurements]
