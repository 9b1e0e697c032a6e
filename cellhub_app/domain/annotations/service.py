"""What can be done with polygons: read them at any revision, edit, restore, and store what a model found."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from cellhub_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from cellhub_app.core.imaging import planes
from cellhub_app.domain.access import Permission, Principal, Viewer, insist, require, role_by
from cellhub_app.domain.annotations import appending, drawn, news, repository
from cellhub_app.domain.annotations.appending import Place
from cellhub_app.domain.annotations.schemas import Brought, Edit, EditConflict, EditStep, NewObject, NewResult
from cellhub_app.models.annotation import Object, Revision, RevisionKind
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


async def corrected_frames(session: AsyncSession, image_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Image -> the frame that a person corrected last; nothing for images in which nobody corrected anything."""
    return await repository.corrected_frames(session, image_ids) if image_ids else {}


async def present_outlines(session: AsyncSession, image_id: UUID, frame: int = 0) -> list[bytes]:
    """The outlines that a frame has now, as codec.py packs them."""
    segmentation = await repository.segmentation(session, image_id, frame)
    return [row.geometry for row in await repository.objects(session, segmentation.id, None)] if segmentation else []


async def edit(session: AsyncSession, principal: Principal, image_id: UUID, change: Edit, frame: int = 0) -> list[int]:
    """Apply what was changed by hand; answers the revision of each step. Raises PolygonsConflict, Invalid, ImageNotFound, NotAllowed."""
    if change.author_id not in (None, principal.user_id):
        raise NotAllowed("Somebody else was signed in here when these edits were made. Sign in as them to save the edits.")
    place = await _place(session, principal, image_id, frame)
    if change.base_revision > place.head:
        raise Invalid(f"baseRevision {change.base_revision} does not exist yet; the newest is {place.head}.")
    numbers: list[int] = []
    for step in change.steps:
        earlier, present = await appending.known(session, place, step.edit_id, [*step.removed, *(item.id for item in step.added)])
        if earlier is None:
            await _refuse_conflicts(session, place, step, present, lambda added: added <= change.base_revision or added in numbers)
        numbers.append(earlier or await _edit_once(session, principal, place, step))
    return numbers


async def _place(session: AsyncSession, principal: Principal, image_id: UUID, frame: int) -> Place:
    """The frame, held, if the caller may change its polygons. Raises ImageNotFound, NotAllowed, Invalid where there is no such plane."""
    found = await appending.held_place(session, principal, image_id, frame)
    if found is None:
        image = await readable_image(session, principal, image_id, Permission.ANNOTATE)
        if frame >= (count := planes.count(image.frames, image.timepoints)):
            has = "one plane" if count == 1 else f"{count:,} planes"
            raise Invalid(f"{image.name} has {has}, counted from 0, so there is no plane {frame} to draw in.")
        await repository.ensure_segmentations(session, [(image_id, frame)])
        found = await appending.held_place(session, principal, image_id, frame)
    if found is None:
        raise ImageNotFound
    place, granted = found
    insist(role_by(principal, granted), Permission.ANNOTATE)
    return place


async def _edit_once(session: AsyncSession, principal: Principal, place: Place, step: EditStep) -> int:
    undone = await _undone(session, principal, place, step.undoes) if step.undoes else None
    added = await drawn.measured(place, step.added)
    if undone is not None:
        added = await _as_before(session, place, added)
    entry = Revision(
        segmentation_id=place.segmentation_id, number=place.head + 1, kind=RevisionKind.EDIT, author_id=principal.user_id,
        edit_id=step.edit_id, note=step.note, undoes=undone.number if undone else None,
    )  # fmt: skip
    await _append(session, place, entry, removed=list(dict.fromkeys(step.removed)), added=added)
    return entry.number


async def _undone(session: AsyncSession, principal: Principal, place: Place, edit_id: UUID) -> Revision:
    undone = await repository.edit_with_id(session, place.segmentation_id, edit_id)
    if undone is None or undone.author_id != principal.user_id:
        raise Invalid("The edit to take back is not one of yours in this image.")
    return undone


async def _as_before(session: AsyncSession, place: Place, added: Sequence[NewObject]) -> list[NewObject]:
    """Objects that come back as they were have their score, doubt and intensities again."""
    known = await repository.versions(session, place.segmentation_id, [new.id for new in added])
    earlier = {(row.id, row.geometry, row.class_id): row for row in reversed(known)}
    return [_again(row) if (row := earlier.get((new.id, new.geometry, new.class_id))) else new for new in added]


