"""Asking for an export and stopping one: the export and the job that makes it, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, Invalid
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.domain.access import Principal
from cellhub_app.domain.exports import service
from cellhub_app.domain.exports.options import ExportOptions
from cellhub_app.domain.exports.schemas import ExportRequest, ExportView
from cellhub_app.domain.images.schemas import ImageFilters
from cellhub_app.domain.images.selection import Chosen, Selection, chosen_of, conditions
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import NewJob


class ExportFinished(Conflict):
    """The export is done, so there is nothing to stop."""

    code, title = "exportFinished", "This export is finished already"


def selected(wanted: ExportRequest) -> Selection:
    """The images that a request means. Raises Invalid when it names some and narrows them too."""
    if not (wanted.tag or wanted.q):
        return wanted.image_ids
    if wanted.image_ids != "all":
        raise Invalid("Name images, or narrow all of them by tag and name; not both.")
    return Chosen(filters=ImageFilters(tag=wanted.tag, q=wanted.q))


async def export(
    session: AsyncSession,
    principal: Principal,
    project_id: UUID,
    formats: Sequence[str],
    selection: Selection,
    options: ExportOptions | None = None,
) -> ExportView:
    """Queue an export of the selected images, however many they are.

    Raises FormatUnknown, Invalid, SelectionEmpty, ChosenImageNotFound, ProjectNotFound.
    """
    which = None if selection == "all" else conditions(project_id, selection)
    chosen = chosen_of(selection)
    named = len(set(chosen.ids)) if chosen.filters is None else 0
    row = await service.request(session, principal, project_id, formats, which, named, options)
    await jobs.add(session, [NewJob(JobKind.EXPORT, principal.user_id, project_id, export_id=row.id)])
    return ExportView.model_validate(row)


async def again(session: AsyncSession, principal: Principal, export_id: UUID) -> ExportView:
    """Queue an export like another: the same formats and choices, of all images when that was of all, else of those still there.

    Raises ExportNotFound, SelectionEmpty.
    """
    row = await service.request_again(session, principal, export_id)
    await jobs.add(session, [NewJob(JobKind.EXPORT, principal.user_id, row.project_id, export_id=row.id)])
    return ExportView.model_validate(row)


async def cancel(session: AsyncSession, principal: Principal, export_id: UUID) -> ExportView:
    """Stop an export; the worker notices within two seconds. Raises ExportNotFound, ExportFinished, NotAllowed."""
    row = await service.require_own(session, principal, export_id)
    if not await jobs.cancel_export(session, export_id):
        raise ExportFinished
    await session.refresh(row)
    service.announce(session, row.project_id, row.id, JobStatus.CANCELLED, row.progress)
    return ExportView.model_validate(row)
