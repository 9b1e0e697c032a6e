"""What can be done with trials: look at them, store what a worker found, forget them. They are made by flows/preview.py and face_off.py."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotFound
from cellhub_app.core.ids import now
from cellhub_app.core.limits import FACE_OFF_KEEP_DAYS, PREVIEW_KEEP_HOURS
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.storage import Storage
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.trials import repository
from cellhub_app.domain.trials.schemas import FaceOffSummary, FaceOffView, Result, TrialView
from cellhub_app.domain.trials.standings import disagreement, standing, status_of
from cellhub_app.models.trial import MAPS, TRIALS, FaceOff


class TrialNotFound(NotFound):
    """There is no such trial for this caller."""

    code, title = "trialNotFound", "There is no such trial: it was forgotten after some days, or is not shared with you"


class FaceOffNotFound(NotFound):
    """There is no such face-off for this caller."""

    code, title = "faceOffNotFound", "There is no such face-off: it was forgotten after some days, or is not shared with you"


class TrialNotReady(Conflict):
    """A worker has not finished the trial, or never will."""

    code, title = "trialNotReady", "This trial has no outlines yet"


async def trial(session: AsyncSession, principal: Principal, trial_id: UUID) -> TrialView:
    """One trial. Raises TrialNotFound."""
    row = await repository.readable(session, principal, trial_id)
    if row is None:
        raise TrialNotFound
    return TrialView.model_validate(row)


def checked(found: TrialView) -> TrialView:
    """The trial if it has outlines. Raises TrialNotReady, which says why not."""
    if found.status is JobStatus.SUCCEEDED:
        return found
    raise TrialNotReady(found.error.detail if found.error else f"This trial is {found.status}; it has no outlines yet.")


async def row(session: AsyncSession, principal: Principal, face_off_id: UUID, permission: Permission = Permission.VIEW) -> FaceOff:
    """The row of a face-off with which the caller may do this. Raises FaceOffNotFound, NotAllowed."""
    found = await repository.readable_face_off(session, principal, face_off_id)
    if found is None:
        raise FaceOffNotFound
    await require(session, principal, found.project_id, permission)
    return found


async def face_off(session: AsyncSession, principal: Principal, face_off_id: UUID) -> FaceOffView:
    """A face-off, its trials, and how the models stand. Raises FaceOffNotFound."""
    found = await row(session, principal, face_off_id)
    trials = [TrialView.model_validate(one) for one in await repository.trials(session, face_off_id=face_off_id)]
    return FaceOffView(
        **{name: getattr(found, name) for name in ("id", "project_id", "models", "image_ids", "chosen_model", "created_at")},
        frames={trial.image_id: trial.frame for trial in trials},
        status=status_of(trials),
        trials=trials,
        standings=[standing(model, trials) for model in found.models],
        disagreement=disagreement(trials),
    )


async def frame(session: AsyncSession, principal: Principal, face_off_id: UUID, image_id: UUID) -> int:
    """Which plane of an image a face-off compares. Raises FaceOffNotFound, TrialNotFound where the image takes no part."""
    await row(session, principal, face_off_id)
    frames = [one.frame for one in await repository.trials(session, face_off_id=face_off_id) if one.image_id == image_id]
    if not frames:
        raise TrialNotFound
    return frames[0]


async def face_offs(session: AsyncSession, principal: Principal, project_id: UUID) -> list[FaceOffSummary]:
    """The newest face-offs of a project. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    return [FaceOffSummary.model_validate(one) for one in await repository.face_offs(session, project_id)]


async def of_job(session: AsyncSession, job_id: UUID) -> list[TrialView]:
    """What a worker is to try for a job."""
    return [TrialView.model_validate(one) for one in await repository.trials(session, job_id=job_id)]


async def save(session: AsyncSession, results: Sequence[Result]) -> None:
    """Store what a worker found; the job's end, in the same transaction, makes it visible."""
    await repository.save(session, results)


async def forget_old(session: AsyncSession, storage: Storage) -> int:
    """Delete trials whose time is over, and everything of them in the storage; answers how many face-offs."""
    previews, face_offs = now() - timedelta(hours=PREVIEW_KEEP_HOURS), now() - timedelta(days=FACE_OFF_KEEP_DAYS)
    count = await repository.forget(session, previews=previews, face_offs=face_offs)
    for folder, before in ((MAPS, previews), (TRIALS, face_offs)):
        async for stored in storage.list(folder):
            await storage.delete(*(one.key for one in stored if one.written_at < before))
    return count
