"""Uploads: the files of one drop, and large files on their way in."""

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class UploadSession(Table, table=True):
    """One drop of files, or the members of one archive (then its id is that of the archive's image).

    The counts repeat what `upload_file` says, so that a list of sessions reads one table only.
    """

    __tablename__ = "upload_session"
    __table_args__ = (Index("ix_upload_session_owner", "project_id", "user_id", text("created_at desc"), text("id desc")),)

    id: UUID = key()
    project_id: UUID = reference("project.id")
    user_id: UUID = reference("app_user.id", index=True)
    is_archive: bool = False
    needed: int = 0
    received: int = 0
    duplicate: int = 0
    refused: int = 0
    bytes_total: int = Field(default=0, sa_type=BigInteger)
    bytes_received: int = Field(default=0, sa_type=BigInteger)
    created_at: datetime = moment(default_now=True, index=True)
    finished_at: datetime | None = moment()
    cancelled_at: datetime | None = moment()


class UploadFile(Table, table=True):
    """One file of a session, by its place in the list that began it."""

    __tablename__ = "upload_file"
    __table_args__ = (CheckConstraint("state in ('needed', 'received', 'duplicate', 'refused')", name="state"),)

    session_id: UUID = Field(foreign_key="upload_session.id", primary_key=True, ondelete="CASCADE")
    index: int = Field(primary_key=True)
    name: str = Field(max_length=400)
    path: str = Field(max_length=4000)
    size: int = Field(sa_type=BigInteger)
    last_modified: int | None = Field(default=None, sa_type=BigInteger)
    state: str = Field(max_length=10)
    reason: str | None = Field(default=None, max_length=1000)
    image_id: UUID | None = None


class ResumableUpload(Table, table=True):
    """A large file on its way in by tus. How much has come is the size of its temporary file; `done_at`: it was taken in."""

    __tablename__ = "resumable_upload"

    id: UUID = key()
    project_id: UUID = reference("project.id", index=True)
    user_id: UUID = reference("app_user.id", index=True)
    session_id: UUID | None = None
    index: int | None = None
    name: str = Field(max_length=400)
    length: int = Field(sa_type=BigInteger)
    created_at: datetime = moment(default_now=True, index=True)
    done_at: datetime | None = moment()
