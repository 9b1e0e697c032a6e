"""Segmenting: a model over chosen images, as one batch of jobs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Invalid, SelectionEmpty
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.core.imaging.planes import PLANES_MAX, Frames
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository as images
from cellhub_app.domain.images.selection import Chosen, Selection, chosen_of, conditions, count_poor
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import FRAMES, KEEP_HAND_MADE, BatchView
from cellhub_app.domain.segmentation import service as catalogue
from cellhub_app.domain.segmentation.schemas import ModelParameters


async def segment(
    session: AsyncSession,
    principal: Principal,
    project_id: UUID,
    selection: Selection,
    model: str,
    parameters: ModelParameters | None = None,
    *,
    notify: bool = False,
    keep_hand_made: bool = False,
    frames: Frames = "first",
) -> BatchView:
    """Queue the selected images ("all": every one that did not fail; those still being read are waited for), however many they are.

    `notify`: the caller gets an e-mail when all is done. `keep_hand_made`: objects that people drew or changed stay as they are, and
    what the model finds in the same places is left out (annotations/keeping.py). `frames`: which planes of stacks (core/imaging/planes.py).

    Raises ProjectNotFound, NotAllowed, ModelUnknown, SelectionEmpty, Invalid.
    """
    await require(session, principal, project_id, Permission.EDIT)
    card = catalogue.model(model)
    chosen = [images.present(project_id), *conditions(project_id, selection)]
    await _refuse_lacking(session, chosen, frames)
    batch = await jobs.add_batch(
        session,
        project_id=project_id,
        user_id=principal.user_id,
        model=card.name,
        parameters=_parameters(parameters, frames, keep_hand_made=keep_hand_made),
        card_pace=card.seconds_per_megapixel,
        notify=notify,
    )
    if not await jobs.line_up(session, batch, chosen):
        raise SelectionEmpty(await _why_none(session, principal, project_id, chosen_of(selection)))
    emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True}))
    return await jobs.batch(session, principal, batch.id)


def all_left_out(purpose: str, flaws: Sequence[Flaw]) -> str:
    """The sentence for a choice of images of which leaving out these flaws lets none through."""
    looks = " or ".join(flaws)
    return (
        f"There is no image {purpose}: every chosen one that could be read looks {looks}, and such pictures are left out. "
        "Choose other images, or do not leave these out."
    )


async def _why_none(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen) -> str:
    everything = replace(chosen, leave_out=())
    if chosen.leave_out and await count_poor(session, principal, project_id, everything, chosen.leave_out):
        return all_left_out("to segment", chosen.leave_out)
    return "There is no image to segment here: none is chosen, or none could be read."


def _parameters(parameters: ModelParameters | None, frames: Frames, *, keep_hand_made: bool) -> dict[str, Any]:
    found = (parameters or ModelParameters()).model_dump(exclude_none=True)
    if keep_hand_made:
        found[KEEP_HAND_MADE] = True
    if frames != "first":
        found[FRAMES] = frames if isinstance(frames, str) else sorted(set(frames))
    return found


async def _refuse_lacking(session: AsyncSession, chosen: Sequence[ColumnElement[bool]], frames: Frames) -> None:
    """Raises Invalid for planes that an image does not have, as far as images were read; those that were not are asked by the worker."""
    if frames == "first":
        return
    if not isinstance(frames, str) and not 0 < len(set(frames)) <= PLANES_MAX:
        raise Invalid(f"Name between 1 and {PLANES_MAX:,} planes to segment, or all.")
    least, most = (0, PLANES_MAX) if isinstance(frames, str) else (max(frames) + 1, None)
    odd = await images.with_other_planes(session, chosen, least, most)
    if odd and (sentence := planes.refusal(odd.name, frames, planes.count(odd.frames, odd.timepoints))):
        raise Invalid(sentence)
