"""What can be done with exports. Making one is in building.py; the job behind it is composed in flows/export.py."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotAllowed, NotFound, SelectionEmpty
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.limits import EXPORT_KEEP_HOURS
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import emit
from cellhub_app.core.storage import Storage
from cellhub_app.domain.access import Permission, Principal, allows, require
from cellhub_app.domain.exports import repository
from cellhub_app.domain.exports.names import safe_stem
from cellhub_app.domain.exports.options import ExportOptions
from cellhub_app.domain.exports.registry import FORMATS, checked
from cellhub_app.domain.exports.schemas import Download, ExportView, FormatView
from cellhub_app.models.export import Export, storage_key
from cellhub_app.models.project import Project


class ExportNotFound(NotFound):
    """There is no such export for this caller."""

    code, title = "exportNotFound", "There is no such export, or it is not shared with you"


class ExportExpired(NotFound):
    """The ZIP was there, and its time is over."""

    code, title = "exportExpired", "This export has expired; make it again"


class ExportNotReady(Conflict):
    """The ZIP is not made yet, or never will be."""

    code, title = "exportNotReady", "This export is not ready to download"


class ChosenImageNotFound(NotFound):
    """An image was named that the project does not have."""

    code, title = "imageNotFound", "One of the chosen images is not in this project"


def formats() -> list[FormatView]:
    """The formats that can be asked for."""
    return [FormatView(name=name, title=entry.title) for name, entry in FORMATS.items()]


async def request(
    session: AsyncSession,
    principal: Principal,
    project_id: UUID,
    names: Sequence[str],
    which: Sequence[ColumnElement[bool]] | None,
    least: int,
    options: ExportOptions | None = None,
) -> Export:
    """Write down an export of the images that fit the conditions (None: all of the project); whoever calls adds its job.

    Raises FormatUnknown, ProjectNotFound, SelectionEmpty when no image fits, ChosenImageNotFound when fewer than `least` do.
    """
    await require(session, principal, project_id, Permission.VIEW)
    chosen = options.model_dump(mode="json", exclude_defaults=True) if options else {}
    export_id, images = await repository.add(session, project_id, principal.user_id, checked(names), which, chosen or None)
    if images < least:
        raise ChosenImageNotFound
    if not images:
        raise SelectionEmpty("There is no image to export. Upload one first.")
    export = await row(session, principal, export_id)
    announce(session, project_id, export_id, JobStatus.QUEUED, 0.0)
    return export


async def request_again(session: AsyncSession, principal: Principal, export_id: UUID) -> Export:
    """Write down an export like another, of the same images that are still there. Raises ExportNotFound, SelectionEmpty."""
    former = await row(session, principal, export_id)
    which = await repository.same_images(session, export_id)
    options = ExportOptions.model_validate(former.options or {})
    return await request(session, principal, former.project_id, former.formats, which, 0, options)


def announce(session: AsyncSession, project_id: UUID, export_id: UUID, status: JobStatus, progress: float) -> None:
    """Tell everybody who watches the project how far an export is."""
    data = {"exportId": export_id, "status": status, "progress": round(progress, 3)}
    emit(session, Event(EventType.EXPORT_PROGRESS, project_id, data=data))


async def row(session: AsyncSession, principal: Principal, export_id: UUID) -> Export:
    """The row of an export that the caller may see. Raises ExportNotFound."""
    export = await repository.readable(session, principal, export_id)
    if export is None:
        raise ExportNotFound
    return export


async def get(session: AsyncSession, principal: Principal, export_id: UUID) -> ExportView:
    """One export. Raises ExportNotFound."""
    return ExportView.model_validate(await row(session, principal, export_id))


async def page(session: AsyncSession, principal: Principal, project_id: UUID, request: PageRequest) -> Page[ExportView]:
    """One page of a project's exports, newest first. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return (await repository.page(session, project_id, request)).map(ExportView.model_validate)


async def require_own(session: AsyncSession, principal: Principal, export_id: UUID) -> Export:
    """An export that the caller asked for or may manage. Raises ExportNotFound, NotAllowed."""
    export = await row(session, principal, export_id)
    role = await require(session, principal, export.project_id, Permission.VIEW)
    if export.user_id != principal.user_id and not allows(role, Permission.MANAGE):
        raise NotAllowed("Only who asked for this export, or an owner of the project, may cancel it.")
    return export


async def download(session: AsyncSession, principal: Principal, export_id: UUID) -> Download:
    """Where the ZIP is. Raises ExportNotFound, ExportNotReady, ExportExpired."""
    export = await row(session, principal, export_id)
    if export.status != JobStatus.SUCCEEDED:
        raise ExportNotReady(f"This export is {export.status}; there is nothing to download.")
    if export.bytes is None or (export.expires_at and export.expires_at < now()):
        raise ExportExpired
    project = await session.get_one(Project, export.project_id)
    name = f"{safe_stem(project.name + '.')}-{export.created_at:%Y-%m-%d}.zip"
    return Download(storage_key(export.id), name, export.bytes)


async def mark_ready(session: AsyncSession, project_id: UUID, export_id: UUID, size: int) -> None:
    """The ZIP of `size` bytes is in the storage: it can be downloaded until it expires."""
    await repository.set_ready(session, export_id, size, now() + timedelta(hours=EXPORT_KEEP_HOURS))
    announce(session, project_id, export_id, JobStatus.SUCCEEDED, 1.0)


async def expire(session: AsyncSession, storage: Storage) -> int:
    """Delete the ZIPs whose time is over; answers how many."""
    gone = await repository.forget_expired(session, now())
    await storage.delete(*(storage_key(export_id) for export_id in gone))
    return len(gone)


async def discard(session: AsyncSession, storage: Storage, export_id: UUID) -> None:
    """Delete the ZIP of an export that was cancelled while it was being stored."""
    if await repository.status(session, export_id) == JobStatus.CANCELLED:
        await storage.delete(storage_key(export_id))
