"""Projects and who takes part in them."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from cellhub_app.models.base import UUID, Table, datetime, key, moment, reference


class SampleKind(StrEnum):
    """What is in the pictures; picks the default model."""

    NUCLEI = "nuclei"
    CELLS = "cells"
    SPHEROIDS = "spheroids"
    OTHER = "other"


class ProjectRole(StrEnum):
    """What a member may do in a project, from least to most."""

    VIEWER = "viewer"
    ANNOTATOR = "annotator"
    EDITOR = "editor"
    OWNER = "owner"


class Project(Table, table=True):
    """A collection of images that belong together."""

    __tablename__ = "project"
    __table_args__ = (
        Index("ix_project_created", "created_at", "id"),
        CheckConstraint("sample_kind in ('nuclei', 'cells', 'spheroids', 'other')", name="sample_kind"),
        CheckConstraint("pixel_size_um > 0", name="pixel_size"),
    )

    id: UUID = key()
    name: str = Field(max_length=200)
    description: str = Field(default="", max_length=4000)
    sample_kind: str = Field(default=SampleKind.NUCLEI, max_length=20)
    pixel_size_um: float | None = None
    status: str = Field(default="active", max_length=20)
    created_by: UUID | None = reference("app_user.id", nullable=True, ondelete="SET NULL")
    created_at: datetime = moment(default_now=True)
    updated_at: datetime = moment(default_now=True)
    deleted_at: datetime | None = moment()


class Membership(Table, table=True):
    """A person's place in a project."""

    __tablename__ = "membership"
    __table_args__ = (CheckConstraint("role in ('viewer', 'annotator', 'editor', 'owner')", name="role"),)

    project_id: UUID = Field(foreign_key="project.id", primary_key=True, ondelete="CASCADE")
    user_id: UUID = Field(foreign_key="app_user.id", primary_key=True, ondelete="CASCADE", index=True)
    role: str = Field(max_length=20)
    created_at: datetime = moment(default_now=True)
