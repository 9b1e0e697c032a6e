"""Images: what was uploaded, what was read from it, and where its segmentation stands."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, document, key, moment, reference


class ImageStatus(StrEnum):
    """How far reading the file has come."""

    UPLOADED = "uploaded"
    INGESTING = "ingesting"
    READY = "ready"
    FAILED = "failed"


PRESENT = text("deleted_at is null")
TRASHED = text("deleted_at is not null")
NOTHING = {"server_default": text("'{}'")}
FLAWED = "flaws <> '{}'"
# What filters ask of a row travels with every order, so that a page walks one index and touches only the rows that it shows.
STATE = ("status", "segmentation_status", "object_count")
_TRIGRAMS: dict[str, Any] = {"postgresql_using": "gin", "postgresql_ops": {"name": "gin_trgm_ops"}, "postgresql_where": PRESENT}


def _present(name: str, *columns: Any, **options: Any) -> Index:
    return Index(f"ix_image_project_{name}", "project_id", *columns, postgresql_where=PRESENT, **options)


def _sorted(name: str, *columns: Any, more: tuple[str, ...] = ()) -> Index:
    return _present(name, *columns, postgresql_include=[*STATE, *more])


class Image(Table, table=True):
    """One image. The segmentation_* columns repeat the latest job, so that a gallery page reads one table only.

    `revision` is the newest of its first frame, `outlines_revision` the newest whose outlines are drawn for the gallery. `flaws` is what is
    wrong with the picture itself (core/imaging/quality.py), told when it is read, and of stacks when at least
    half of their planes are segmented in one job.
    """

    __tablename__ = "image"
    __table_args__ = (
        Index("ix_image_project_trash", "project_id", text("created_at desc"), text("id desc"), postgresql_where=TRASHED),
        _sorted("created", text("created_at desc"), text("id desc")),
        _sorted("name", "name", "id"),
        _sorted("objects", text("coalesce(object_count, -1)"), "id"),
        _sorted("doubt", text("coalesce(doubt, -1)"), "id", more=("doubt",)),
        _present("status", "status", "segmentation_status", postgresql_include=["object_count"]),
        Index("ix_image_project_flawed", "project_id", postgresql_where=text(f"deleted_at is null and {FLAWED}")),
        Index("ix_image_search", "project_id", "name", "tags", **_TRIGRAMS),
        Index("ix_image_project_sha256", "project_id", "sha256"),
        UniqueConstraint("project_id", "upload_session", "upload_index"),
        CheckConstraint("status in ('uploaded', 'ingesting', 'ready', 'failed')", name="status"),
        CheckConstraint("pixel_size_um > 0", name="pixel_size"),
    )

    id: UUID = key()
    project_id: UUID = reference("project.id")
    uploaded_by: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    name: str = Field(max_length=255)
    status: str = Field(default=ImageStatus.UPLOADED, max_length=20)
    error: dict[str, str] | None = document(nullable=True)
    format: str | None = Field(default=None, max_length=20)
    width: int | None = None
    height: int | None = None
    channels: int | None = None
    bit_depth: int | None = None
    frames: int | None = None
    timepoints: int | None = None
    pixel_size_um: float | None = None
    pixel_size_origin: str | None = Field(default=None, max_length=20)
    bytes: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    segmentation_status: str | None = Field(default=None, max_length=20)
    segmentation_job_id: UUID | None = None
    segmentation_model: str | None = Field(default=None, max_length=40)
    segmentation_error: dict[str, str] | None = document(nullable=True)
    revision: int = 0
    outlines_revision: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    object_count: int | None = None
    doubt: float | None = None
    flaws: list[str] = Field(default_factory=list, sa_type=ARRAY(String(20)), nullable=False, sa_column_kwargs=NOTHING)  # type: ignore[call-overload]
    tags: list[str] = Field(default_factory=list, sa_type=ARRAY(String(60)), nullable=False)  # type: ignore[call-overload]
    upload_session: UUID | None = None
    upload_index: int | None = None
    created_at: datetime = moment(default_now=True)
    deleted_at: datetime | None = moment()


def storage_key(image_id: UUID, part: str) -> str:
    """Where a part of an image is kept: `original`, `display.webp`, `thumbnail.webp`, `overlay-<revision>.webp`."""
    return f"images/{image_id}/{part}"


INCOMING = "incoming"


def incoming_key(image_id: UUID) -> str:
    """Where the bytes of an image wait for their checks; only then they become its `original`."""
    return f"{INCOMING}/{image_id}"
