"""What goes in and out about projects and members."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from cellhub_app.core.limits import NAME_MAX_LENGTH, TEXT_MAX_LENGTH
from cellhub_app.domain.schema import Schema
from cellhub_app.models.project import ProjectRole, SampleKind

ProjectName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX_LENGTH)]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=TEXT_MAX_LENGTH)]
PixelSizeUm = Annotated[float, Field(gt=0, le=10_000)]


class NewProject(Schema):
    """What a project starts with."""

    name: ProjectName
    description: Description = ""
    sample_kind: SampleKind = SampleKind.NUCLEI
    pixel_size_um: PixelSizeUm | None = None


class ProjectChange(Schema):
    """What may be changed of a project; what is not named stays. `pixelSizeUm: null` forgets the pixel size."""

    name: ProjectName | None = None
    description: Description | None = None
    sample_kind: SampleKind | None = None
    pixel_size_um: PixelSizeUm | None = None


class MemberView(Schema):
    """Somebody who takes part in a project."""

    user_id: UUID
    email: str
    name: str
    role: ProjectRole


class NewOwner(Schema):
    """The member whom a project is given to."""

    user_id: UUID


class RoleChange(Schema):
    """A member's new role."""

    role: ProjectRole


class ProjectView(Schema):
    """One project and the caller's role in it."""

    id: UUID
    name: str
    description: str
    sample_kind: SampleKind
    pixel_size_um: float | None
    status: str
    role: ProjectRole
    created_at: datetime
    updated_at: datetime


class ProjectImages(Schema):
    """How many images of a project are where; `objects` counts polygons."""

    total: int = 0
    ready: int = 0
    done: int = 0
    busy: int = 0
    failed: int = 0
    objects: int = 0


class TeamOnCard(Schema):
    """A team that a project is shared with."""

    id: UUID
    name: str
    members: int


class ProjectCard(ProjectView):
    """A project as the dashboard shows it: with counts, the four newest pictures, its members and its teams."""

    images: ProjectImages
    newest_image_ids: list[UUID]
    members: list[MemberView]
    teams: list[TeamOnCard]
