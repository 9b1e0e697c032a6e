"""Queries about share links."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Row, bindparam, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.reading import Fetch
from cellhub_app.domain.access import still_manages
from cellhub_app.models.project import Project
from cellhub_app.models.share import ShareLink
from cellhub_app.models.user import User


def _of_project(project_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return col(ShareLink.project_id) == project_id, col(ShareLink.revoked_at).is_(None)


# A link is its maker's word: it stands as long as they may give it.
_IS_BACKED = still_manages(col(ShareLink.project_id), col(ShareLink.created_by))


async def of_project(session: AsyncSession, project_id: UUID) -> Sequence[Row[ShareLink, str | None, bool]]:
    """The links of a project that were not revoked, newest first, each with the name of who made it and whether they still may."""
    query = select(ShareLink, col(User.name), _IS_BACKED).outerjoin(User, col(User.id) == col(ShareLink.created_by))
    query = query.where(*_of_project(project_id)).order_by(col(ShareLink.created_at).desc(), col(ShareLink.id).desc())
    return (await session.execute(query)).all()


async def count(session: AsyncSession, project_id: UUID) -> int:
    """How many links a project has that were not revoked."""
    return (await session.execute(select(func.count()).select_from(ShareLink).where(*_of_project(project_id)))).scalar_one()


async def revoke(session: AsyncSession, project_id: UUID, link_id: UUID, moment: datetime) -> bool:
    """End a link of a project; False when there is none like it that has not ended so."""
    statement = update(ShareLink).where(col(ShareLink.id) == link_id, *_of_project(project_id)).values(revoked_at=moment)
    return (await session.execute(statement.returning(col(ShareLink.id)))).first() is not None


# Joined with its project, a link leads somewhere at `:moment`.
_PROJECT = col(Project.id) == col(ShareLink.project_id)
_IS_OPEN = (
    col(Project.deleted_at).is_(None),
    col(ShareLink.revoked_at).is_(None),
    col(ShareLink.expires_at) > bindparam("moment", type_=DateTime(timezone=True)),
    _IS_BACKED,
)


async def open_by_token(session: AsyncSession, token_hash: str, moment: datetime) -> ShareLink | None:
    """The link behind a secret, if it leads somewhere."""
    query = select(ShareLink).join(Project, _PROJECT).where(col(ShareLink.token_hash) == token_hash, *_IS_OPEN)
    return (await session.execute(query, {"moment": moment})).scalar_one_or_none()


async def note_opening(session: AsyncSession, link_id: UUID, moment: datetime) -> int:
    """Count one opening; how many there were, with this one."""
    counted = {"open_count": col(ShareLink.open_count) + 1, "last_opened_at": moment}
    statement = update(ShareLink).where(col(ShareLink.id) == link_id).values(counted).returning(col(ShareLink.open_count))
    return (await session.execute(statement.execution_options(synchronize_session=False))).scalar_one()


# Built once: it goes with every picture that a visitor looks at.
_STANDING = (
    select(col(ShareLink.project_id))
    .select_from(ShareLink)
    .join(Project, _PROJECT)
    .where(col(ShareLink.id) == bindparam("link_id", type_=Uuid), *_IS_OPEN)
)


async def standing(fetch: Fetch, link_id: UUID, moment: datetime) -> UUID | None:
    """The project that a link leads to now, or None."""
    rows = await fetch(_STANDING, {"link_id": link_id, "moment": moment})
    return rows[0][0] if rows else None


async def shared(session: AsyncSession, link_id: UUID, moment: datetime) -> Row[Project, datetime] | None:
    """The project that a link leads to now, and until when it does."""
    query = select(Project, col(ShareLink.expires_at)).join(ShareLink, _PROJECT).where(col(ShareLink.id) == link_id, *_IS_OPEN)
    return (await session.execute(query, {"moment": moment})).first()


async def hand_over(session: AsyncSession, project_id: UUID, giver: UUID, receiver: UUID) -> None:
    """Make somebody's links of a project another's."""
    theirs = update(ShareLink).where(col(ShareLink.created_by) == giver, *_of_project(project_id))
    await session.execute(theirs.values(created_by=receiver).execution_options(synchronize_session=False))


async def forget(session: AsyncSession, before: datetime) -> int:
    """Delete links that ended before a moment, by themselves or by somebody; answers how many."""
    ended = or_(col(ShareLink.expires_at) < before, col(ShareLink.revoked_at) < before)
    return len((await session.execute(delete(ShareLink).where(ended).returning(col(ShareLink.id)))).all())
