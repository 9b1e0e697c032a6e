"""What can be done with imports. Files come in by flows/bring_in.py; a worker reads them by reading_in.py and lands what they hold."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import NotFound
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.imports import repository
from cellhub_app.domain.imports.registry import FORMATS
from cellhub_app.domain.imports.schemas import ImportView, ReaderView


class ImportNotFound(NotFound):
    """There is no such import for this caller."""

    code, title = "importNotFound", "There is no such import, or it is not shared with you"


def formats() -> list[ReaderView]:
    """The formats that can be imported."""
    return [ReaderView(name=name, title=entry.title) for name, entry in FORMATS.items()]


async def get(session: AsyncSession, principal: Principal, import_id: UUID) -> ImportView:
    """One import. Raises ImportNotFound."""
    row = await repository.readable(session, principal, import_id)
    if row is None:
        raise ImportNotFound
    return ImportView.model_validate(row)


async def page(session: AsyncSession, principal: Principal, project_id: UUID, request: PageRequest) -> Page[ImportView]:
    """One page of a project's imports, newest first. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return (await repository.page(session, project_id, request)).map(ImportView.model_validate)
