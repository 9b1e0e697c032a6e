"""Telling what was done to a project's images: what found their objects, and what the images show."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.statistics.choosing import Test
from cellhub_app.core.statistics.groups import Unit
from cellhub_app.domain.access import Principal
from cellhub_app.domain.conditions import service as conditions
from cellhub_app.domain.methods import service as methods
from cellhub_app.domain.methods.schemas import MethodsView, Replicates


async def describe(
    session: AsyncSession, principal: Principal, project_id: UUID, *, test: Test | None = None, unit: Unit = "replicate"
) -> MethodsView:
    """The methods paragraph and what it is based on, with a test also how conditions were compared. Raises ProjectNotFound."""
    known = await conditions.replicates(session, principal, project_id)
    shown = [Replicates(condition=one.condition, images=one.images, replicates=one.replicates) for one in known]
    return await methods.paragraph(session, principal, project_id, shown, test=test, unit=unit)
