"""Who made what and when: the revisions of a frame, and where an object comes from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import NotFound
from cellhub_app.domain.access import Permission, Viewer
from cellhub_app.domain.annotations import repository
from cellhub_app.domain.annotations.repository import Told
from cellhub_app.domain.annotations.schemas import ObjectHistory, RevisionView, Step
from cellhub_app.domain.annotations.service import RESTORED_FROM, readable_image
from cellhub_app.models.annotation import Object, Revision, RevisionKind

STEPS_MAX = 200
_OF_A_ROW = tuple(name for name in RevisionView.model_fields if name in Revision.model_fields)
_HOW = {RevisionKind.MODEL: "found", RevisionKind.IMPORT: "imported", RevisionKind.RESTORE: "restored"}


class ObjectNotFound(NotFound):
    """The image never had such an object."""

    code, title = "objectNotFound", "This image has no such object"


async def revisions(
    session: AsyncSession, principal: Viewer, image_id: UUID, frame: int = 0, *, before: int | None = None, limit: int | None = None
) -> list[RevisionView]:
    """The history of an image's frame, newest first: all of it, or so many revisions below a number. Raises ImageNotFound."""
    await readable_image(session, principal, image_id, Permission.VIEW)
    segmentation = await repository.segmentation(session, image_id, frame)
    if segmentation is None:
        return []
    rows = await repository.revisions(session, segmentation.id, before=before, limit=limit)
    edits = [row[0].number for row in rows if row[0].kind in (RevisionKind.EDIT, RevisionKind.RESTORE)]
    replaced = await repository.replacements(session, segmentation.id, edits) if edits else {}
    return [_view(row, replaced.get(row[0].number, (0, 0))) for row in rows]


async def latest(session: AsyncSession, principal: Viewer, image_id: UUID, frame: int = 0) -> RevisionView | None:
    """The newest revision of an image's frame without what it changed; None where there is none. Raises ImageNotFound."""
    return (await newest(session, principal, image_id)).get(frame)


async def newest(session: AsyncSession, principal: Viewer, image_id: UUID) -> dict[int, RevisionView]:
    """Frame -> its newest revision without what it changed, for frames that have one. Raises ImageNotFound."""
    await readable_image(session, principal, image_id, Permission.VIEW)
    return {frame: _view(row) for frame, row in (await repository.newest(session, image_id)).items()}


async def frame_of(session: AsyncSession, principal: Viewer, image_id: UUID, object_id: UUID) -> int | None:
    """The frame that an object is in, or was; None where the image never had it. Raises ImageNotFound."""
    await readable_image(session, principal, image_id, Permission.VIEW)
    return await repository.frame_of(session, image_id, object_id)


async def of_object(session: AsyncSession, principal: Viewer, image_id: UUID, object_id: UUID, frame: int = 0) -> ObjectHistory:
    """Who or what made an object, back through everything it came from. Raises ImageNotFound, ObjectNotFound."""
    await readable_image(session, principal, image_id, Permission.VIEW)
    segmentation = await repository.segmentation(session, image_id, frame)
    states = await repository.line_of(session, segmentation.id, object_id, STEPS_MAX + 1) if segmentation else []
    own = [state for state in states if state.id == object_id]
    if segmentation is None or not own:
        raise ObjectNotFound
    numbers = {state.added_revision for state in states} | {own[0].removed_revision or 0}
    told = {row[0].number: _view(row) for row in await repository.revisions_named(session, segmentation.id, numbers)}
    kept = states[:STEPS_MAX]
    return ObjectHistory(
        id=object_id,
        steps=[_step(state, told[state.added_revision], kept) for state in kept],
        removed=told.get(own[0].removed_revision or 0),
        is_complete=len(states) <= STEPS_MAX,
    )


def _view(row: Told, replaced: tuple[int, int] = (0, 0)) -> RevisionView:
    revision, author, starter = row
    values: dict[str, Any] = {name: getattr(revision, name) for name in _OF_A_ROW}
    origin = revision.parameters.get(RESTORED_FROM)
    names = {"author_name": author, "started_by": starter if revision.kind == RevisionKind.MODEL else None}
    return RevisionView(**values, **names, changed=replaced[0], replaced=replaced[1], restored_from=origin)


def _step(state: Object, revision: RevisionView, states: Sequence[Object]) -> Step:
    was_there = any(other.id == state.id and other.added_revision < state.added_revision for other in states)
    drawn = "merged" if len(state.parents) > 1 else "changed" if state.parents or was_there else "drawn"
    return Step(
        object_id=state.id,
        how=_HOW.get(RevisionKind(revision.kind), drawn),
        revision=revision,
        parents=state.parents,
        score=state.score,
        area_px=state.area_px,
    )
