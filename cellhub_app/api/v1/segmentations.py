"""Segmenting: models, batches, the queue, jobs."""

from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.images.selection import chosen_of
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import BatchView, JobLogView, JobView
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.schema import Schema
from cellhub_app.domain.segmentation import service as segmentation
from cellhub_app.domain.segmentation.schemas import ModelParameters, ModelView

router = APIRouter()
_batches = APIRouter(prefix="/batches/{batch_id}", tags=["batches"])
_jobs = APIRouter(prefix="/jobs/{job_id}", tags=["jobs"])


class SegmentRequest(Schema):
    """A model over chosen images; "all" takes every image that did not fail. `notify` asks for an e-mail at the end.

    The result takes the place of all objects; with `keepHandMade` those that people drew, imported or changed stay, and what the model
    finds on one of them (half of the smaller one's pixels or more) is left out.

    `frames`: of a stack the `first` plane is segmented, `all` of them, or those with these numbers. The number of a plane is its timepoint
    times the image's slices plus its slice, each counted from 0.

    `leaveOut`: pictures with one of these flaws are not segmented; those that are still being read are.
    """

    image_ids: list[UUID] | Literal["all"]
    model: str = Field(max_length=40)
    parameters: ModelParameters = Field(default_factory=ModelParameters)
    notify: bool = False
    keep_hand_made: bool = False
    frames: Literal["first", "all"] | list[Annotated[int, Field(ge=0, le=2**31 - 1)]] = "first"
    leave_out: list[Flaw] = Field(default_factory=list, max_length=3)


@router.get("/models", response_model=list[ModelView], tags=["models"])
async def list_models(session: Look, principal: Signed, projectId: UUID | None = None) -> list[ModelView]:  # noqa: N803 - the name in the URL
    """The installed models; the default for that project's kind of sample comes first."""
    kind = (await projects.get(session, principal, projectId)).sample_kind if projectId else None
    return segmentation.models(kind)


@router.post("/projects/{project_id}/segmentations", status_code=202, response_model=BatchView, tags=["batches"])
async def start_segmentation(project_id: UUID, wanted: SegmentRequest, session: Work, principal: Signed, record: Recorded) -> BatchView:
    """Queue a model over images."""
    chosen = replace(chosen_of(wanted.image_ids), leave_out=wanted.leave_out)
    batch = await segment(
        session, principal, project_id, chosen, wanted.model, wanted.parameters,
        notify=wanted.notify, keep_hand_made=wanted.keep_hand_made, frames=wanted.frames,
    )  # fmt: skip
    await record(Action.SEGMENT, "batch", batch.id, model=wanted.model, images=batch.counts.queued)
    return batch


@_batches.get("", response_model=BatchView)
async def get_batch(batch_id: UUID, session: Look, principal: Signed) -> BatchView:
    """How far a batch is."""
    return await jobs.batch(session, principal, batch_id)


@_batches.post("/pause", response_model=BatchView)
async def pause_batch(batch_id: UUID, session: Work, principal: Signed, record: Recorded) -> BatchView:
    """Take the rest of a batch out of the line."""
    await record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.PAUSE)
    return await jobs.pause(session, principal, batch_id)


@_batches.post("/resume", response_model=BatchView)
async def resume_batch(batch_id: UUID, session: Work, principal: Signed, record: Recorded) -> BatchView:
    """Put a paused batch back in line."""
    await record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.RESUME)
    return await jobs.resume(session, principal, batch_id)


@_batches.post("/cancel", response_model=BatchView)
async def cancel_batch(batch_id: UUID, session: Work, principal: Signed, record: Recorded) -> BatchView:
    """Stop a batch; what is done stays."""
    await record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.CANCEL)
    return await jobs.cancel(session, principal, batch_id)


@_batches.post("/retry-failed", response_model=BatchView)
async def retry_failed(batch_id: UUID, session: Work, principal: Signed, record: Recorded) -> BatchView:
    """Queue the failed images of a batch again."""
    await record(Action.BATCH_CHANGE, "batch", batch_id, to=Act.RETRY)
    return await jobs.retry_failed(session, principal, batch_id)


@_jobs.get("", response_model=JobView)
async def get_job(job_id: UUID, session: Look, principal: Signed) -> JobView:
    """One job."""
    return await jobs.job(session, principal, job_id)


@_jobs.get("/log", response_model=list[JobLogView])
async def get_job_log(job_id: UUID, session: Look, principal: Signed) -> list[JobLogView]:
    """What happened to a job, oldest first."""
    return await jobs.job_log(session, principal, job_id)


router.include_router(_batches)
router.include_router(_jobs)
