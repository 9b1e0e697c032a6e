"""What can be done with images."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Invalid, NotAllowed, NotFound, SelectionEmpty
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.limits import FILE_NAME_MAX_LENGTH, IMAGES_PER_REQUEST
from cellhub_app.core.pagination import Page, PageRequest
from cellhub_app.core.reading import Fetch, within
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, Viewer, Visitor, require, require_view
from cellhub_app.domain.images import listing, repository
from cellhub_app.domain.images.schemas import ImageChange, ImageCounts, ImageFilters, ImageView, image_json, image_view, listed_view
from cellhub_app.models.image import Image

Selection = Sequence[UUID] | Literal["all"]


class ImageNotFound(NotFound):
    """There is no such image for this caller."""

    code, title = "imageNotFound", "There is no such image, or it is not shared with you"


async def page(
    session: AsyncSession, principal: Principal, project_id: UUID, filters: ImageFilters, request: PageRequest
) -> Page[ImageView]:
    """One page of a project's images. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return (await listing.page(within(session), project_id, filters, request)).map(listed_view)


async def page_json(fetch: Fetch, principal: Viewer, project_id: UUID, filters: ImageFilters, request: PageRequest) -> Page[dict[str, Any]]:
    """The same as plain values, for the API: the right to see is asked in the same statement. Raises ProjectNotFound, NotAllowed."""
    if filters.trashed and isinstance(principal, Visitor):
        raise NotAllowed("Only members see the trash.")
    found = await listing.page(fetch, project_id, filters, request, principal)
    if not found.data:
        await require_view(fetch, principal, project_id)
    return found.map(image_json)


async def counts(session: AsyncSession, principal: Viewer, project_id: UUID) -> ImageCounts:
    """How many images of the project are where."""
    await require(session, principal, project_id, Permission.VIEW)
    found = ImageCounts()
    for status, segmentation, images, objects in await repository.counts(session, project_id):
        found.total += images
        found.objects += objects or 0
        found.unreadable += images if status == "failed" else 0
        stage = _stage(status, segmentation)
        setattr(found, stage, getattr(found, stage) + images)
    return found


async def flaws(session: AsyncSession, principal: Viewer, project_id: UUID) -> dict[str, int]:
    """How many pictures of the project look empty, saturated or blurred. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return {row[0]: row[1] for row in await repository.flaws(session, project_id)}


def _stage(status: str, segmentation: str | None) -> str:
    if status == "failed" or segmentation == "failed":
        return "failed"
    if segmentation in {"queued", "paused"}:
        return "queued"
    if segmentation == "running":
        return "running"
    if segmentation == "succeeded":
        return "done"
    return "ready" if status == "ready" else "reading"


async def row(
    session: AsyncSession, principal: Viewer, image_id: UUID, permission: Permission = Permission.VIEW, *, also_trashed: bool = False
) -> Image:
    """The row of an image that the caller may work on. Raises ImageNotFound, NotAllowed."""
    image = await repository.readable(session, principal, image_id, also_trashed=also_trashed)
    if image is None:
        raise ImageNotFound
    await require(session, principal, image.project_id, permission)
    return image


async def get(session: AsyncSession, principal: Viewer, image_id: UUID) -> ImageView:
    """One image. Raises ImageNotFound."""
    return image_view(await row(session, principal, image_id))


async def picture(fetch: Fetch, principal: Viewer, image_id: UUID, *, also_trashed: bool = False) -> repository.Picture:
    """What it takes to find an image's pictures. Raises ImageNotFound."""
    found = await repository.picture(fetch, principal, image_id, also_trashed=also_trashed)
    if found is None:
        raise ImageNotFound
    return found


async def neighbours(session: AsyncSession, principal: Principal, image_id: UUID) -> tuple[UUID | None, UUID | None]:
    """The images before and after this one. Raises ImageNotFound."""
    return await repository.neighbours(session, await row(session, principal, image_id))


async def update(session: AsyncSession, principal: Principal, image_id: UUID, change: ImageChange) -> ImageView:
    """Change an image's name, tags or pixel size; annotators, who measure, the pixel size only. Raises ImageNotFound, NotAllowed."""
    needed = Permission.ANNOTATE if change.model_fields_set == {"pixel_size_um"} else Permission.EDIT
    image = await row(session, principal, image_id, needed)
    for name in change.model_fields_set:
        value = getattr(change, name)
        if value is not None or name == "pixel_size_um":
            setattr(image, name, value)
    if "pixel_size_um" in change.model_fields_set:
        image.pixel_size_origin = "user" if image.pixel_size_um else None
    session.add(image)
    emit(session, Event(EventType.IMAGE_STATUS, image.project_id, data={"imageId": image.id, "name": image.name, "tags": image.tags}))
    return image_view(image)


async def delete(
    session: AsyncSession, principal: Principal, project_id: UUID, ids: Selection, filters: ImageFilters | None = None
) -> list[UUID]:
    """Put the chosen images (or all that match the filters) in the trash; answers which, for undo. Raises SelectionEmpty, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    if ids == "all":
        conditions = repository.filtered(project_id, filters or ImageFilters())
    else:
        conditions = repository.chosen(project_id, checked_ids(ids))
    gone = await repository.mark_deleted(session, project_id, conditions)
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True}))
    return gone


async def restore(session: AsyncSession, principal: Principal, project_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Take images out of the trash; answers which. Raises SelectionEmpty, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    back = await repository.unmark_deleted(session, project_id, checked_ids(ids))
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True}))
    return back


def checked_ids(ids: Sequence[UUID]) -> list[UUID]:
    """The ids without repeats. Raises SelectionEmpty for none, Invalid for too many."""
    if not ids:
        raise SelectionEmpty
    if len(ids) > IMAGES_PER_REQUEST:
        raise Invalid(f'At most {IMAGES_PER_REQUEST:,} images can be named at once; use "all" for more.')
    return list(dict.fromkeys(ids))


def display_name(name: str) -> str:
    """A file's own name for showing: no folders, no control characters, at most 255 characters, never empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(character for character in last if character.isprintable()).strip()
    return clean[:FILE_NAME_MAX_LENGTH] or "unnamed"
