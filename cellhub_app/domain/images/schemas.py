"""What doors show of images."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import Field, PrivateAttr, field_validator

from cellhub_app.core.errors import Invalid
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.core.limits import NAME_MAX_LENGTH
from cellhub_app.domain.schema import Problem, Schema
from cellhub_app.models.image import Image

HOLDING_MAX_LENGTH = 4000
Sort = Literal["createdAt", "-createdAt", "name", "-name", "objectCount", "-objectCount", "doubt", "-doubt"]
Stage = Literal[
    "uploaded", "ingesting", "ready", "failed",  # the status of an image
    "queued", "running", "paused", "succeeded", "cancelled", "done",  # of its latest segmentation
    "unsegmented", "unsuccessful",  # ready and never segmented; could not be read, or its segmentation failed
]  # fmt: skip


class SegmentationState(Schema):
    """Where an image's latest segmentation stands."""

    status: str
    job_id: UUID | None
    model: str | None
    error: Problem | None = None


class ImageView(Schema):
    """One image, as API.md says. `outlinesRevision` is the revision whose outlines `overlay` has; it follows edits in a moment."""

    id: UUID
    project_id: UUID
    name: str
    status: str
    error: Problem | None
    segmentation: SegmentationState | None
    width: int | None
    height: int | None
    channels: int | None
    bit_depth: int | None
    frames: int | None
    timepoints: int | None
    pixel_size_um: float | None
    pixel_size_origin: str | None
    bytes: int
    sha256: str
    revision: int
    outlines_revision: int = 0
    object_count: int | None
    doubt: float | None
    flaws: list[str] = Field(
        default_factory=list,
        description="what is wrong with the picture: empty, saturated, blurred; of stacks this is told once half of their "
        "planes are segmented in one job",
    )
    tags: list[str]
    created_at: datetime
    deleted_at: datetime | None


class ImageFilters(Schema):
    """Which images of a project, in which order (newest first unless said otherwise)."""

    status: Stage | None = Field(
        default=None,
        description="uploaded, ingesting, ready, failed: of the image; queued, running, paused, succeeded (or done), cancelled: of its "
        "latest segmentation; unsegmented: ready and never segmented; unsuccessful: could not be read, or its segmentation failed",
    )
    q: str | None = Field(default=None, max_length=NAME_MAX_LENGTH)
    tag: str | None = Field(default=None, max_length=60)
    flaw: Flaw | Literal["any", "none"] | None = Field(
        default=None,
        description="pictures that look empty, saturated or blurred; any of these; none: those that were read and showed no flaw, "
        "also stacks whose planes were not segmented yet",
    )
    min_objects: int | None = Field(default=None, ge=0)
    max_objects: int | None = Field(default=None, ge=0)
    trashed: bool = False
    sort: Sort = "-createdAt"
    holding: str | None = Field(
        default=None, max_length=HOLDING_MAX_LENGTH,
        description="the query of `/results`, as `where=area_px2:100..500&condition=control`: images that hold such objects",
    )  # fmt: skip
    _among: tuple[UUID, ...] | None = PrivateAttr(default=None)

    @property
    def among(self) -> tuple[UUID, ...] | None:
        """The images that hold what `holding` asks for. Raises Invalid where nobody has looked: these must not pass for all."""
        if self.holding and self._among is None:
            raise Invalid("Images can't be chosen here by the objects that they hold.")
        return self._among

    def held_by(self, images: Sequence[UUID]) -> Self:
        """The same with the images that hold what was asked for."""
        found = self.model_copy()
        found._among = tuple(images)
        return found


class ImageCounts(Schema):
    """How many images of a project are where."""

    total: int = 0
    done: int = 0
    queued: int = 0
    running: int = 0
    failed: int = 0
    reading: int = 0
    ready: int = 0
    objects: int = 0
    unreadable: int = 0


class Room(Schema):
    """Bytes of a project's storage: the files as they were uploaded, those of them in the trash, and raw tiles made of them."""

    files: int
    trashed: int
    tiles: int


class ImageChange(Schema):
    """What may be changed of an image by hand."""

    name: str | None = Field(default=None, min_length=1, max_length=255)
    tags: list[str] | None = Field(default=None, max_length=50)
    pixel_size_um: float | None = Field(default=None, gt=0, le=10_000)

    @field_validator("tags")
    @classmethod
    def _clean_tags(cls, tags: list[str] | None) -> list[str] | None:
        if tags is None:
            return None
        cleaned = [" ".join(tag.split())[:60] for tag in tags]
        return sorted({tag for tag in cleaned if tag})


class Refusal(Schema):
    """A file that was not taken, and why."""

    name: str
    code: str
    detail: str


class FileOutcome(Schema):
    """What became of one file that was sent; `image_id` is the image made of it, or the one that was there already."""

    index: int | None
    state: Literal["received", "duplicate", "refused"]
    reason: str | None = None
    image_id: UUID | None = None


class UploadAnswer(Schema):
    """What became of the files of one upload; `files` has one entry for each, in the order in which they came."""

    accepted: list[ImageView]
    refused: list[Refusal]
    files: list[FileOutcome] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image as it comes in: nothing of it has been read yet. With an error it has failed already."""

    id: UUID
    name: str
    bytes: int
    sha256: str
    upload_index: int | None = None
    error: Problem | None = None


def new_image_view(project_id: UUID, row: NewImage, created_at: datetime) -> ImageView:
    """The row that is made of a new image, as the API shows it."""
    return ImageView.model_construct(
        id=row.id, project_id=project_id, name=row.name, status="failed" if row.error else "uploaded", error=row.error, segmentation=None,
        width=None, height=None, channels=None, bit_depth=None, frames=None, timepoints=None, pixel_size_um=None, pixel_size_origin=None,
        bytes=row.bytes, sha256=row.sha256, revision=0, outlines_revision=0, object_count=None, doubt=None, flaws=[], tags=[],
        created_at=created_at, deleted_at=None,
    )  # fmt: skip


_SEGMENTATION = ("segmentation_status", "segmentation_job_id", "segmentation_model", "segmentation_error")
_PLAIN = tuple(name for name in ImageView.model_fields if name != "segmentation")
_WORDS = tuple(ImageView.model_fields[name].alias or name for name in _PLAIN)
COLUMNS: tuple[Any, ...] = tuple(getattr(Image, name) for name in (*_PLAIN, *_SEGMENTATION))
"""What an ImageView is made of; the id comes first."""


def image_view(row: Image) -> ImageView:
    """The row as the API shows it."""
    return listed_view([getattr(row, name) for name in (*_PLAIN, *_SEGMENTATION)])


def image_json(row: Sequence[Any]) -> dict[str, Any]:
    """What ImageView says of a row of COLUMNS, as plain values under the words of the API: for lists, where each object costs."""
    shown = dict(zip(_WORDS, row, strict=False))
    if shown["error"]:
        shown["error"] = _problem(shown["error"])
    status, job_id, model, error = row[len(_WORDS) : len(_WORDS) + len(_SEGMENTATION)]
    shown["segmentation"] = status and {"status": status, "jobId": job_id, "model": model, "error": _problem(error) if error else None}
    return shown


def listed_view(row: Sequence[Any]) -> ImageView:
    """A row of COLUMNS as the API shows it."""
    return ImageView.model_validate(image_json(row))


def _problem(stored: dict[str, str]) -> dict[str, str]:
    return {"code": stored["code"], "detail": stored["detail"]}
