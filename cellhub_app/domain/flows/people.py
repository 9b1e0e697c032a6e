"""Accounts together with what hangs on them: suspending stops work, closing lets go of projects, a copy gathers all that is known."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import administration, profile, repository, sessions
from cellhub_app.domain.accounts.schemas import PersonChange, PersonView
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.jobs import steering
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.teams import service as teams
from cellhub_app.models.user import Role, UserStatus

ACTS_IN_A_COPY = 10_000


async def change_person(session: AsyncSession, principal: Principal, user_id: UUID, wanted: PersonChange) -> PersonView:
    """Open or suspend an account, or give it another role; what a suspended person started is cancelled.

    Raises NotAllowed, PersonNotFound, AdminNeeded.
    """
    view = await administration.change(session, principal, user_id, wanted)
    if view.status == UserStatus.SUSPENDED:
        await steering.stop_all_of(session, principal, view.id)
    return view


async def close_account(session: AsyncSession, principal: Principal, password: str) -> None:
    """Delete the caller's account for good: sessions, memberships, projects that nobody else is in, unfinished work.

    Pictures and outlines in projects of others stay, without a name.
    Raises PasswordWrong, TooManyRequests, OwnerNeeded, ManagerNeeded, AdminNeeded.
    """
    user = await profile.confirmed(session, principal, password)
    if user.role == Role.ADMIN and list(await repository.lock_admins(session)) == [user.id]:
        raise administration.AdminNeeded("You are the last admin: make somebody else an admin first.")
    await projects.let_go_of_all(session, principal)
    await teams.let_go_of_all(session, principal)
    await steering.stop_all_of(session, principal, principal.user_id)
    await sessions.end_all(session, user.id)
    await session.flush()
    await repository.delete_user(session, user.id)


async def own_data(session: AsyncSession, principal: Principal) -> dict[str, Any]:
    """All that the server knows of the caller as a person, as JSON; pictures and outlines are had by an export of each project."""
    own = await profile.me(session, principal)
    places = await sessions.sessions(session, principal)
    acts = await activity.own(session, principal, PageRequest(ACTS_IN_A_COPY))
    return {
        "account": own.model_dump(mode="json", by_alias=True),
        "sessions": [place.model_dump(mode="json", by_alias=True) for place in places],
        "projects": await projects.takes_part_in(session, principal),
        "teams": await teams.takes_part_in(session, principal),
        "activity": [act.model_dump(mode="json", by_alias=True) for act in acts.data],
    }
