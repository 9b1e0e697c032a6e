"""Upload sessions: which files a drop has, what became of each, and what is still to be sent."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from cellhub_app.api.deps import Paged, Services, Signed, Work
from cellhub_app.core.pagination import Page
from cellhub_app.domain.schema import PageView, Schema
from cellhub_app.domain.uploads import service as uploads
from cellhub_app.domain.uploads.schemas import FileState, NewUploadSession, SessionDetail, SessionSummary, SessionView

router = APIRouter(prefix="/projects/{project_id}/upload-sessions", tags=["uploads"])


async def json_of(answer: Schema, status: int = 200) -> Response:
    """A large answer as JSON, written in a thread and not validated a second time."""
    content = await asyncio.to_thread(answer.__pydantic_serializer__.to_json, answer, by_alias=True)
    return Response(content, status_code=status, media_type="application/json")


@router.post("", status_code=201, response_model=SessionView)
async def begin_upload(project_id: UUID, wanted: NewUploadSession, services: Services, session: Work, principal: Signed) -> Response:
    """Say which files will come, up to 50,000; those that can never be taken are refused at once."""
    return await json_of(await uploads.begin(session, principal, project_id, wanted, services.settings.max_upload_mb), 201)


@router.get("", response_model=PageView[SessionSummary])
async def list_uploads(project_id: UUID, session: Work, principal: Signed, page: Paged) -> Page[SessionSummary]:
    """One page of the caller's own uploads that are unfinished or less than a day old, newest first, without their files."""
    return await uploads.page(session, principal, project_id, page)


@router.get("/{session_id}", response_model=SessionDetail)
async def get_upload(
    project_id: UUID,
    session_id: UUID,
    session: Work,
    principal: Signed,
    state: Annotated[FileState | None, Query(description="only the files that stand there")] = None,
) -> Response:
    """One of the caller's own uploads with its files."""
    return await json_of(await uploads.get(session, principal, project_id, session_id, state))


@router.delete("/{session_id}", status_code=204)
async def cancel_upload(project_id: UUID, session_id: UUID, session: Work, principal: Signed) -> None:
    """Take nothing more for this upload; what came stays."""
    await uploads.cancel(session, principal, project_id, session_id)
