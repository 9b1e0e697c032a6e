"""Images: taking files in, listing and finding, changing, deleting."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from cellhub_app.api.deps import Client, Look, Recorded, Services, Signed, Work
from cellhub_app.api.paging import PageQuery, page_answer
from cellhub_app.api.uploads import incoming_files
from cellhub_app.core import telemetry
from cellhub_app.core.reading import read
from cellhub_app.domain.access import Permission
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows.holding import looked_up
from cellhub_app.domain.flows.upload import add_images
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.schemas import ImageChange, ImageFilters, ImageView, UploadAnswer
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.schema import PageView

router = APIRouter(tags=["images"])

_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": 50}
_FORM = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": _FILES,
        "session": {"type": "string", "format": "uuid"},
        "index": {"type": "integer", "description": "the file's place in the session; repeated, one for each file in their order"},
    },
}
_UPLOAD_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}}


@router.post("/projects/{project_id}/images", status_code=202, response_model=UploadAnswer, openapi_extra=_UPLOAD_BODY)
async def upload_images(project_id: UUID, request: Request, services: Services, principal: Signed, *, who: Client) -> Response:
    """Take files in; a worker reads them. A file that cannot be taken is refused by name, and the others are taken."""

    async def note(session: AsyncSession, answer: UploadAnswer) -> None:
        detail = {"accepted": len(answer.accepted), "refused": [refusal.code for refusal in answer.refused]}
        about: dict[str, Any] = {"resource_type": "project", "resource_id": project_id, "detail": detail}
        await activity.record(session, principal, Action.UPLOAD, **about, ip=who.ip, user_agent=who.user_agent)

    body = incoming_files(request, services.settings.max_file_bytes)
    answer = await add_images(services, principal, project_id, body, note)
    telemetry.UPLOADED_BYTES.inc(sum(image.bytes for image in answer.accepted))
    return Response(answer.model_dump_json(by_alias=True), status_code=202, media_type="application/json")


class ImageQuery(ImageFilters, PageQuery):
    """Which images, in which order, and which page of them."""


@router.get("/projects/{project_id}/images", response_model=PageView[ImageView])
async def list_images(project_id: UUID, query: Annotated[ImageQuery, Query()], principal: Signed) -> Response:
    """One page of a project's images. Of a search for one or two letters it may be short, even empty, and still have a next one."""
    filters = await looked_up(principal, project_id, query)
    return page_answer(await images.page_json(read, principal, project_id, filters, query.page))


@router.get("/images/{image_id}", response_model=ImageView)
async def get_image(image_id: UUID, session: Look, principal: Signed) -> ImageView:
    """One image."""
    return await images.get(session, principal, image_id)


@router.patch("/images/{image_id}", response_model=ImageView)
async def update_image(image_id: UUID, change: ImageChange, session: Work, principal: Signed, record: Recorded) -> ImageView:
    """Change an image's name, tags or pixel size."""
    changed = await images.update(session, principal, image_id, change)
    await record(Action.IMAGE_UPDATE, "image", image_id, changed=sorted(change.model_fields_set))
    return changed


@router.delete("/images/{image_id}", status_code=204)
async def delete_image(image_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """Put an image in the trash and stop what is queued for it."""
    row = await images.row(session, principal, image_id, Permission.EDIT)
    gone = await images.delete(session, principal, row.project_id, [image_id])
    await jobs.cancel_images(session, gone)
    await record(Action.IMAGE_DELETE, "image", image_id, name=row.name)
