"""What goes in and out about invitations."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cellhub_app.core.address import EmailText
from cellhub_app.domain.schema import Schema
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.team import TeamRole


class NewInvitation(Schema):
    """Whom to ask into a project, by their address."""

    email: EmailText
    role: ProjectRole = ProjectRole.EDITOR


class NewTeamInvitation(Schema):
    """Whom to ask into a team, by their address."""

    email: EmailText
    role: TeamRole = TeamRole.MEMBER


class AddedMember(Schema):
    """Who takes part from now on, or, without an account of that address, was invited: `user_id` and `name` are None then."""

    user_id: UUID | None
    email: str
    name: str | None
    role: ProjectRole


class InvitationView(Schema):
    """An invitation that waits, as those see it who may send them."""

    id: UUID
    email: str
    role: ProjectRole | TeamRole
    sent_at: datetime
    expires_at: datetime
    is_expired: bool


class ReceivedInvitation(Schema):
    """An invitation that waits for the caller: into a project or into a team, by its name."""

    id: UUID
    project: str | None
    team: str | None
    role: ProjectRole | TeamRole
    invited_by: str
    expires_at: datetime


class InvitationLink(Schema):
    """The secret of an invitation's link."""

    token: str = Field(min_length=1, max_length=200)


class Joined(Schema):
    """The project or the team that the caller takes part in from now on."""

    project_id: UUID | None = None
    team_id: UUID | None = None

    @property
    def place(self) -> tuple[str, UUID | None]:
        """What it is and which, as the audit log names it."""
        return ("team", self.team_id) if self.team_id else ("project", self.project_id)
