"""The line of everybody's work: look at it, and steer one image, a project's batches or all of one's own."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Paged, Recorded, Signed, Work
from cellhub_app.core.pagination import Page
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.jobs import overview, steering
from cellhub_app.domain.jobs import throughput as pace
from cellhub_app.domain.jobs.schemas import Cause, EndedBatch, JobView, QueueView, Steered, Throughput
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.domain.schema import PageView

router = APIRouter(tags=["queue"])
_SAID = {
    Act.PAUSE: "Take what waits out of the line; what runs is finished",
    Act.RESUME: "Put what was paused back in line",
    Act.CANCEL: "Stop what waits and runs; what is done stays",
    Act.RETRY: "Queue again what failed",
}


@router.get("/queue", response_model=QueueView)
async def queue(session: Look, principal: Signed) -> QueueView:
    """What runs in the caller's projects, how long the whole line is, and the workers."""
    return await overview.queue(session, principal)


@router.get("/queue/history", response_model=PageView[EndedBatch])
async def history(session: Look, principal: Signed, page: Paged, projectId: UUID | None = None) -> Page[EndedBatch]:  # noqa: N803 - the name in the URL
    """The batches that ended in the caller's projects or in one of them, newest first, and why images failed."""
    return await overview.ended(session, principal, page, projectId)


@router.get("/queue/throughput", response_model=Throughput)
async def throughput(session: Look, principal: Signed, projectId: UUID | None = None) -> Throughput:  # noqa: N803 - the name in the URL
    """How many images were segmented in each minute of the last hour, in the caller's projects or in one of them."""
    return await pace.throughput(session, principal, projectId)


@router.get("/batches/{batch_id}/failures", response_model=list[Cause])
async def failures(batch_id: UUID, session: Look, principal: Signed) -> list[Cause]:
    """Why images of a batch failed, the most frequent causes first."""
    return await overview.causes(session, principal, batch_id)


def _of_image(act: Act) -> Callable[..., Awaitable[JobView]]:
    async def steer(image_id: UUID, session: Work, principal: Signed, record: Recorded) -> JobView:
        await record(Action.BATCH_CHANGE, "image", image_id, to=act.value)
        return await steering.steer_image(session, principal, image_id, act)

    return steer


def _of_project(act: Act) -> Callable[..., Awaitable[Steered]]:
    async def steer(project_id: UUID, session: Work, principal: Signed, record: Recorded) -> Steered:
        await record(Action.BATCH_CHANGE, "project", project_id, to=act.value)
        return await steering.steer_project(session, principal, project_id, act)

    return steer


def _of_caller(act: Act) -> Callable[..., Awaitable[Steered]]:
    async def steer(session: Work, principal: Signed, record: Recorded) -> Steered:
        await record(Action.BATCH_CHANGE, "user", principal.user_id, to=act.value)
        return await steering.steer_mine(session, principal, act)

    return steer


for _act, _words in _SAID.items():
    _name = _act.value.replace("-", "_")
    router.add_api_route(
        f"/images/{{image_id}}/segmentation/{_act}", _of_image(_act), methods=["POST"], name=f"{_name}_image", response_model=JobView,
        description=f"{_words}: the latest segmentation of one image.",
    )  # fmt: skip
    router.add_api_route(
        f"/projects/{{project_id}}/queue/{_act}", _of_project(_act), methods=["POST"], name=f"{_name}_project", response_model=Steered,
        description=f"{_words}: all batches of a project.",
    )  # fmt: skip
    router.add_api_route(
        f"/queue/{_act}", _of_caller(_act), methods=["POST"], name=f"{_name}_mine", response_model=Steered,
        description=f"{_words}: all batches that the caller started.",
    )  # fmt: skip
