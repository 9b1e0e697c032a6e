"""The trash of a project: images wait there for 30 days, then they are gone for good."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.runtime import emit
from cellhub_app.core.storage import Storage
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository
from cellhub_app.domain.images.selection import Selection, conditions
from cellhub_app.models.image import Image, storage_key

KEEP_DAYS = 30
PURGED_AT_ONCE = 500


async def may_throw_away(session: AsyncSession, principal: Principal, project_id: UUID) -> None:
    """Raises ProjectNotFound, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)


async def put(session: AsyncSession, principal: Principal, project_id: UUID, selection: Selection) -> tuple[int, datetime]:
    """Put the selected images in the trash: how many they are, and the moment that names this act. Raises SelectionEmpty, NotAllowed."""
    await may_throw_away(session, principal, project_id)
    moment = now()
    gone = await _mark(session, [repository.present(project_id), *conditions(project_id, selection)], moment)
    _announce(session, project_id)
    return gone, moment


async def _mark(session: AsyncSession, which: Sequence[ColumnElement[bool]], moment: datetime | None) -> int:
    """Held by id first, as everywhere, so that no two who change many images wait for each other."""
    held = select(col(Image.id)).where(*which).order_by(col(Image.id)).with_for_update(key_share=True).cte("held")
    changed = await session.execute(update(Image).where(col(Image.id) == held.c.id).values(deleted_at=moment))
    assert isinstance(changed, CursorResult)  # noqa: S101 - an update says how many rows it changed
    return changed.rowcount


async def restore(session: AsyncSession, principal: Principal, project_id: UUID, selection: Selection) -> int:
    """Take the selected images out of the trash; answers how many. Raises SelectionEmpty, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    return await _restore(session, project_id, conditions(project_id, selection))


async def undo(session: AsyncSession, principal: Principal, project_id: UUID, moment: datetime) -> int:
    """Take out what one act put in; answers how many. Raises NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    return await _restore(session, project_id, [col(Image.deleted_at) == moment])


async def _restore(session: AsyncSession, project_id: UUID, which: Sequence[ColumnElement[bool]]) -> int:
    back = await _mark(session, [repository.trashed(project_id), *which], None)
    _announce(session, project_id)
    return back


async def count(session: AsyncSession, principal: Principal, project_id: UUID) -> int:
    """How many images are in the trash. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return (await session.execute(select(func.count()).select_from(Image).where(repository.trashed(project_id)))).scalar_one()


async def purge(session: AsyncSession, storage: Storage) -> int:
    """Delete for good what was in the trash for too long, files first: what is left half done is found again. Answers how many."""
    before = now() - timedelta(days=KEEP_DAYS)
    query = select(col(Image.id)).where(col(Image.deleted_at) < before).limit(PURGED_AT_ONCE)
    expired = list((await session.execute(query)).scalars())
    for image_id in expired:
        await storage.delete_prefix(storage_key(image_id, ""))
    if expired:
        await session.execute(delete(Image).where(col(Image.id).in_(expired)))
    return len(expired)


def _announce(session: AsyncSession, project_id: UUID) -> None:
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True}))
