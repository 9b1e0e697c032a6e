"""The trash of a project: images wait there for 30 days, then they are gone for good."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.runtime import emit
from cellhub_app.core.storage import Storage
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository
from cellhub_app.domain.images.selection import Chosen, conditions
from cellhub_app.models.image import Image, storage_key

KEEP_DAYS = 30
PURGED_AT_ONCE = 500


async def put(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen) -> tuple[list[UUID], datetime]:
    """Put the chosen images in the trash: which they are, and the moment that names this act. Raises SelectionEmpty, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    moment = now()
    query = update(Image).where(repository.present(project_id), *conditions(project_id, chosen)).values(deleted_at=moment)
    gone = list((await session.execute(query.returning(col(Image.id)))).scalars())
    _announce(session, project_id)
    return gone, moment


async def restore(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen) -> int:
    """Take the chosen images out of the trash; answers how many. Raises SelectionEmpty, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    return await _restore(session, project_id, conditions(project_id, chosen))


async def undo(session: AsyncSession, principal: Principal, project_id: UUID, moment: datetime) -> int:
    """Take out what one act put in; answers how many. Raises NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    return await _restore(session, project_id, [col(Image.deleted_at) == moment])


async def _restore(session: AsyncSession, project_id: UUID, which: Sequence[ColumnElement[bool]]) -> int:
    query = update(Image).where(repository.trashed(project_id), *which).values(deleted_at=None).returning(col(Image.id))
    back = len((await session.execute(query)).scalars().all())
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
