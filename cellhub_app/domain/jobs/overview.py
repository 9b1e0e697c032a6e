"""Batches of several projects at once: those that run and those that ended, each with its person, and why images failed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, literal, select, text, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid
from sqlmodel import col

from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.core.runtime import get_runtime
from cellhub_app.domain.access import Permission, Principal, allows, granted_role, is_readable, readable_projects, require, role_by
from cellhub_app.domain.jobs import repository, service, workers
from cellhub_app.domain.jobs.outlook import views
from cellhub_app.domain.jobs.schemas import BatchLine, BatchView, Cause, EndedBatch, FailedImage, QueueView, Starter
from cellhub_app.models.job import Batch
from cellhub_app.models.project import Project
from cellhub_app.models.user import User

CAUSES_SHOWN = 5
_Line = Row[Batch, str, str | None, UUID, str, str]
_Lines = Select[Batch, str, str | None, UUID, str, str]
# A sentence that names its image would be a cause of its own; a very short name may stand in it by chance.
_CAUSES = text("""
    select * from (
        select *, row_number() over (partition by batch_id order by images desc, detail) as place,
            sum(retryable) over (partition by batch_id) as retryable_in_all
        from (
            select j.batch_id, coalesce(j.error->>'code', '') as code,
                case when length(i.name) > 4 then replace(j.error->>'detail', i.name, 'this image') else j.error->>'detail' end as detail,
                count(*) as images,
                count(*) filter (where i.deleted_at is null and i.status = 'ready' and i.segmentation_job_id = j.id) as retryable,
                (array_agg(i.id order by j.id) filter (where i.deleted_at is null))[1:3] as ids,
                (array_agg(i.name order by j.id) filter (where i.deleted_at is null))[1:3] as names
            from job j join image i on i.id = j.image_id
            where j.batch_id = any(:batches) and j.status = 'failed' group by 1, 2, 3) as cause) as ranked
    where place <= :most order by batch_id, place
""")


def _lines(principal: Principal) -> _Lines:
    """(batch, its project's name, the role that was granted to the caller, starter's id, name and address) of what the caller may see."""
    granted = granted_role(col(Project.id), literal(principal.user_id, Uuid))
    query = select(Batch, col(Project.name), granted, col(User.id), col(User.name), col(User.email))
    query = query.join(Project, col(Project.id) == col(Batch.project_id))
    return query.outerjoin(User, col(User.id) == col(Batch.user_id)).where(is_readable(principal))


def _about(principal: Principal, row: _Line) -> dict[str, Any]:
    _, project, granted, user_id, name, email = row
    starter = Starter(id=user_id, name=name, email=email) if user_id else None
    return {"project_name": project, "started_by": starter, "can_edit": allows(role_by(principal, granted), Permission.EDIT)}


async def queue(session: AsyncSession, principal: Principal) -> QueueView:
    """What runs in the caller's projects, how long the whole line is, and the workers."""
    batches = await running(session, principal)
    queued, moving = await repository.totals(session)
    return QueueView(batches=batches, queued=queued, running=moving, workers=await workers.alive(get_runtime().redis))


async def running(session: AsyncSession, principal: Principal) -> list[BatchLine]:
    """The unfinished batches of the caller's projects, oldest first."""
    query = _lines(principal).where(col(Batch.finished_at).is_(None)).order_by(col(Batch.created_at), col(Batch.id))
    rows = (await session.execute(query)).all()
    batches = await views(session, [row[0] for row in rows])
    return [BatchLine(**_values(view), **_about(principal, row)) for view, row in zip(batches, rows, strict=True)]


async def ended(session: AsyncSession, principal: Principal, request: PageRequest, project_id: UUID | None = None) -> Page[EndedBatch]:
    """One page of the batches that ended, newest first, of a project or of all the caller's. Raises ProjectNotFound."""
    if project_id is not None:
        await require(session, principal, project_id, Permission.VIEW)
    backwards = request.cursor is not None and request.cursor.backwards
    query = _lines(principal).where(col(Batch.id).in_(_newest(principal, request, project_id)))
    rows = (await session.execute(query.order_by(*_order(backwards=backwards)))).all()
    found = paginate(rows, request, lambda row: (str(row[0].finished_at), row[0].id))
    return Page(await _described(session, principal, found.data), found.next_cursor, found.prev_cursor)


