"""What everybody who looks is told of a new revision, whoever made it; galleries show that of an image's first frame."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import draw_later, emit
from cellhub_app.domain.annotations.appending import Place
from cellhub_app.domain.annotations.schemas import NewResult
from cellhub_app.models.annotation import Revision, RevisionKind


def tell(session: AsyncSession, place: Place, entry: Revision, in_image: int) -> None:
    """Emit the events of a revision that left so many objects in its image, and have the outlines on the gallery's card follow it."""
    is_first = place.frame == 0
    data = {"imageId": place.image_id, "objectCount": in_image} | ({"revision": entry.number} if is_first else {})
    emit(session, Event(EventType.IMAGE_STATUS, place.project_id, data=data))
    told = {"imageId": place.image_id, "frame": place.frame, "revision": entry.number, "kind": entry.kind, "authorId": entry.author_id}
    emit(session, Event(EventType.ANNOTATIONS_CHANGED, place.project_id, data=told))
    if is_first:
        draw_later(session, place.image_id, entry.number)


def tell_found(session: AsyncSession, project_id: UUID, result: NewResult, number: int) -> None:
    """Emit that a model's result became a revision of its frame; what galleries show is told with the job."""
    told = {"imageId": result.image_id, "frame": result.frame, "revision": number, "kind": RevisionKind.MODEL, "authorId": None}
    emit(session, Event(EventType.ANNOTATIONS_CHANGED, project_id, data=told))
