"""Changing every object that matches what the results show."""

import asyncio
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, Invalid, SelectionEmpty
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.annotations import sweeping
from cellhub_app.domain.results import service as results
from cellhub_app.domain.results.schemas import Sweep, Swept
from cellhub_app.domain.results.view import View

MOST_OBJECTS = 100_000
MOST_PLANES = 2000


class ResultsMoved(Conflict):
    """The objects that match are not as many as the person was told."""

    code, title = "resultsMoved", "Other objects match by now"


async def sweep(session: AsyncSession, principal: Principal, project_id: UUID, change: Sweep) -> Swept:
    """Delete all objects that match, or give them a class. Raises SelectionEmpty, ResultsMoved, Invalid, NotAllowed, ProjectNotFound."""
    if (change.class_id is None) != (change.what == "delete"):
        raise Invalid("classId says which class; it goes with classify and with nothing else.")
    found = await results.view(session, principal, project_id, change.objects, permission=Permission.ANNOTATE)
    if change.expected not in (None, len(found.rows)):
        raise ResultsMoved(f"You saw {change.expected:,} objects, and {len(found.rows):,} match now. Look once more, then try again.")
    chosen = await asyncio.to_thread(_chosen, found, change.class_id)
    note = f"{change.what.capitalize()}: {', '.join(change.objects.where) or 'all that match'}"[:4000]
    done = await sweeping.sweep(session, principal, project_id, chosen, change.class_id, note)
    return Swept(change_id=done.change_id, images=done.images, objects=done.objects)


async def take_back(session: AsyncSession, principal: Principal, project_id: UUID, change_id: UUID) -> Swept:
    """Take a change of the caller's own back, in all its images. Raises ObjectsMoved, NotAllowed, ProjectNotFound."""
    await require(session, principal, project_id, Permission.ANNOTATE)
    done = await sweeping.take_back(session, principal, project_id, change_id)
    return Swept(change_id=done.change_id, images=done.images, objects=done.objects)


def _chosen(found: View, class_id: int | None) -> dict[UUID, list[UUID]]:
    """Segmentation -> ids of the objects; those that have the class already are left alone."""
    rows = found.rows if class_id is None else found.rows[found.table.columns["class_id"][found.rows] != class_id]
    planes = np.searchsorted(found.table.starts, rows, side="right") - 1
    if not len(rows):
        raise SelectionEmpty("No object matches that this would change.")
    if len(rows) > MOST_OBJECTS or len(np.unique(planes)) > MOST_PLANES:
        raise Invalid(f"At most {MOST_OBJECTS:,} objects in {MOST_PLANES:,} images change at once. Choose a narrower range.")
    chosen: dict[UUID, list[UUID]] = {}
    for plane, row in zip(planes.tolist(), rows.tolist(), strict=True):
        chosen.setdefault(found.scene.planes[plane].id, []).append(results.object_id(found, row))
    return chosen
