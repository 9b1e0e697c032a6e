"""The bytes of images: the original, the picture for the viewer, the thumbnail, the overlay."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cellhub_app.api.deps import Client, MediaSigned, Services
from cellhub_app.api.downloads import ASK_FIRST, FOR_EVER, stored
from cellhub_app.core.errors import NotFound
from cellhub_app.core.reading import read
from cellhub_app.domain.access import Viewer
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.images import service as images
from cellhub_app.domain.images.repository import Picture
from cellhub_app.models.image import ImageStatus, storage_key

router = APIRouter(prefix="/images/{image_id}", tags=["images"])
WEBP = "image/webp"
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {WEBP: {"schema": {"type": "string", "format": "binary"}}}}}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


class PictureNotReady(NotFound):
    """The image is still being read, or could not be read."""

    code, title = "pictureNotReady", "There is no picture of this image yet"


class FileNotReady(NotFound):
    """The file is still to be checked."""

    code, title = "fileNotReady", "The file of this image has not been checked yet"


async def ready(principal: Viewer, image_id: UUID, *, also_trashed: bool = False) -> Picture:
    """What it takes to find the pictures of an image that was read. Raises ImageNotFound, PictureNotReady."""
    found = await images.picture(read, principal, image_id, also_trashed=also_trashed)
    if found.status != ImageStatus.READY:
        raise PictureNotReady
    return found


@router.get("/file", response_class=Response, responses=_BYTES)
async def original(image_id: UUID, request: Request, services: Services, principal: MediaSigned, who: Client) -> Response:
    """The file as it was uploaded, under its own name; 404 until it has passed its checks."""
    async with services.work() as session:
        row = await images.row(session, principal, image_id)
        if row.status in {ImageStatus.UPLOADED, ImageStatus.INGESTING}:
            raise FileNotReady
        await activity.record(
            session, principal, Action.DOWNLOAD, resource_type="image", resource_id=image_id, ip=who.ip, user_agent=who.user_agent
        )
    key = storage_key(image_id, "original")
    etag = f'"{row.sha256[:32]}"'
    return await stored(request, services.storage, key, media_type="application/octet-stream", etag=etag, name=row.name)


@router.get("/display", response_class=Response, responses=PICTURE)
async def display(image_id: UUID, request: Request, services: Services, principal: MediaSigned) -> Response:
    """The picture for the viewer: 8-bit WebP in full resolution, its longest side at most 8192 pixels."""
    row = await ready(principal, image_id)
    etag = f'"{row.sha256[:32]}-display"'
    return await stored(request, services.storage, storage_key(image_id, "display.webp"), media_type=WEBP, etag=etag)


@router.get("/thumbnail", response_class=Response, responses=PICTURE)
async def thumbnail(image_id: UUID, request: Request, services: Services, principal: MediaSigned) -> Response:
    """A small WebP; 404 until the image is read."""
    row = await ready(principal, image_id, also_trashed=True)
    etag = f'"{row.sha256[:32]}-thumbnail"'
    return await stored(request, services.storage, storage_key(image_id, "thumbnail.webp"), media_type=WEBP, etag=etag)


@router.get("/overlay", response_class=Response, responses=PICTURE)
async def overlay(
    image_id: UUID,
    request: Request,
    services: Services,
    principal: MediaSigned,
    revision: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="a revision; without it the newest")] = None,
) -> Response:
    """The outlines of a revision drawn on nothing, the size of the thumbnail; 404 until the image is segmented.

    After an edit those of before are sent until a worker has drawn the new ones, some seconds later; an edit that others followed at once
    has no picture of its own.
    """
    row = await ready(principal, image_id, also_trashed=True)
    is_drawn = revision is not None and revision not in range(row.outlines_revision + 1, row.revision + 1)
    number = revision if is_drawn else row.outlines_revision
    key = storage_key(image_id, f"overlay-{number}.webp")
    cache = FOR_EVER if is_drawn else ASK_FIRST
    return await stored(request, services.storage, key, media_type=WEBP, etag=f'"overlay-{number}"', cache=cache)
