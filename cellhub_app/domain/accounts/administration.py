"""What admins do with the accounts of others."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.core.post import UnsentLetter, unsent_letters
from cellhub_app.core.runtime import emit, get_runtime, send_later
from cellhub_app.domain.access import Principal, require_admin
from cellhub_app.domain.accounts import letters, links, repository
from cellhub_app.domain.accounts.profile import view
from cellhub_app.domain.accounts.schemas import PersonChange, PersonView
from cellhub_app.domain.accounts.sessions import end_all
from cellhub_app.models.user import Role, User, UserStatus


class PersonNotFound(NotFound):
    """No account has that id."""

    code, title = "personNotFound", "There is no such account"


class AdminNeeded(Conflict):
    """A server keeps at least one admin."""

    code, title = "adminNeeded", "The server needs at least one admin"


async def people(
    session: AsyncSession, principal: Principal, request: PageRequest, *, status: UserStatus | None = None, q: str = ""
) -> Page[PersonView]:
    """One page of all accounts, newest first. Raises NotAllowed."""
    require_admin(principal)
    return (await repository.page(session, request, status=status, q=q.strip())).map(_view)


async def count_pending(session: AsyncSession, principal: Principal) -> int:
    """How many people wait for an admin's word. Raises NotAllowed."""
    require_admin(principal)
    return await repository.count_pending(session)


async def unsent(principal: Principal) -> list[UnsentLetter]:
    """Letters that could not be sent, newest first, so that an admin can pass their links on. Raises NotAllowed."""
    require_admin(principal)
    return await unsent_letters(get_runtime().redis)


async def change(session: AsyncSession, principal: Principal, user_id: UUID, wanted: PersonChange) -> PersonView:
    """Open or suspend an account, or give it another role. Raises NotAllowed, PersonNotFound, AdminNeeded."""
    require_admin(principal)
    admins = await repository.lock_admins(session)
    user = await repository.user(session, user_id)
    if user is None:
        raise PersonNotFound
    was_pending = user.status == UserStatus.PENDING
    user.role, user.status = wanted.role or user.role, wanted.status or user.status
    if list(admins) == [user.id] and (user.role != Role.ADMIN or user.status != UserStatus.ACTIVE):
        raise AdminNeeded("This is the last admin: make somebody else an admin first.")
    await session.flush()
    if user.status == UserStatus.SUSPENDED:
        await end_all(session, user.id)
    elif was_pending and user.status == UserStatus.ACTIVE:
        send_later(session, letters.account_opened(user.email, links.page_link("/sign-in")))
    emit(session, Event(EventType.ACCESS_CHANGED, user_id=user.id))
    return _view(user)


def _view(user: User) -> PersonView:
    return PersonView(**dict(view(user)), last_seen_at=user.last_seen_at)
