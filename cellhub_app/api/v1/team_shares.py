"""The teams that a project is shared with."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.teams import sharing
from cellhub_app.domain.teams.schemas import NewShare, ShareChange, ShareView

router = APIRouter(prefix="/projects/{project_id}/teams", tags=["teams"])


@router.get("", response_model=list[ShareView])
async def list_project_teams(project_id: UUID, session: Look, who: Signed) -> list[ShareView]:
    """The teams that the project is shared with, in the order they came."""
    return await sharing.teams_of(session, who, project_id)


@router.post("", status_code=201, response_model=ShareView)
async def share_with_team(project_id: UUID, new: NewShare, session: Work, who: Signed, record: Recorded) -> ShareView:
    """Open the project to everybody in a team that the caller is in."""
    made = await sharing.share(session, who, project_id, new)
    await record(Action.TEAM_SHARE, "project", project_id, teamId=str(made.team_id), role=made.role)
    return made


@router.patch("/{team_id}", response_model=ShareView)
async def change_team_share(
    project_id: UUID, team_id: UUID, *, change: ShareChange, session: Work, who: Signed, record: Recorded
) -> ShareView:
    """Let the team's people do more or less in the project."""
    made = await sharing.change(session, who, project_id, team_id, change.role)
    await record(Action.TEAM_SHARE_CHANGE, "project", project_id, teamId=str(team_id), role=change.role)
    return made


@router.delete("/{team_id}", status_code=204)
async def end_team_share(project_id: UUID, team_id: UUID, session: Work, who: Signed, record: Recorded) -> None:
    """Stop sharing: an owner of the project, or a manager of the team."""
    await sharing.end(session, who, project_id, team_id)
    await record(Action.TEAM_SHARE_END, "project", project_id, teamId=str(team_id))
