"""Work: batches of jobs, their log, and whose turn it is."""

from sqlalchemy import REAL, CheckConstraint, Index, SmallInteger, text
from sqlmodel import Field

from cellhub_app.core.queue import JobStatus
from cellhub_app.models.base import UUID, Table, datetime, document, key, moment, reference

STATUSES = "status in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')"


class Batch(Table, table=True):
    """One press of "Segment": a model and its parameters over many images.

    `card_pace` is what the model's card promised: seconds a megapixel.
    """

    __tablename__ = "batch"
    __table_args__ = (
        Index("ix_batch_project_created", "project_id", "created_at", "id"),
        Index("ix_batch_unfinished", "project_id", postgresql_where=text("finished_at is null")),
        Index("ix_batch_ended", "project_id", text("finished_at desc"), text("id desc"), postgresql_where=text("finished_at is not null")),
        Index("ix_batch_letter", "id", postgresql_where=text("notify and notified_at is null")),
        CheckConstraint(STATUSES, name="status"),
    )

    id: UUID = key()
    project_id: UUID = reference("project.id")
    user_id: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    status: str = Field(default=JobStatus.QUEUED, max_length=20)
    model: str = Field(max_length=40)
    parameters: dict[str, object] = document()
    card_pace: float | None = Field(default=None, sa_type=REAL)
    notify: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    notified_at: datetime | None = moment()
    created_at: datetime = moment(default_now=True)
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()


class Job(Table, table=True):
    """One piece of work. A worker owns it while `lease_id` is its own and `lease_until` has not passed.

    `megapixels` is the size of the image to segment, null until it was read: what is left of a batch is summed from an index alone.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_claim", "kind", "user_id", text("priority desc"), "id", postgresql_where=text("status = 'queued'")),
        Index("ix_job_lease", "lease_until", postgresql_where=text("status = 'running'")),
        Index("ix_job_batch_status", "batch_id", "status", postgresql_include=["megapixels"]),
        Index("ix_job_image", "image_id"),
        Index(
            "ix_job_throughput",
            "project_id",
            text("finished_at desc"),
            postgresql_where=text("kind = 'segment' and status = 'succeeded'"),
        ),
        Index("ix_job_kind_finished", "kind", text("finished_at desc"), postgresql_where=text("status = 'succeeded'")),
        CheckConstraint(STATUSES, name="status"),
    )

    id: UUID = key()
    kind: str = Field(max_length=20)
    user_id: UUID = reference("app_user.id")
    project_id: UUID = reference("project.id")
    batch_id: UUID | None = reference("batch.id", nullable=True)
    image_id: UUID | None = reference("image.id", nullable=True)
    export_id: UUID | None = reference("export.id", nullable=True, index=True)
    model: str | None = Field(default=None, max_length=40)
    parameters: dict[str, object] = document()
    megapixels: float | None = Field(default=None, sa_type=REAL)
    status: str = Field(default=JobStatus.QUEUED, max_length=20)
    priority: int = Field(default=0, sa_type=SmallInteger)
    attempt: int = Field(default=0, sa_type=SmallInteger)
    run_after: datetime = moment(default_now=True)
    lease_id: UUID | None = None
    lease_until: datetime | None = moment()
    worker: str | None = Field(default=None, max_length=100)
    error: dict[str, str] | None = document(nullable=True)
    timings: dict[str, float] = document()
    created_at: datetime = moment(default_now=True)
    started_at: datetime | None = moment()
    finished_at: datetime | None = moment()


class JobLog(Table, table=True):
    """What happened to a job, for people."""

    __tablename__ = "job_log"

    id: UUID = key()
    job_id: UUID = reference("job.id", index=True)
    level: str = Field(default="info", max_length=10)
    message: str = Field(max_length=2000)
    created_at: datetime = moment(default_now=True)


class Turn(Table, table=True):
    """When a user was last served; the one who waited longest is next."""

    __tablename__ = "turn"
    __table_args__ = (Index("ix_turn_kind_served", "kind", "served_at"),)

    kind: str = Field(primary_key=True, max_length=20)
    user_id: UUID = Field(foreign_key="app_user.id", primary_key=True, ondelete="CASCADE")
    served_at: datetime = moment(default_now=True)
