"""Throwing images away: into the trash, and out of the line."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.domain.access import Principal
from cellhub_app.domain.images import trash
from cellhub_app.domain.images.selection import Selection, conditions
from cellhub_app.domain.jobs import service as jobs


async def throw_away(session: AsyncSession, principal: Principal, project_id: UUID, selection: Selection) -> tuple[int, datetime]:
    """Put the selected images in the trash and stop what is queued for them; how many they are, and the moment that names this act.

    Raises SelectionEmpty, Invalid, ProjectNotFound, NotAllowed.
    """
    await trash.may_throw_away(session, principal, project_id)
    await jobs.hold_segmentations(session, conditions(project_id, selection))
    gone, moment = await trash.put(session, principal, project_id, selection)
    await jobs.cancel_trashed(session, project_id, moment)
    return gone, moment
