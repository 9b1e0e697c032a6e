"""What everybody who looks is told of a new revision, whoever made it; galleries show that of an image's first frame."""

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import draw_later, emit
from cellhub_app.models.annotation import Revision, Segmentation
from cellhub_app.models.image import Image


def of_image(segmentation: Segmentation, number: int) -> dict[str, int]:
    """What a frame's new revision changes of its image beside the number of objects."""
    return {"revision": number} if segmentation.frame == 0 else {}


def tell(session: AsyncSession, image: Image, segmentation: Segmentation, entry: Revision) -> None:
    """Emit the events of a revision, and have the outlines on the gallery's card follow it."""
    data = {"imageId": image.id, "objectCount": entry.object_count} | of_image(segmentation, entry.number)
    emit(session, Event(EventType.IMAGE_STATUS, image.project_id, data=data))
    told = {"imageId": image.id, "frame": segmentation.frame, "revision": entry.number, "kind": entry.kind, "authorId": entry.author_id}
    emit(session, Event(EventType.ANNOTATIONS_CHANGED, image.project_id, data=told))
    if segmentation.frame == 0:
        draw_later(session, image.id, entry.number)
