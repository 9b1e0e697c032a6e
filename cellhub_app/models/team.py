"""Teams: groups of people with which projects are shared at once."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class TeamRole(StrEnum):
    """What a member may do in a team, from least to most."""

    MEMBER = "member"
    MANAGER = "manager"


class ShareRole(StrEnum):
    """What a team's people may do in a project, from least to most; a team never owns."""

    VIEWER = "viewer"
    ANNOTATOR = "annotator"
    EDITOR = "editor"


class Team(Table, table=True):
    """A group of people."""

    __tablename__ = "team"
    __table_args__ = (Index("ix_team_created", "created_at", "id"),)

    id: UUID = key()
    name: str = Field(max_length=200)
    created_by: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    created_at: datetime = moment(default_now=True)


class TeamMember(Table, table=True):
    """A person's place in a team."""

    __tablename__ = "team_member"
    __table_args__ = (CheckConstraint("role in ('member', 'manager')", name="role"),)

    team_id: UUID = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="app_user.id", primary_key=True, ondelete="CASCADE", index=True)
    role: str = Field(max_length=20)
    created_at: datetime = moment(default_now=True)


class TeamShare(Table, table=True):
    """A project that is shared with a team, and what its people may do there."""

    __tablename__ = "team_share"
    __table_args__ = (CheckConstraint("role in ('viewer', 'annotator', 'editor')", name="role"),)

    project_id: UUID = Field(foreign_key="project.id", primary_key=True, ondelete="CASCADE")
    team_id: UUID = Field(foreign_key="team.id", primary_key=True, ondelete="CASCADE", index=True)
    role: str = Field(max_length=20)
    created_at: datetime = moment(default_now=True)
