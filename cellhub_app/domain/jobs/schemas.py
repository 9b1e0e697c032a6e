"""What doors show of batches, jobs and workers, and what callers hand in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field

from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.domain.schema import Parameters, Problem, Schema
from cellhub_app.models.job import Batch

KEEP_HAND_MADE = "keep_hand_made"
"""Among the parameters of a batch that leaves alone what people drew or changed."""
FRAMES = "frames"
"""Among the parameters of a batch that is not for the first planes of its images: "all", or numbers as in core/imaging/planes.py."""


@dataclass(frozen=True)
class NewJob:
    """A job to be added: an image to be read or tried out, an export to be made, annotations to be read."""

    kind: JobKind
    user_id: UUID
    project_id: UUID
    image_id: UUID | None = None
    export_id: UUID | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    priority: int = 0


class BatchCounts(Schema):
    """How many images of a batch stand where; paused ones count as queued."""

    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        """Images that are not finished."""
        return self.queued + self.running


class Eta(Schema):
    """Seconds until the end, as a range that holds nine times in ten."""

    low_seconds: int
    high_seconds: int


class Working(Schema):
    """A large image that a worker has in hand, and which share of the work on it is done, 0 to 1."""

    job_id: UUID
    image_id: UUID
    name: str
    progress: float


class BatchView(Schema):
    """A batch as doors show it; `position` is that of its next image in the whole line, 1 is the head.

    `working`: those of its images that take minutes, because they are too large to be worked on as a whole, while a worker has them.
    """

    id: UUID
    project_id: UUID
    status: JobStatus
    model: str
    parameters: Parameters
    counts: BatchCounts
    notify: bool = False
    position: int | None = None
    eta: Eta | None = None
    working: list[Working] = Field(default_factory=list)
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @classmethod
    def of(
        cls, batch: Batch, counts: BatchCounts, position: int | None = None, eta: Eta | None = None, working: Sequence[Working] = ()
    ) -> Self:
        """The row with what is counted beside it."""
        names = ("id", "project_id", "status", "model", "parameters", "notify", "created_at", "started_at", "finished_at")
        return cls(**{name: getattr(batch, name) for name in names}, counts=counts, position=position, eta=eta, working=[*working])


class Starter(Schema):
    """The person who pressed "Segment"; the address picks their colour and is not shown."""

    id: UUID
    name: str
    email: str = Field(default="", exclude=True)


class BatchLine(BatchView):
    """A batch among those of several projects: whose it is, and whether the caller may steer it."""

    project_name: str
    started_by: Starter | None
    can_edit: bool


class FailedImage(Schema):
    """An image that failed."""

    id: UUID
    name: str


class Cause(Schema):
    """Images that failed for one reason: how many, how many of them can be tried again, and the first few."""

    code: str
    detail: str
    images: int
    retryable: int
    examples: list[FailedImage]


class EndedBatch(BatchLine):
    """A batch that ended, and why images of it failed (the most frequent causes); `retryable` counts those of all causes."""

    retryable: int = 0
    causes: list[Cause] = Field(default_factory=list)


class Throughput(Schema):
    """Images that were segmented in each minute, oldest first; the last minute, which is not over, begins at `until`."""

    until: datetime
    minutes: list[int]


class Steered(Schema):
    """What became of several batches at once: how many images moved, and the batches that they belong to."""

    images: int
    batches: list[BatchView]


class JobView(Schema):
    """A job as doors show it; `timings` are seconds. `progress` is told while a large image is worked on: the share done, 0 to 1."""

    id: UUID
    kind: JobKind
    status: JobStatus
    project_id: UUID
    batch_id: UUID | None
    image_id: UUID | None
    export_id: UUID | None
    model: str | None
    parameters: Parameters
    attempt: int
    error: Problem | None
    timings: dict[str, float]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: float | None = None


class JobLogView(Schema):
    """One line of a job's log."""

    level: str
    message: str
    created_at: datetime


class WorkerView(Schema):
    """A worker that lives: it wrote this within the last seconds."""

    name: str
    kind: str
    device: str | None = None
    model: str | None = None
    images_per_second: float = 0.0
    started_at: datetime


class QueueView(Schema):
    """Unfinished batches of the caller's projects, how much is in line in all, and the workers."""

    batches: list[BatchLine]
    queued: int
    running: int
    workers: list[WorkerView]
