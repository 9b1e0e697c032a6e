"""Exports: a ZIP made by a worker, kept until it expires."""

from typing import Any

from sqlalchemy import REAL, BigInteger, CheckConstraint, Index, String, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from cellhub_app.core.queue import JobStatus
from cellhub_app.models.base import UUID, Table, datetime, document, key, moment, reference
from cellhub_app.models.job import STATUSES


class Export(Table, table=True):
    """One requested export; `image_ids` null means every image of the project, `options` null that nothing else was chosen."""

    __tablename__ = "export"
    __table_args__ = (
        Index("ix_export_project_created", "project_id", "created_at", "id"),
        CheckConstraint(STATUSES, name="status"),
    )

    id: UUID = key()
    project_id: UUID = reference("project.id")
    user_id: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    status: str = Field(default=JobStatus.QUEUED, max_length=20)
    progress: float = Field(default=0.0, sa_type=REAL)
    formats: list[str] = Field(default_factory=list, sa_type=ARRAY(String(20)), nullable=False)  # type: ignore[call-overload]
    image_ids: list[UUID] | None = Field(default=None, sa_type=ARRAY(Uuid), nullable=True)  # type: ignore[call-overload]
    options: dict[str, Any] | None = document(nullable=True)
    bytes: int | None = Field(default=None, sa_type=BigInteger)
    error: dict[str, str] | None = document(nullable=True)
    created_at: datetime = moment(default_now=True)
    finished_at: datetime | None = moment()
    expires_at: datetime | None = moment()


def storage_key(export_id: UUID) -> str:
    """Where the ZIP of an export is kept."""
    return f"exports/{export_id}.zip"
