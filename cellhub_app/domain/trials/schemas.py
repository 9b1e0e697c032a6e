"""What is asked of trials, what a worker brings, and what doors show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.schema import Parameters, Problem, Schema


@dataclass(frozen=True)
class NewTrial:
    """One model to be tried on one plane of an image by a job."""

    id: UUID
    image_id: UUID
    job_id: UUID
    model: str
    weights_sha256: str | None
    parameters: dict[str, Any]
    frame: int = 0


@dataclass(frozen=True)
class Result:
    """What a worker found; `agreement` and `truth` as `Trial` keeps them."""

    trial_id: UUID
    object_count: int
    doubt: float | None
    seconds: float
    agreement: dict[str, Any] | None = None
    truth: dict[str, int] | None = None


class TrialView(Schema):
    """One model on one plane (`frame`) of an image; `seconds` is what the worker computed."""

    id: UUID
    image_id: UUID
    frame: int
    face_off_id: UUID | None
    job_id: UUID
    model: str
    parameters: Parameters
    status: JobStatus
    error: Problem | None
    object_count: int | None
    doubt: float | None
    seconds: float | None
    agreement: dict[str, Any] | None
    truth: dict[str, int] | None


class Standing(Schema):
    """One model over all images of a face-off.

    `ap50`, `f1` and `dice` compare with corrected revisions, pooled over the `corrected` images that have one; null where none has.
    `contested` counts objects for which some other model has no partner at an IoU of 0.5.
    """

    model: str
    done: int
    failed: int
    objects: int
    contested: int
    seconds: float
    doubt: float | None
    corrected: int
    ap50: float | None
    f1: float | None
    dice: float | None


class FaceOffView(Schema):
    """A face-off with its trials; `disagreement` is, for each image, the share of foreground pixels that not all models call so.

    `frames` is the plane of each image that is compared: timepoint * slices + slice, counted from 0.
    """

    id: UUID
    project_id: UUID
    models: list[str]
    image_ids: list[UUID]
    frames: dict[UUID, int]
    chosen_model: str | None
    status: JobStatus
    trials: list[TrialView]
    standings: list[Standing]
    disagreement: dict[UUID, float]
    created_at: datetime


class FaceOffSummary(Schema):
    """A face-off in a list."""

    id: UUID
    models: list[str]
    image_ids: list[UUID]
    chosen_model: str | None
    created_at: datetime
