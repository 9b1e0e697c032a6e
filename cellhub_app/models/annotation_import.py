"""Imports of annotations: files of other tools, read by a worker and kept as a report."""

from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from cellhub_app.core.queue import JobStatus
from cellhub_app.models.base import UUID, Table, datetime, document, key, moment, reference
from cellhub_app.models.job import STATUSES

IMPORTS = "imports"


class AnnotationImport(Table, table=True):
    """One import; `files` are their names and sizes in bytes, `report` is what became of what they hold once a worker has read them."""

    __tablename__ = "annotation_import"
    __table_args__ = (
        Index("ix_annotation_import_project_created", "project_id", "created_at", "id"),
        CheckConstraint(STATUSES, name="status"),
        CheckConstraint("mode in ('replace', 'add')", name="mode"),
    )

    id: UUID = key()
    project_id: UUID = reference("project.id")
    user_id: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    job_id: UUID = reference("job.id", index=True)
    format: str = Field(max_length=20)
    mode: str = Field(max_length=10)
    status: str = Field(default=JobStatus.QUEUED, max_length=20)
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB, nullable=False)  # type: ignore[call-overload]
    report: dict[str, Any] | None = document(nullable=True)
    error: dict[str, str] | None = document(nullable=True)
    created_at: datetime = moment(default_now=True)
    finished_at: datetime | None = moment()


def file_key(import_id: UUID, number: int) -> str:
    """Where a file of an import waits until it is read."""
    return f"{IMPORTS}/{import_id}/{number}"
