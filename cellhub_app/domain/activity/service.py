"""Writing and reading the audit log."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import Principal, require_admin
from cellhub_app.domain.activity import repository
from cellhub_app.domain.activity.schemas import Action, ActivityView
from cellhub_app.models.audit import Audit


async def record(
    session: AsyncSession,
    principal: Principal | None,
    action: Action,
    *,
    resource_type: str = "",
    resource_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
    ip: str = "",
    user_agent: str = "",
) -> None:
    """Note an act in the same transaction as the act itself; `principal` is None for somebody who is not signed in."""
    await repository.add(
        session,
        user_id=principal.user_id if principal else None,
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        detail=detail or {},
        ip=ip[:64],
        user_agent=user_agent[:300],
    )


async def page(
    session: AsyncSession,
    principal: Principal,
    request: PageRequest,
    *,
    user_id: UUID | None = None,
    action: Action | None = None,
    email: str = "",
) -> Page[ActivityView]:
    """One page of the log, newest first, for admins; `email` is a part of an address. Raises NotAllowed."""
    require_admin(principal)
    return await _page(session, request, user_id=user_id, action=action, email=email.strip())


async def own(session: AsyncSession, principal: Principal, request: PageRequest) -> Page[ActivityView]:
    """What the caller did, newest first."""
    return await _page(session, request, user_id=principal.user_id)


async def _page(session: AsyncSession, request: PageRequest, **wanted: Any) -> Page[ActivityView]:
    rows = await repository.page(session, request, **wanted)
    found = paginate(rows, request, lambda row: (row[0].created_at.isoformat(), row[0].id))
    return found.map(_view)


def _view(row: Row[Audit, str | None]) -> ActivityView:
    audit, email = row
    plain = {name: getattr(audit, name) for name in ActivityView.model_fields if name != "email"}
    return ActivityView(**plain, email=email)
