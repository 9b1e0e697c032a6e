"""How many images were segmented in each of the last minutes: counted by an index that holds nothing else."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, extract, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.ids import now
from cellhub_app.domain.access import Permission, Principal, readable_projects, require
from cellhub_app.domain.jobs.schemas import Throughput
from cellhub_app.models.job import Job

MINUTES = 60
# Spelled out, so that the index's condition is known to hold whatever plan is kept.
_SEGMENTED = (col(Job.kind) == literal_column("'segment'"), col(Job.status) == literal_column("'succeeded'"))


async def throughput(session: AsyncSession, principal: Principal, project_id: UUID | None = None) -> Throughput:
    """The last hour of a project, or of all that the caller may see. Raises ProjectNotFound."""
    if project_id is not None:
        await require(session, principal, project_id, Permission.VIEW)
    until = now().replace(second=0, microsecond=0)
    counted = [0] * MINUTES
    for place, images in await session.execute(by_minute(principal, until - timedelta(minutes=MINUTES - 1), project_id)):
        counted[min(int(place), MINUTES - 1)] += images  # a worker's clock may be a little ahead of this one's
    return Throughput(until=until, minutes=counted)


def by_minute(principal: Principal, first: datetime, project_id: UUID | None) -> Select[float, int]:
    """(minutes since the first, images) of every minute in which something was done."""
    minute = func.floor(extract("epoch", col(Job.finished_at) - first) / 60)
    query = select(minute, func.count()).where(*_SEGMENTED, col(Job.finished_at) >= first)
    project = col(Job.project_id)
    chosen = project.in_(readable_projects(principal)) if project_id is None else project == project_id
    return query.where(chosen).group_by(text("1"))
