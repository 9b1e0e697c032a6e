"""Imports of annotations."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.api.deps import Client, Look, Paged, Services, Signed
from cellhub_app.api.uploads import incoming_import
from cellhub_app.core.pagination import Page
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows.bring_in import AUTO, file_max_bytes, import_annotations
from cellhub_app.domain.imports import service as imports
from cellhub_app.domain.imports.registry import FORMATS
from cellhub_app.domain.imports.schemas import ImportView
from cellhub_app.domain.schema import PageView

router = APIRouter(tags=["imports"])

_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": 50}
_FORM = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": _FILES,
        "format": {"type": "string", "enum": [AUTO, *FORMATS], "default": AUTO},
        "mode": {"type": "string", "enum": ["replace", "add"], "default": "replace"},
    },
}
_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}


@router.post("/projects/{project_id}/imports", status_code=202, response_model=ImportView, openapi_extra=_BODY)
async def start_import(project_id: UUID, request: Request, services: Services, principal: Signed, *, who: Client) -> ImportView:
    """Take files with annotations; a worker reads them, lands them as a revision of each image, and reports what became of everything."""

    async def note(session: AsyncSession, view: ImportView) -> None:
        detail = {"format": view.format, "files": [file.name for file in view.files]}
        about = {"resource_type": "import", "resource_id": view.id, "detail": detail}
        await activity.record(session, principal, Action.IMPORT, **about, ip=who.ip, user_agent=who.user_agent)  # type: ignore[arg-type]

    body = incoming_import(request, file_max_bytes(services.settings))
    return await import_annotations(services, principal, project_id, body, note)


@router.get("/projects/{project_id}/imports", response_model=PageView[ImportView])
async def list_imports(project_id: UUID, session: Look, principal: Signed, page: Paged) -> Page[ImportView]:
    """One page of a project's imports, newest first."""
    return await imports.page(session, principal, project_id, page)


@router.get("/imports/{import_id}", response_model=ImportView)
async def get_import(import_id: UUID, session: Look, principal: Signed) -> ImportView:
    """How far an import is, and its report once it is done."""
    return await imports.get(session, principal, import_id)
