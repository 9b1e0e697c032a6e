"""Projects."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from cellhub_app.api.deps import Look, Paged, Recorded, Signed, Work
from cellhub_app.core.limits import NAME_MAX_LENGTH
from cellhub_app.core.pagination import Page
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.projects.schemas import NewProject, ProjectCard, ProjectChange, ProjectView
from cellhub_app.domain.schema import PageView

router = APIRouter(prefix="/projects", tags=["projects"])
Search = Annotated[str | None, Query(max_length=NAME_MAX_LENGTH, description="part of the name or description")]


@router.get("", response_model=PageView[ProjectCard])
async def list_projects(session: Look, principal: Signed, page: Paged, q: Search = None) -> Page[ProjectCard]:
    """The caller's projects, newest first, each with its counts, newest pictures and members."""
    return await projects.list_cards(session, principal, page, q)


@router.post("", status_code=201, response_model=ProjectView)
async def create_project(new: NewProject, session: Work, principal: Signed, record: Recorded) -> ProjectView:
    """Start a project, owned by the caller."""
    made = await projects.create(session, principal, new)
    await record(Action.PROJECT_CREATE, "project", made.id, name=made.name)
    return made


@router.get("/{project_id}", response_model=ProjectCard)
async def get_project(project_id: UUID, session: Look, principal: Signed) -> ProjectCard:
    """One project."""
    return await projects.card(session, principal, project_id)


@router.patch("/{project_id}", response_model=ProjectView)
async def update_project(project_id: UUID, change: ProjectChange, session: Work, principal: Signed, record: Recorded) -> ProjectView:
    """Change what is named; the rest stays."""
    changed = await projects.update(session, principal, project_id, change)
    await record(Action.PROJECT_UPDATE, "project", project_id, changed=sorted(change.model_fields_set))
    return changed


@router.delete("/{project_id}", status_code=204)
async def delete_project(project_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """Put a project in the trash."""
    await projects.delete(session, principal, project_id)
    await record(Action.PROJECT_DELETE, "project", project_id)
