"""What can be done with polygons: read them at any revision, edit, restore, and store what a model found."""

import math
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.errors import Conflict, Invalid, NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.geometry import codec, polygon
from cellhub_app.core.metrics import measure
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, Viewer, require
from cellhub_app.domain.annotations import repository
from cellhub_app.domain.annotations.schemas import AddedObject, Brought, Edit, EditConflict, NewObject, NewResult
from cellhub_app.models.annotation import Revision, RevisionKind, Segmentation
from cellhub_app.models.image import Image

RESTORED_FROM = "restored_from"


class ImageNotFound(NotFound):
    """There is no such image for this caller."""

    code, title = "imageNotFound", "There is no such image, or it is not shared with you"


class RevisionNotFound(NotFound):
    """The image has no such revision."""

    code, title = "revisionNotFound", "This image has no such revision"


class PolygonsConflict(Conflict):
    """An edit would remove objects that are gone already; `context` says what became of them."""

    code, title = "polygonsConflict", "Somebody changed these objects first"


async def readable_image(session: AsyncSession, principal: Viewer, image_id: UUID, permission: Permission) -> Image:
    """The image, if the caller may do this with its polygons. Raises ImageNotFound, NotAllowed."""
    image = await repository.readable_image(session, principal, image_id)
    if image is None:
        raise ImageNotFound
    await require(session, principal, image.project_id, permission)
    return image


async def corrected(session: AsyncSession, image_id: UUID, frame: int = 0) -> tuple[int, list[bytes]] | None:
    """The newest revision of a frame that a person made and its outlines as codec.py packs them; None where nobody corrected anything."""
    segmentation = await repository.segmentation(session, image_id, frame)
    number = await repository.corrected_revision(session, segmentation.id) if segmentation else None
    if segmentation is None or number is None:
        return None
    return number, [row.geometry for row in await repository.objects(session, segmentation.id, number)]


async def present_outlines(session: AsyncSession, image_id: UUID, frame: int = 0) -> list[bytes]:
    """The outlines that a frame has now, as codec.py packs them."""
    segmentation = await repository.segmentation(session, image_id, frame)
    return [row.geometry for row in await repository.objects(session, segmentation.id, None)] if segmentation else []


async def edit(session: AsyncSession, principal: Principal, image_id: UUID, change: Edit, frame: int = 0) -> int:
    """Apply a change made by hand; answers the new revision. Raises PolygonsConflict, Invalid, ImageNotFound, NotAllowed."""
    image = await readable_image(session, principal, image_id, Permission.ANNOTATE)
    segmentation = (await repository.ensure_segmentations(session, [(image_id, frame)]))[image_id, frame]
    earlier = await repository.edit_with_id(session, segmentation.id, change.edit_id)
    if earlier is not None:
        return earlier.number
    await _refuse_conflicts(session, segmentation, change)
    added = [_hand_made(image, item) for item in change.added]
    removed = list(dict.fromkeys(change.removed))
    entry = Revision(
        segmentation_id=segmentation.id, number=segmentation.head + 1, kind=RevisionKind.EDIT, author_id=principal.user_id,
        edit_id=change.edit_id, note=change.note,
    )  # fmt: skip
    await _append(session, image, segmentation, entry, removed=removed, added=added)
    return entry.number


async def restore(session: AsyncSession, principal: Principal, image_id: UUID, revision: int, frame: int = 0) -> int:
    """Make the objects of an old revision present again, as a new revision. Raises RevisionNotFound, NotAllowed."""
    image = await readable_image(session, principal, image_id, Permission.ANNOTATE)
    segmentation = await repository.segmentation(session, image_id, frame, lock=True)
    if segmentation is None or not await repository.revision_exists(session, segmentation.id, revision):
        raise RevisionNotFound
    then = {row.id: row for row in await repository.objects(session, segmentation.id, revision)}
    present = {row.id: row for row in await repository.objects(session, segmentation.id, None)}
    stays = {key for key in then.keys() & present.keys() if then[key].added_revision == present[key].added_revision}
    entry = Revision(
        segmentation_id=segmentation.id, number=segmentation.head + 1, kind=RevisionKind.RESTORE, author_id=principal.user_id,
        note=f"Revision {revision} restored", parameters={RESTORED_FROM: revision},
    )  # fmt: skip
    back = [
        NewObject(
            row.id, row.geometry, row.area_px, row.bbox, row.measures, row.measures_version, row.score, row.doubt, row.class_id, row.parents
        )
        for key, row in then.items()
        if key not in stays
    ]
    await _append(session, image, segmentation, entry, removed=[key for key in present if key not in stays], added=back)
    return entry.number


