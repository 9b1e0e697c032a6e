"""Polygons as an append-only log: a segmentation, its revisions, and the objects they added and removed."""

from enum import StrEnum

from sqlalchemy import REAL, CheckConstraint, Index, LargeBinary, SmallInteger, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, document, key, moment, reference

SHAPES = 23  # measures of shape, which a vector begins with: one of this length still lacks those of intensity
_LACKS_INTENSITIES = text(f"removed_revision is null and cardinality(measures) = {SHAPES}")


class RevisionKind(StrEnum):
    """What made a revision."""

    MODEL = "model"
    EDIT = "edit"
    IMPORT = "import"
    RESTORE = "restore"


class Segmentation(Table, table=True):
    """The objects of one image and frame; `head` is its newest revision."""

    __tablename__ = "segmentation"
    __table_args__ = (UniqueConstraint("image_id", "frame"),)

    id: UUID = key()
    image_id: UUID = reference("image.id")
    frame: int = 0
    head: int = 0
    created_at: datetime = moment(default_now=True)


class Revision(Table, table=True):
    """One change of a segmentation and what made it: `undoes` is the number of the edit that it takes back.

    `object_count` is that of the frame once the change is made; an image counts those of all its frames.
    """

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("segmentation_id", "number"),
        UniqueConstraint("job_id", "segmentation_id"),
        UniqueConstraint("segmentation_id", "edit_id"),
        CheckConstraint("kind in ('model', 'edit', 'import', 'restore')", name="kind"),
    )

    id: UUID = key()
    segmentation_id: UUID = reference("segmentation.id")
    number: int
    kind: str = Field(max_length=20)
    author_id: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    job_id: UUID | None = None
    edit_id: UUID | None = None
    undoes: int | None = None
    model: str | None = Field(default=None, max_length=40)
    weights_sha256: str | None = Field(default=None, max_length=64)
    parameters: dict[str, object] = document()
    note: str = Field(default="", max_length=4000)
    added: int = 0
    removed: int = 0
    object_count: int = 0
    created_at: datetime = moment(default_now=True)


class Object(Table, table=True):
    """One polygon from the revision that added it to the one that removed it; `measures` follow METRICS version `measures_version`."""

    __tablename__ = "object"
    __table_args__ = (
        Index("ix_object_present", "segmentation_id", "id", postgresql_where=text("removed_revision is null")),
        Index("ix_object_lacks_intensities", "segmentation_id", postgresql_where=_LACKS_INTENSITIES),
    )

    segmentation_id: UUID = Field(foreign_key="segmentation.id", primary_key=True, ondelete="CASCADE")
    id: UUID = Field(primary_key=True)
    added_revision: int = Field(primary_key=True)
    removed_revision: int | None = None
    parents: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid), nullable=False)  # type: ignore[call-overload]
    class_id: int = Field(default=0, sa_type=SmallInteger)
    score: float | None = Field(default=None, sa_type=REAL)
    doubt: float | None = Field(default=None, sa_type=REAL)
    area_px: float = Field(sa_type=REAL)
    bbox: list[float] = Field(sa_type=ARRAY(REAL), nullable=False)  # type: ignore[call-overload]
    geometry: bytes = Field(sa_type=LargeBinary)
    measures_version: int = Field(default=1, sa_type=SmallInteger)
    measures: list[float] = Field(default_factory=list, sa_type=ARRAY(REAL), nullable=False)  # type: ignore[call-overload]
