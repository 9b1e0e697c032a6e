"""For admins only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from cellhub_app.api.deps import Look, Paged, Recorded, Signed, Work
from cellhub_app.core.pagination import Page
from cellhub_app.core.post import UnsentLetter
from cellhub_app.domain.accounts import administration
from cellhub_app.domain.accounts.schemas import PersonChange, PersonView, UnsentView
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action, ActivityView
from cellhub_app.domain.flows import people
from cellhub_app.domain.schema import PageView
from cellhub_app.models.user import UserStatus

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/activity", response_model=PageView[ActivityView])
async def list_activity(
    session: Look,
    principal: Signed,
    page: Paged,
    userId: UUID | None = None,  # noqa: N803 - the name in the URL
    action: Action | None = None,
    email: Annotated[str, Query(max_length=254, description="part of an address")] = "",
) -> Page[ActivityView]:
    """Who did what, newest first."""
    return await activity.page(session, principal, page, user_id=userId, action=action, email=email)


@router.get("/users", response_model=PageView[PersonView])
async def list_users(
    session: Look,
    principal: Signed,
    page: Paged,
    status: UserStatus | None = None,
    q: Annotated[str, Query(max_length=254, description="part of an address or a name")] = "",
) -> Page[PersonView]:
    """All accounts, newest first."""
    return await administration.people(session, principal, page, status=status, q=q)


@router.patch("/users/{user_id}", response_model=PersonView)
async def change_user(user_id: UUID, change: PersonChange, session: Work, principal: Signed, record: Recorded) -> PersonView:
    """Open or suspend an account (its sessions and work end), or give it another role."""
    person = await people.change_person(session, principal, user_id, change)
    await record(Action.ACCOUNT_CHANGE, "user", user_id, role=person.role, status=person.status)
    return person


@router.get("/letters", response_model=list[UnsentView])
async def list_unsent_letters(principal: Signed) -> list[UnsentLetter]:
    """Letters of the last days that could not be sent, with the links that their readers wait for."""
    return await administration.unsent(principal)
