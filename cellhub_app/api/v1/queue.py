"""The line of everybody's work: look at it, and steer one image, a project's batches or all of one's own."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs import steering
from cellhub_app.domain.jobs.schemas import JobView, QueueView, Steered
from cellhub_app.domain.jobs.steering import Act

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
    return await jobs.queue(session, principal)


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
