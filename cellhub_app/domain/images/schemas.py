"""What doors show of images."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from cellhub_app.core.limits import NAME_MAX_LENGTH
from cellhub_app.domain.schema import Problem, Schema
from cellhub_app.models.image import Image

Sort = Literal["createdAt", "-createdAt", "name", "-name", "objectCount", "-objectCount", "doubt", "-doubt"]
Stage = Literal["uploaded", "ingesting", "ready", "failed", "queued", "running", "paused", "succeeded", "cancelled", "done"]


class SegmentationState(Schema):
    """Where an image's latest segmentation stands."""

    status: str
    job_id: UUID | None
    model: str | None
    error: Problem | None = None


class ImageView(Schema):
    """One image, as API.md says."""

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
    object_count: int | None
    doubt: float | None
    tags: list[str]
    created_at: datetime


class ImageFilters(Schema):
    """Which images of a project, in which order (newest first unless said otherwise)."""

    status: Stage | None = None
    q: str | None = Field(default=None, max_length=NAME_MAX_LENGTH)
    tag: str | None = Field(default=None, max_length=60)
    min_objects: int | None = Field(default=None, ge=0)
    max_objects: int | None = Field(default=None, ge=0)
    sort: Sort = "-createdAt"


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


class UploadAnswer(Schema):
    """What became of the files of one upload."""

    accepted: list[ImageView]
    refused: list[Refusal]


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
