"""Queries about the audit log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.ids import new_id, now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.models.audit import Audit
from cellhub_app.models.user import User

_ADD = insert(Audit)


async def add(session: AsyncSession, **act: Any) -> None:
    """Write one act, stamped with the time."""
    await session.execute(_ADD, {"id": new_id(), "created_at": now(), **act})


async def page(
    session: AsyncSession, request: PageRequest, *, user_id: UUID | None = None, action: str | None = None, email: str = ""
) -> Sequence[Row[Audit, str | None]]:
    """limit + 1 acts in the direction of the request, newest first, each with its person's address."""
    place = tuple_(col(Audit.created_at), col(Audit.id))
    query = select(Audit, col(User.email)).outerjoin(User, col(User.id) == col(Audit.user_id))
    if user_id is not None:
        query = query.where(col(Audit.user_id) == user_id)
    if action is not None:
        query = query.where(col(Audit.action) == action)
    if email:
        query = query.where(col(User.email).icontains(email, autoescape=True))
    cursor = request.cursor
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        here = tuple_(literal(cursor.moment), literal(cursor.id))
        query = query.where(place > here if backwards else place < here)
    created, identifier = col(Audit.created_at), col(Audit.id)
    order = (created.asc(), identifier.asc()) if backwards else (created.desc(), identifier.desc())
    return (await session.execute(query.order_by(*order).limit(request.limit + 1))).all()