def _again(row: Object) -> NewObject:
    return NewObject(
        row.id, row.geometry, row.area_px, row.bbox, row.measures, row.measures_version, row.score, row.doubt, row.class_id, row.parents
    )


async def restore(session: AsyncSession, principal: Principal, image_id: UUID, revision: int, frame: int = 0) -> int:
    """Make the objects of an old revision present again, as a new revision. Raises RevisionNotFound, NotAllowed."""
    place = await _place(session, principal, image_id, frame)
    if not await repository.revision_exists(session, place.segmentation_id, revision):
        raise RevisionNotFound
    then = {row.id: row for row in await repository.objects(session, place.segmentation_id, revision)}
    present = {row.id: row for row in await repository.objects(session, place.segmentation_id, None)}
    stays = {key for key in then.keys() & present.keys() if then[key].added_revision == present[key].added_revision}
    entry = Revision(
        segmentation_id=place.segmentation_id, number=place.head + 1, kind=RevisionKind.RESTORE, author_id=principal.user_id,
        note=f"Revision {revision} restored", parameters={RESTORED_FROM: revision},
    )  # fmt: skip
    back = [_again(row) for key, row in then.items() if key not in stays]
    await _append(session, place, entry, removed=[key for key in present if key not in stays], added=back)
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
    removed = await repository.present_ids(session, segmentation.id) if brought.replaces else []
    await _append(session, Place.of(image, segmentation), entry, removed=removed, added=brought.objects)
    set_committed_value(segmentation, "head", entry.number)
    return entry.number


async def save_results(session: AsyncSession, results: Sequence[NewResult]) -> dict[tuple[UUID, int], int]:
    """Store what models found in several planes at once: a new revision each that replaces all but what is kept; (job, frame) -> number.

    The caller's transaction also finishes the jobs, so that a result and its status appear together.
    """
    if not results:
        return {}
    places = await repository.ensure_segmentations(session, [(result.image_id, result.frame) for result in results])
    numbers: dict[tuple[UUID, int], int] = {}
    for result in results:
        segmentation = places[result.image_id, result.frame]
        segmentation.head += 1
        numbers[result.job_id, result.frame] = segmentation.head
        removed = 0
        if segmentation.head > 1:
            removed = await repository.remove_present(session, segmentation.id, segmentation.head, but=list(result.kept))
        session.add(
            Revision(
                segmentation_id=segmentation.id, number=segmentation.head, kind=RevisionKind.MODEL, job_id=result.job_id,
                model=result.model, weights_sha256=result.weights_sha256, parameters=dict(result.parameters),
                added=len(result.objects), removed=removed, object_count=result.count,
            )
        )  # fmt: skip
    await session.flush()
    stored = ((result, places[result.image_id, result.frame].id, numbers[result.job_id, result.frame]) for result in results)
    await repository.add_objects(session, ((place, number, new) for result, place, number in stored for new in result.objects))
    return numbers


async def _refuse_conflicts(
    session: AsyncSession, place: Place, step: EditStep, present: Mapping[UUID, int], is_known: Callable[[int], bool]
) -> None:
    """Raises PolygonsConflict for objects that are gone, or are not as their editor knows them: `is_known` says it of a revision."""
    added = [item.id for item in step.added]
    if len(set(added)) != len(added):
        raise Invalid("An object id is added twice in one edit.")
    stale = [key for key in dict.fromkeys(step.removed) if key not in present or not is_known(present[key])]
    if stale:
        conflicts = [await _conflict(session, place, key, present.get(key)) for key in stale]
        raise PolygonsConflict(revision=place.head, conflicts=[item.model_dump(mode="json", by_alias=True) for item in conflicts])
    if taken := present.keys() & set(added) - set(step.removed):
        raise Invalid(f"The object {next(iter(taken))} exists already; remove it in the same edit to replace it.")


async def _conflict(session: AsyncSession, place: Place, object_id: UUID, version: int | None) -> EditConflict:
    removed_by, replaced_by = await repository.fate(session, place.segmentation_id, object_id)
    replaced_by = replaced_by if version is None else [object_id, *(key for key in replaced_by if key != object_id)]
    return EditConflict(id=object_id, removed_by=removed_by, replaced_by=replaced_by)


async def _append(session: AsyncSession, place: Place, entry: Revision, *, removed: Sequence[UUID], added: Sequence[NewObject]) -> None:
    news.tell(session, place, entry, await appending.append(session, place, entry, removed, added))
