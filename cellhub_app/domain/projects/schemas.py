"""What goes in and out about projects and members."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from cellhub_app.core.address import EmailText
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


class AddedMember(Schema):
    """Who takes part from now on, or, without an account of that address, was invited: `user_id` and `name` are None then."""

    user_id: UUID | None
    email: str
    name: str | None
    role: ProjectRole


class NewInvitation(Schema):
    """Whom to ask in, by their address."""

    email: EmailText
    role: ProjectRole = ProjectRole.EDITOR


class InvitationView(Schema):
    """An invitation that waits, as those see it who may send them."""

    id: UUID
    email: str
    role: ProjectRole
    sent_at: datetime
    expires_at: datetime
    is_expired: bool


class ReceivedInvitation(Schema):
    """An invitation that waits for the caller."""

    id: UUID
    project: str
    role: ProjectRole
    invited_by: str
    expires_at: datetime


class InvitationLink(Schema):
    """The secret of an invitation's link."""

    token: str = Field(min_length=1, max_length=200)


class Joined(Schema):
    """The project that the caller takes part in from now on."""

    project_id: UUID


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


class ProjectCard(ProjectView):
    """A project as the dashboard shows it: with counts, the four newest pictures and its members."""

    images: ProjectImages
    newest_image_ids: list[UUID]
    members: list[MemberView]
