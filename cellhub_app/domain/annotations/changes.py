"""The log as editors follow it: what a revision changed, and which of their own steps can be undone or redone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.geometry import codec
from cellhub_app.domain.access import Permission, Principal, Viewer
from cellhub_app.domain.annotations import repository
from cellhub_app.domain.annotations.schemas import RevisionChanges, UndoStep, UndoSteps
from cellhub_app.domain.annotations.service import RevisionNotFound, readable_image
from cellhub_app.models.annotation import Object, Revision

MOST_STEPS = 500


async def of_revision(session: AsyncSession, principal: Viewer, image_id: UUID, number: int, frame: int = 0) -> RevisionChanges:
    """What a revision removed and added. Raises ImageNotFound, RevisionNotFound."""
    await readable_image(session, principal, image_id, Permission.VIEW)
    segmentation = await repository.segmentation(session, image_id, frame)
    revision = await repository.revision(session, segmentation.id, number) if segmentation else None
    if segmentation is None or revision is None:
        raise RevisionNotFound
    removed, added = await repository.changed_by(session, segmentation.id, number)
    return RevisionChanges(
        revision=number,
        kind=revision.kind,
        author_id=revision.author_id,
        edit_id=revision.edit_id,
        note=revision.note,
        removed=[_feature(row) for row in removed],
        added=[_feature(row) for row in added],
    )


def _feature(row: Object) -> dict[str, Any]:
    properties = {"classId": row.class_id, "score": row.score, "doubt": row.doubt, "areaPx": row.area_px, "parents": row.parents}
    return {"type": "Feature", "id": row.id, "geometry": codec.decode(row.geometry).to_geojson(), "properties": properties}


async def steps(session: AsyncSession, principal: Principal, image_id: UUID, frame: int = 0) -> UndoSteps:
    """The caller's edits of a frame that they can undo and redo, at most MOST_STEPS. Raises ImageNotFound."""
    await readable_image(session, principal, image_id, Permission.VIEW)
    segmentation = await repository.segmentation(session, image_id, frame)
    found = await repository.edits_by(session, segmentation.id, principal.user_id, 2 * MOST_STEPS) if segmentation else []
    undo, redo = stacks(found)
    head = segmentation.head if segmentation else 0
    return UndoSteps(revision=head, undo=[_step(row) for row in undo[-MOST_STEPS:]], redo=[_step(row) for row in redo])


def stacks(edits: Sequence[Revision]) -> tuple[list[Revision], list[Revision]]:
    """What somebody's edits, in their order, leave to undo and to redo; the last of each list comes first.

    An edit that undoes the last step to undo is the last to redo from then on, and the other way round; a new edit leaves nothing to redo.
    """
    undo: list[Revision] = []
    redo: list[Revision] = []
    for edit in edits:
        if edit.undoes is None:
            undo.append(edit)
            redo.clear()
        elif undo and undo[-1].number == edit.undoes:
            undo.pop()
            redo.append(edit)
        elif redo and redo[-1].number == edit.undoes:
            redo.pop()
            undo.append(edit)
    return undo, redo


def _step(edit: Revision) -> UndoStep:
    return UndoStep.model_validate({"revision": edit.number, "edit_id": edit.edit_id, "note": edit.note})
