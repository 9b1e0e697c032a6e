"""Exports."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from cellhub_app.api.deps import Client, Look, MediaSigned, Paged, Recorded, Services, Signed, Work
from cellhub_app.api.downloads import ASK_FIRST, stored
from cellhub_app.core.pagination import Page
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.exports import service as exports
from cellhub_app.domain.exports.formats.json_schema import SCHEMA
from cellhub_app.domain.exports.schemas import ExportRequest, ExportView
from cellhub_app.domain.flows import export as flow
from cellhub_app.domain.flows.export import selected
from cellhub_app.domain.schema import PageView

router = APIRouter(tags=["exports"])
_ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post("/projects/{project_id}/exports", status_code=202, response_model=ExportView)
async def start_export(project_id: UUID, wanted: ExportRequest, session: Work, principal: Signed, record: Recorded) -> ExportView:
    """Ask for a ZIP; a worker makes it."""
    export = await flow.export(session, principal, project_id, wanted.formats, selected(wanted), wanted.options)
    await record(Action.EXPORT, "export", export.id, formats=export.formats)
    return export


@router.post("/exports/{export_id}/again", status_code=202, response_model=ExportView)
async def start_export_again(export_id: UUID, session: Work, principal: Signed, record: Recorded) -> ExportView:
    """Ask for an export like this one: the same formats and choices, of the same images as they are now."""
    export = await flow.again(session, principal, export_id)
    await record(Action.EXPORT, "export", export.id, formats=export.formats)
    return export


@router.get("/projects/{project_id}/exports", response_model=PageView[ExportView])
async def list_exports(project_id: UUID, session: Look, principal: Signed, page: Paged) -> Page[ExportView]:
    """One page of a project's exports, newest first."""
    return await exports.page(session, principal, project_id, page)


@router.get("/exports/schema", response_model=dict[str, Any])
async def get_export_schema(_principal: Signed) -> dict[str, Any]:
    """The JSON Schema of json/project.json."""
    return SCHEMA


@router.get("/exports/{export_id}", response_model=ExportView)
async def get_export(export_id: UUID, session: Look, principal: Signed) -> ExportView:
    """How far an export is."""
    return await exports.get(session, principal, export_id)


@router.post("/exports/{export_id}/cancel", response_model=ExportView)
async def cancel_export(export_id: UUID, session: Work, principal: Signed, record: Recorded) -> ExportView:
    """Stop an export."""
    stopped = await flow.cancel(session, principal, export_id)
    await record(Action.EXPORT_CANCEL, "export", export_id)
    return stopped


@router.get("/exports/{export_id}/download", response_class=Response, responses=_ZIP)
async def download_export(export_id: UUID, request: Request, services: Services, principal: MediaSigned, who: Client) -> Response:
    """The ZIP."""
    async with services.work() as session:
        found = await exports.download(session, principal, export_id)
        await activity.record(
            session, principal, Action.DOWNLOAD, resource_type="export", resource_id=export_id, ip=who.ip, user_agent=who.user_agent
        )
    etag = f'"{export_id}"'
    return await stored(
        request, services.storage, found.key, media_type="application/zip", etag=etag, cache=ASK_FIRST, name=found.file_name
    )