async def bring(session: AsyncSession, brought: Brought) -> int | None:
    """Store the objects of an import as a revision of its image; answers its number, None when the image is gone or has them already."""
    image = await repository.present_image(session, brought.image_id)
    if image is None:
        return None
    place = (brought.image_id, brought.frame)
    segmentation = (await repository.ensure_segmentations(session, [place]))[place]
    if await repository.made_by_job(session, segmentation.id, brought.job_id):
        return None
    entry = Revision(
        segmentation_id=segmentation.id, number=segmentation.head + 1, kind=RevisionKind.IMPORT, author_id=brought.author_id,
        job_id=brought.job_id, note=brought.note,
    )  # fmt: skip
    await _append(session, image, segmentation, entry, removed=None if brought.replaces else [], added=brought.objects)
    return entry.number


async def save_results(session: AsyncSession, results: Sequence[NewResult]) -> dict[UUID, int]:
    """Store what models found in several images at once: a new revision each that replaces what was there; job id -> revision number.

    The caller's transaction also finishes the jobs, so that a result and its status appear together.
    """
    if not results:
        return {}
    places = await repository.ensure_segmentations(session, [(result.image_id, result.frame) for result in results])
    numbers: dict[UUID, int] = {}
    for result in results:
        segmentation = places[result.image_id, result.frame]
        segmentation.head += 1
        numbers[result.job_id] = segmentation.head
        removed = await repository.remove_present(session, segmentation.id, segmentation.head) if segmentation.head > 1 else 0
        session.add(
            Revision(
                segmentation_id=segmentation.id, number=segmentation.head, kind=RevisionKind.MODEL, job_id=result.job_id,
                model=result.model, weights_sha256=result.weights_sha256, parameters=dict(result.parameters),
                added=len(result.objects), removed=removed, object_count=len(result.objects),
            )
        )  # fmt: skip
    await session.flush()
    rows = ((places[result.image_id, result.frame].id, numbers[result.job_id], new) for result in results for new in result.objects)
    await repository.add_objects(session, rows)
    return numbers


async def _refuse_conflicts(session: AsyncSession, segmentation: Segmentation, change: Edit) -> None:
    if change.base_revision > segmentation.head:
        raise Invalid(f"baseRevision {change.base_revision} does not exist yet; the newest is {segmentation.head}.")
    added = [item.id for item in change.added]
    if len(set(added)) != len(added):
        raise Invalid("An object id is added twice in one edit.")
    present = await repository.present_ids(session, segmentation.id, [*change.removed, *added])
    missing = [key for key in dict.fromkeys(change.removed) if key not in present]
    if missing:
        conflicts = [await _conflict(session, segmentation, key) for key in missing]
        raise PolygonsConflict(revision=segmentation.head, conflicts=[item.model_dump(mode="json", by_alias=True) for item in conflicts])
    if taken := present.intersection(added).difference(change.removed):
        raise Invalid(f"The object {next(iter(taken))} exists already; remove it in the same edit to replace it.")


async def _conflict(session: AsyncSession, segmentation: Segmentation, object_id: UUID) -> EditConflict:
    removed_by, replaced_by = await repository.fate(session, segmentation.id, object_id)
    return EditConflict(id=object_id, removed_by=removed_by, replaced_by=replaced_by)


def _inside(image: Image, bounds: tuple[float, float, float, float]) -> bool:
    x0, y0, x1, y1 = bounds
    return min(x0, y0) >= -1 and x1 <= (image.width or math.inf) + 1 and y1 <= (image.height or math.inf) + 1


def _hand_made(image: Image, item: AddedObject) -> NewObject:
    shape = polygon.from_geojson(item.feature.get("geometry", item.feature))
    if not _inside(image, shape.bounds):
        raise Invalid("A polygon leaves the image. Move it inside and save again.")
    properties = item.feature.get("properties") or {}
    class_id = properties.get("classId", 0)
    if not isinstance(class_id, int) or not 0 <= class_id < 2**15:
        raise Invalid("classId must be a whole number from 0 to 32767.")
    values = measure.measure_shape(shape).tolist()
    return NewObject(
        item.id, codec.encode(shape), values[0], shape.bounds, values, measure.VERSION, class_id=class_id, parents=item.parents
    )


async def _append(
    session: AsyncSession,
    image: Image,
    segmentation: Segmentation,
    entry: Revision,
    *,
    removed: Sequence[UUID] | None,
    added: Sequence[NewObject],
) -> None:
    """Write a revision; `removed` None removes everything that is there."""
    segmentation.head = entry.number
    entry.removed = await repository.remove_present(session, segmentation.id, entry.number, removed)
    entry.added = len(added)
    await repository.add_objects(session, [(segmentation.id, entry.number, new) for new in added])
    count = await repository.object_count(session, image.id)
    entry.object_count = count
    session.add(entry)
    values = {"object_count": count, "revision": entry.number}
    await session.execute(update(Image).where(col(Image.id) == image.id).values(**values))
    data = {"imageId": image.id, "objectCount": count, "revision": entry.number}
    emit(session, Event(EventType.IMAGE_STATUS, image.project_id, data=data))
