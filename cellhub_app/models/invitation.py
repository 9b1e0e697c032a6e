"""Invitations into projects, to addresses that may have no account yet."""

from sqlalchemy import CheckConstraint, Index, func, text
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class Invitation(Table, table=True):
    """A role that waits for whoever reads the letter; open until accepted, revoked or too old. Only the hash of its secret is stored."""

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_open",
            "project_id",
            func.lower(text("email")),
            unique=True,
            postgresql_where=text("accepted_at is null and revoked_at is null"),
        ),
        Index("ix_invitation_email", func.lower(text("email"))),
        CheckConstraint("role in ('viewer', 'annotator', 'editor', 'owner')", name="role"),
    )

    id: UUID = key()
    project_id: UUID = reference("project.id")
    email: str = Field(max_length=254)
    role: str = Field(max_length=20)
    invited_by: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment(default_now=True)
    sent_at: datetime = moment(default_now=True)
    expires_at: datetime = moment(default_now=True)
    accepted_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
