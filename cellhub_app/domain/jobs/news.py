"""What is told live about jobs and batches: one shape for each, whoever tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.schemas import BatchView

_READING = {
    JobStatus.QUEUED: "uploaded", JobStatus.RUNNING: "ingesting", JobStatus.SUCCEEDED: "ready", JobStatus.FAILED: "failed",
}  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """Which job, and what it is about."""

    kind: JobKind
    id: UUID
    project_id: UUID
    batch_id: UUID | None = None
    image_id: UUID | None = None
    export_id: UUID | None = None
    model: str | None = None

    @classmethod
    def of(cls, job: Claimed | Mapping[str, Any]) -> Self:
        """The subject of a claimed job or of a row that has these columns."""
        row = vars(job) if isinstance(job, Claimed) else job
        return cls(JobKind(row["kind"]), row["id"], row["project_id"], row["batch_id"], row["image_id"], row["export_id"], row["model"])


def job_event(subject: Subject, status: JobStatus, *, error: dict[str, str] | None = None, **more: Any) -> Event:
    """Where a job stands, as the event of its kind; `more` are further fields that a gallery shows."""
    if subject.kind is JobKind.SEGMENT:
        names = {"imageId": subject.image_id, "jobId": subject.id, "batchId": subject.batch_id, "model": subject.model}
        return Event(EventType.SEGMENTATION_STATUS, subject.project_id, data={**names, "status": status, "error": error, **more})
    if subject.kind is JobKind.INGEST:
        data = {"imageId": subject.image_id, "status": _READING.get(status, status), "error": error, **more}
        return Event(EventType.IMAGE_STATUS, subject.project_id, data=data)
    if subject.kind is JobKind.TRIAL:
        data = {"jobId": subject.id, "imageId": subject.image_id, "status": status, "error": error, **more}
        return Event(EventType.TRIAL_STATUS, subject.project_id, data=data)
    if subject.kind is JobKind.IMPORT:
        data = {"jobId": subject.id, "status": status, "error": error, **more}
        return Event(EventType.IMPORT_STATUS, subject.project_id, data=data)
    data = {"exportId": subject.export_id, "status": status, "error": error, **more}
    return Event(EventType.EXPORT_PROGRESS, subject.project_id, data=data)


def headway_event(job: Claimed, share: float) -> Event:
    """How far a worker is with a large image; it says nothing of the status, which somebody may have changed meanwhile."""
    names = {"imageId": job.image_id, "jobId": job.id, "batchId": job.batch_id}
    return Event(EventType.SEGMENTATION_PROGRESS, job.project_id, data={**names, "progress": round(share, 3)})


def batch_event(view: BatchView) -> Event:
    """How far a batch is."""
    seen = view.model_dump(mode="json", by_alias=True, include={"status", "counts", "position", "eta"})
    return Event(EventType.QUEUE_UPDATE, view.project_id, data={"batchId": view.id, **seen})


def finished_event(view: BatchView, user_id: UUID | None) -> Event:
    """That a batch ended, once, for whoever wants to be told; `startedBy` is the person who asked for it."""
    seen = view.model_dump(mode="json", by_alias=True, include={"status", "counts", "model"})
    return Event(EventType.BATCH_FINISHED, view.project_id, data={"batchId": view.id, "startedBy": user_id, **seen})
