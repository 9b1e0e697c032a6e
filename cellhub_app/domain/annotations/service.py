"""What can be done with polygons: read them at any revision, edit, restore, and store what a model found."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from cellhub_app.domain.access import Permission, Principal, Viewer, require
from cellhub_app.domain.annotations import drawn, news, repository
from cellhub_app.domain.annotations.schemas import Brought, Edit, EditConflict, EditStep, NewObject, NewResult
from cellhub_app.models.annotation import Object, Revision, RevisionKind, Segmentation
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


async def edit(session: AsyncSession, principal: Principal, image_id: UUID, change: Edit, frame: int = 0) -> list[int]:
    """Apply what was changed by hand; answers the revision of each step. Raises PolygonsConflict, Invalid, ImageNotFound, NotAllowed."""
    if change.author_id not in (None, principal.user_id):
        raise NotAllowed("Somebody else was signed in here when these edits were made. Sign in as them to save the edits.")
    image = await readable_image(session, principal, image_id, Permission.ANNOTATE)
    segmentation = await repository.segmentation(session, image_id, frame, lock=True)
    if segmentation is None:
        segmentation = (await repository.ensure_segmentations(session, [(image_id, frame)]))[image_id, frame]
    if change.base_revision > segmentation.head:
        raise Invalid(f"baseRevision {change.base_revision} does not exist yet; the newest is {segmentation.head}.")
    numbers: list[int] = []
    for step in change.steps:
        earlier = await repository.edit_with_id(session, segmentation.id, step.edit_id)
        if earlier is None:
            await _refuse_conflicts(session, segmentation, step, lambda added: added <= change.base_revision or added in numbers)
        numbers.append(earlier.number if earlier else await _edit_once(session, principal, image, segmentation, step))
    return numbers


async def _edit_once(session: AsyncSession, principal: Principal, image: Image, segmentation: Segmentation, step: EditStep) -> int:
    undone = await _undone(session, principal, segmentation, step.undoes) if step.undoes else None
    added = await drawn.measured(image, step.added)
    if undone is not None:
        added = await _as_before(session, segmentation, added)
    removed = list(dict.fromkeys(step.removed))
    entry = Revision(
        segmentation_id=segmentation.id, number=segmentation.head + 1, kind=RevisionKind.EDIT, author_id=principal.user_id,
        edit_id=step.edit_id, note=step.note, undoes=undone.number if undone else None,
    )  # fmt: skip
    await _append(session, image, segmentation, entry, removed=removed, added=added)
    return entry.number


async def _undone(session: AsyncSession, principal: Principal, segmentation: Segmentation, edit_id: UUID) -> Revision:
    undone = await repository.edit_with_id(session, segmentation.id, edit_id)
    if undone is None or undone.author_id != principal.user_id:
        raise Invalid("The edit to take back is not one of yours in this image.")
    return undone


async def _as_before(session: AsyncSession, segmentation: Segmentation, added: Sequence[NewObject]) -> list[NewObject]:
    """Objects that come back as they were have their score, doubt and intensities again."""
    known = await repository.versions(session, segmentation.id, [new.id for new in added])
    earlier = {(row.id, row.geometry, row.class_id): row for row in reversed(known)}
    return [_again(row) if (row := earlier.get((new.id, new.geometry, new.class_id))) else new for new in added]


def _again(row: Object) -> NewObject:
    return NewObject(
        row.id, row.geometry, row.area_px, row.bbox, row.measures, row.measures_version, row.score, row.doubt, row.class_id, row.parents
    )


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
    back = [_again(row) for key, row in then.items() if key not in stays]
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
    """Store what models found in several images at once: a new revision each that replaces all but what is kept; job id -> number.

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
    rows = ((places[result.image_id, result.frame].id, numbers[result.job_id], new) for result in results for new in result.objects)
    await repository.add_objects(session, rows)
    return numbers


async def _refuse_conflicts(session: AsyncSession, segmentation: Segmentation, step: EditStep, is_known: Callable[[int], bool]) -> None:
    """Raises PolygonsConflict for objects that are gone, or are not as their editor knows them: `is_known` says it of a revision."""
    added = [item.id for item in step.added]
    if len(set(added)) != len(added):
        raise Invalid("An object id is added twice in one edit.")
    present = await repository.present_versions(session, segmentation.id, [*step.removed, *added])
    stale = [key for key in dict.fromkeys(step.removed) if key not in present or not is_known(present[key])]
    if stale:
        conflicts = [await _conflict(session, segmentation, key, present.get(key)) for key in stale]
        raise PolygonsConflict(revision=segmentation.head, conflicts=[item.model_dump(mode="json", by_alias=True) for item in conflicts])
    if taken := present.keys() & set(added) - set(step.removed):
        raise Invalid(f"The object {next(iter(taken))} exists already; remove it in the same edit to replace it.")


async def _conflict(session: AsyncSession, segmentation: Segmentation, object_id: UUID, version: int | None) -> EditConflict:
    removed_by, replaced_by = await repository.fate(session, segmentation.id, object_id)
    replaced_by = replaced_by if version is None else [object_id, *(key for key in replaced_by if key != object_id)]
    return EditConflict(id=object_id, removed_by=removed_by, replaced_by=replaced_by)


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
    if removed is None or image.object_count is None:
        count: int | ColumnElement[int | None] = await repository.object_count(session, image.id)
    else:  # to count ten thousand takes longer than all the rest of a small edit
        count = col(Image.object_count) + (entry.added - entry.removed)
    values = {"object_count": count} | news.of_image(segmentation, entry.number)
    statement = update(Image).where(col(Image.id) == image.id).values(values)
    statement = statement.execution_options(synchronize_session=False)
    entry.object_count = (await session.execute(statement.returning(col(Image.object_count)))).scalar_one() or 0
    session.add(entry)
    news.tell(session, image, segmentation, entry)
