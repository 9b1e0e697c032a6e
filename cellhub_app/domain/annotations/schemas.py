"""Polygons, revisions and measurements: what comes in and what doors show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from cellhub_app.domain.schema import Parameters, Schema

OBJECTS_PER_EDIT = 10_000
EDITS_AT_ONCE = 100


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
    """What a model found in one frame of one image; the objects `kept` (id -> outline), which are there already, stay beside it."""

    image_id: UUID
    job_id: UUID
    model: str
    weights_sha256: str | None
    objects: Sequence[NewObject]
    parameters: dict[str, Any] = field(default_factory=dict)
    frame: int = 0
    kept: Mapping[UUID, bytes] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Objects of the frame once it is stored."""
        return len(self.objects) + len(self.kept)


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


class EditStep(Schema):
    """One change made by hand, and a revision of its own; `undoes` is the `editId` of the caller's edit that it takes back."""

    edit_id: UUID
    removed: list[UUID] = Field(default_factory=list, max_length=OBJECTS_PER_EDIT)
    added: list[AddedObject] = Field(default_factory=list, max_length=OBJECTS_PER_EDIT)
    note: str = Field(default="", max_length=4000)
    undoes: UUID | None = None


class Edit(EditStep):
    """A change made by hand against `baseRevision`, and those made `then`; the same `editId` again gives the first answer.

    All of them are stored, or none is. `authorId` says who made them, where that may be another than who is signed in by now.
    """

    base_revision: int = Field(ge=0)
    author_id: UUID | None = None
    then: list[EditStep] = Field(default_factory=list, max_length=EDITS_AT_ONCE - 1)

    @property
    def steps(self) -> tuple[EditStep, ...]:
        """This change and those after it, in their order."""
        return (self, *self.then)


class EditAnswer(Schema):
    """The newest revision that an edit made, and where it had several steps, that of each."""

    revision: int
    revisions: list[int] | None = None


class RevisionChanges(Schema):
    """What a revision removed and added, as GeoJSON features with `classId`, `score`, `doubt`, `areaPx` and `parents` as properties."""

    revision: int
    kind: str
    author_id: UUID | None
    edit_id: UUID | None
    note: str
    removed: list[dict[str, Any]]
    added: list[dict[str, Any]]


class UndoStep(Schema):
    """An edit that its author can take back: undo or redo is an edit that turns round what `revision` changed and `undoes` `editId`."""

    revision: int
    edit_id: UUID
    note: str


class UndoSteps(Schema):
    """The newest revision, and the caller's steps, oldest first: the last one of each list is the next to undo, or to redo."""

    revision: int
    undo: list[UndoStep]
    redo: list[UndoStep]


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
    edit_id: UUID | None
    undoes: int | None
    model: str | None
    weights_sha256: str | None
    parameters: Parameters
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
    """The measures of one object, in pixels and, when the pixel size is known, in micrometres.

    `pending`: it was drawn or changed a moment ago, and a worker still reads its intensities from the file; they are left out until then.
    """

    id: UUID
    image_id: UUID
    class_id: int
    score: float | None
    doubt: float | None
    px: dict[str, float | None]
    um: dict[str, float | None] | None
    pending: bool = False


class ImageMeasurements(Schema):
    """All objects of one frame with their measures."""

    image_id: UUID
    frame: int
    revision: int
    pixel_size_um: float | None
    data: list[ObjectMeasurements]
