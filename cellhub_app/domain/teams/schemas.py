"""What goes in and out about teams."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from cellhub_app.core.limits import NAME_MAX_LENGTH
from cellhub_app.domain.schema import Schema
from cellhub_app.models.team import ShareRole, TeamRole

TeamName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX_LENGTH)]


class NewTeam(Schema):
    """What a team starts with, and what may be changed of it."""

    name: TeamName


class TeamView(Schema):
    """One team, the caller's role in it, and how large it is."""

    id: UUID
    name: str
    role: TeamRole
    is_in: bool
    members: int
    projects: int
    created_at: datetime


class TeamMemberView(Schema):
    """Somebody in a team."""

    user_id: UUID
    email: str
    name: str
    role: TeamRole


class TeamRoleChange(Schema):
    """A member's new role."""

    role: TeamRole


class NewShare(Schema):
    """The team that a project is to be shared with."""

    team_id: UUID
    role: ShareRole = ShareRole.EDITOR


class ShareChange(Schema):
    """What the team's people may do in the project from now on."""

    role: ShareRole


class ShareView(Schema):
    """A team that a project is shared with; `isMine` says that the caller may open its page."""

    team_id: UUID
    name: str
    role: ShareRole
    members: int
    is_mine: bool


class SharedProject(Schema):
    """A project that is shared with a team."""

    project_id: UUID
    name: str
    role: ShareRole
    shared_at: datetime
