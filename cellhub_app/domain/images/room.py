"""The room that a project's images take in the storage."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import pyramids
from cellhub_app.domain.images.schemas import Room
from cellhub_app.models.image import Image


async def taken(session: AsyncSession, principal: Principal, project_id: UUID) -> Room:
    """What files and raw tiles take, those of images in the trash too. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    is_trashed = col(Image.deleted_at).is_not(None)
    size = func.coalesce(func.sum(col(Image.bytes)), 0)
    query = select(size, func.coalesce(func.sum(col(Image.bytes)).filter(is_trashed), 0)).where(col(Image.project_id) == project_id)
    files, trashed = (await session.execute(query)).one()
    return Room(files=int(files), trashed=int(trashed), tiles=await pyramids.stored_bytes(session, project_id))