async def these(session: AsyncSession, principal: Principal, ids: Sequence[UUID]) -> list[EndedBatch]:
    """Those of these batches that ended and that the caller may see, newest first."""
    query = _lines(principal).where(col(Batch.id).in_(ids), col(Batch.finished_at).is_not(None))
    return await _described(session, principal, (await session.execute(query.order_by(*_order()))).all())


async def causes(session: AsyncSession, principal: Principal, batch_id: UUID) -> list[Cause]:
    """Why images of a batch failed, the most frequent causes first. Raises BatchNotFound."""
    await service.batch(session, principal, batch_id)
    return (await _causes(session, [batch_id]))[1][batch_id]


def _order(*, backwards: bool = False) -> tuple[Any, Any]:
    ends, identifier = col(Batch.finished_at), col(Batch.id)
    return (ends.asc(), identifier.asc()) if backwards else (ends.desc(), identifier.desc())


def _newest(principal: Principal, request: PageRequest, project_id: UUID | None) -> Select[UUID]:
    """Ids of limit + 1 batches: the first few of each project by its index, and of these the first of all."""
    readable = readable_projects(principal).subquery("readable")
    order = _order(backwards=request.cursor is not None and request.cursor.backwards)
    inner = select(col(Batch.id), col(Batch.finished_at)).where(col(Batch.project_id) == readable.c.id, col(Batch.finished_at).is_not(None))
    if request.cursor is not None:
        place = tuple_(col(Batch.finished_at), col(Batch.id))
        here = tuple_(literal(request.cursor.moment), literal(request.cursor.id))
        inner = inner.where(place > here if request.cursor.backwards else place < here)
    newest = inner.order_by(*order).limit(request.limit + 1).correlate(readable).lateral("newest")
    query = select(newest.c.id).select_from(readable).join(newest, true())
    if project_id is not None:
        query = query.where(readable.c.id == project_id)
    first = [newest.c.finished_at, newest.c.id]
    backwards = request.cursor is not None and request.cursor.backwards
    return query.order_by(*(one.asc() if backwards else one.desc() for one in first)).limit(request.limit + 1)


async def _described(session: AsyncSession, principal: Principal, rows: Sequence[_Line]) -> list[EndedBatch]:
    batches = await views(session, [row[0] for row in rows])
    retryable, found = await _causes(session, [view.id for view in batches if view.counts.failed])
    return [
        EndedBatch(**_values(view), **_about(principal, row), retryable=retryable[view.id], causes=found[view.id])
        for view, row in zip(batches, rows, strict=True)
    ]


def _values(view: BatchView) -> dict[str, Any]:
    return {name: getattr(view, name) for name in type(view).model_fields}


async def _causes(session: AsyncSession, ids: Sequence[UUID]) -> tuple[dict[UUID, int], dict[UUID, list[Cause]]]:
    retryable: dict[UUID, int] = defaultdict(int)
    found: dict[UUID, list[Cause]] = defaultdict(list)
    if not ids:
        return retryable, found
    for row in (await session.execute(_CAUSES, {"batches": list(ids), "most": CAUSES_SHOWN})).mappings():
        detail = str(row["detail"] or "")
        examples = [FailedImage(id=image_id, name=name) for image_id, name in zip(row["ids"] or [], row["names"] or [], strict=True)]
        numbers = {"images": row["images"], "retryable": row["retryable"], "examples": examples}
        found[row["batch_id"]].append(Cause(code=row["code"], detail=detail[:1].upper() + detail[1:], **numbers))
        retryable[row["batch_id"]] = int(row["retryable_in_all"])
    return retryable, found
