"""Models tried out: previews of one image, and face-offs of several models. None of it is a revision; it is forgotten after days."""

from sqlalchemy import REAL, CheckConstraint, Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from cellhub_app.core.queue import JobStatus
from cellhub_app.models.base import UUID, Table, datetime, document, key, moment, reference
from cellhub_app.models.job import STATUSES


class FaceOff(Table, table=True):
    """Several models on the same few images, to be compared until somebody chooses one."""

    __tablename__ = "face_off"
    __table_args__ = (Index("ix_face_off_project_created", "project_id", "created_at", "id"),)

    id: UUID = key()
    project_id: UUID = reference("project.id")
    user_id: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    models: list[str] = Field(default_factory=list, sa_type=ARRAY(String(40)), nullable=False)  # type: ignore[call-overload]
    image_ids: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid), nullable=False)  # type: ignore[call-overload]
    chosen_model: str | None = Field(default=None, max_length=40)
    created_at: datetime = moment(default_now=True)


class Trial(Table, table=True):
    """What one model with certain parameters found in one plane of an image, its frame; without a face-off it is a preview, of the first.

    Its outlines lie in the storage. `agreement` says how the other models of the face-off see it, `truth` how a corrected revision does.
    """

    __tablename__ = "trial"
    __table_args__ = (
        Index("ix_trial_preview", "image_id", "model", postgresql_where=text("face_off_id is null")),
        CheckConstraint(STATUSES, name="status"),
    )

    id: UUID = key()
    project_id: UUID = reference("project.id")
    image_id: UUID = reference("image.id", index=True)
    frame: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    face_off_id: UUID | None = reference("face_off.id", nullable=True, index=True)
    job_id: UUID = reference("job.id", index=True)
    user_id: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    model: str = Field(max_length=40)
    weights_sha256: str | None = Field(default=None, max_length=64)
    parameters: dict[str, object] = document()
    status: str = Field(default=JobStatus.QUEUED, max_length=20)
    error: dict[str, str] | None = document(nullable=True)
    object_count: int | None = None
    doubt: float | None = Field(default=None, sa_type=REAL)
    seconds: float | None = Field(default=None, sa_type=REAL)
    agreement: dict[str, object] | None = document(nullable=True)
    truth: dict[str, int] | None = document(nullable=True)
    created_at: datetime = moment(default_now=True)
    finished_at: datetime | None = moment()


TRIALS, MAPS = "trials", "maps"


def outlines_key(trial_id: UUID) -> str:
    """Where the outlines of a trial are kept."""
    return f"{TRIALS}/{trial_id}.outlines"


def disagreement_key(face_off_id: UUID, image_id: UUID) -> str:
    """Where the picture of what the models of a face-off disagree about in an image is kept."""
    return f"{TRIALS}/{face_off_id}/{image_id}.webp"


def picture_key(face_off_id: UUID, image_id: UUID, part: str) -> str:
    """Where the picture (`display`, `thumbnail`) of the plane of an image is kept, if it is not the first, which has pictures anyway."""
    return f"{TRIALS}/{face_off_id}/{image_id}-{part}.webp"


def maps_key(image_id: UUID, model: str, weights_sha256: str | None, channel: int = 0, frame: int = 0) -> str:
    """Where what a network saw in a channel of a plane is kept."""
    return f"{MAPS}/{image_id}-{model}-{(weights_sha256 or 'none')[:12]}-{channel}-{frame}"
