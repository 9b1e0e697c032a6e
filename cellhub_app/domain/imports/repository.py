"""Queries about imports; what a Principal may read is built in here."""

from uuid import UUID

from sqlalchemy import literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.imaging import planes
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import Principal, readable_projects
from cellhub_app.domain.imports.findings import KnownImage
from cellhub_app.domain.imports.schemas import NewImport
from cellhub_app.models.annotation_import import AnnotationImport
from cellhub_app.models.image import Image
from cellhub_app.models.project import Project


async def add(session: AsyncSession, new: NewImport) -> None:
    """Write an import down; its job is there already."""
    session.add(AnnotationImport(**vars(new)))
    await session.flush()


async def readable(session: AsyncSession, principal: Principal, import_id: UUID) -> AnnotationImport | None:
    """An import into a project that the caller may see."""
    seen = col(AnnotationImport.project_id).in_(readable_projects(principal))
    query = select(AnnotationImport).where(col(AnnotationImport.id) == import_id, seen)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def page(session: AsyncSession, project_id: UUID, request: PageRequest) -> Page[AnnotationImport]:
    """One page of a project's imports, newest first."""
    columns = (col(AnnotationImport.created_at), col(AnnotationImport.id))
    cursor = request.cursor
    up = cursor is not None and cursor.backwards
    query = select(AnnotationImport).where(col(AnnotationImport.project_id) == project_id)
    if cursor is not None:
        here = tuple_(literal(cursor.moment), literal(cursor.id))
        query = query.where(tuple_(*columns) > here if up else tuple_(*columns) < here)
    query = query.order_by(*(column.asc() if up else column.desc() for column in columns)).limit(request.limit + 1)
    rows = (await session.execute(query)).scalars().all()
    return paginate(rows, request, lambda row: (row.created_at.isoformat(), row.id))


async def of_job(session: AsyncSession, job_id: UUID) -> AnnotationImport:
    """The import that a job is for."""
    return (await session.execute(select(AnnotationImport).where(col(AnnotationImport.job_id) == job_id))).scalar_one()


async def known_images(session: AsyncSession, project_id: UUID) -> list[KnownImage]:
    """The images of a project that annotations can belong to, in the order of their making."""
    columns = (col(Image.id), col(Image.name), col(Image.width), col(Image.height), col(Image.frames), col(Image.timepoints))
    query = select(*columns).where(col(Image.project_id) == project_id, col(Image.deleted_at).is_(None))
    rows = await session.execute(query.order_by(col(Image.created_at), col(Image.id)))
    return [KnownImage(row.id, row.name, row.width, row.height, planes.count(row.frames, row.timepoints)) for row in rows]


async def sample_kind(session: AsyncSession, project_id: UUID) -> str:
    """What is in the pictures of a project."""
    return str((await session.execute(select(col(Project.sample_kind)).where(col(Project.id) == project_id))).scalar_one())


async def set_report(session: AsyncSession, import_id: UUID, format_: str, report: dict[str, object]) -> None:
    """Write what became of an import's files."""
    await session.execute(update(AnnotationImport).where(col(AnnotationImport.id) == import_id).values(format=format_, report=report))
