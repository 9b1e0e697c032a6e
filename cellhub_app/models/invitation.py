"""Invitations into projects and teams, to addresses that may have no account yet."""

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
        Index(
            "uq_invitation_open_team",
            "team_id",
            func.lower(text("email")),
            unique=True,
            postgresql_where=text("accepted_at is null and revoked_at is null"),
        ),
        Index("ix_invitation_email", func.lower(text("email"))),
        CheckConstraint(
            "project_id is not null and team_id is null and role in ('viewer', 'annotator', 'editor', 'owner')"
            " or project_id is null and team_id is not null and role in ('member', 'manager')",
            name="role",
        ),
    )

    id: UUID = key()
    project_id: UUID | None = reference("project.id", nullable=True)
    team_id: UUID | None = reference("team.id", nullable=True)
    email: str = Field(max_length=254)
    role: str = Field(max_length=20)
    invited_by: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = moment(default_now=True)
    sent_at: datetime = moment(default_now=True)
    expires_at: datetime = moment(default_now=True)
    accepted_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
