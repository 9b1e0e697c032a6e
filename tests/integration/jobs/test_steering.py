"""One image, a project's batches or all of a person's are paused, resumed, stopped and tried again."""

import pytest

from cellhub_app.core.errors import Conflict, NotAllowed
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs import service, steering, work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.schemas import JobView, Steered
from cellhub_app.domain.jobs.steering import Act
from cellhub_app.models.project import Membership, ProjectRole
from tests.fixtures import rows
from tests.integration.jobs.conftest import Lab, MakeLab, claim, column

ONE = Appetite(1, 1e9, {})


async def image(lab: Lab, image_id: object, act: Act) -> JobView:
    async with lab.runtime.work() as session:
        return await steering.steer_image(session, lab.who, image_id, act)  # type: ignore[arg-type]


async def project(lab: Lab, act: Act) -> Steered:
    async with lab.runtime.work() as session:
        return await steering.steer_project(session, lab.who, lab.project_id, act)


async def mine(lab: Lab, act: Act) -> Steered:
    async with lab.runtime.work() as session:
        return await steering.steer_mine(session, lab.who, act)


async def test_one_image_is_paused_resumed_and_stopped_while_its_batch_goes_on(runtime: Runtime, lab: Lab) -> None:
    first, second = await lab.images(2)
    batch = await lab.segment([first, second])
    assert (await image(lab, first, Act.PAUSE)).status is JobStatus.PAUSED
    assert [job.image_id for job in await claim(runtime)] == [second]
    with pytest.raises(Conflict, match="is paused"):
        await image(lab, first, Act.PAUSE)
    assert (await image(lab, first, Act.RESUME)).status is JobStatus.QUEUED
    assert (await image(lab, first, Act.CANCEL)).status is JobStatus.CANCELLED
    assert await column(runtime, "select status from batch where id = :id", id=batch) == ["running"]
    assert (await image(lab, second, Act.CANCEL)).status is JobStatus.CANCELLED
    assert await column(runtime, "select status from batch where finished_at is not null") == ["cancelled"]
    assert await column(runtime, "select distinct segmentation_status from image") == ["cancelled"]


async def test_a_batch_of_which_every_image_is_paused_is_paused(runtime: Runtime, lab: Lab) -> None:
    first, second = await lab.images(2)
    await lab.segment([first, second])
    await image(lab, first, Act.PAUSE)
    assert await column(runtime, "select status from batch") == ["queued"]
    await image(lab, second, Act.PAUSE)
    assert await column(runtime, "select status from batch") == ["paused"]
    await image(lab, second, Act.RESUME)
    assert await column(runtime, "select status from batch") == ["queued"]


async def test_one_failed_image_is_tried_again(runtime: Runtime, lab: Lab) -> None:
    [only] = await lab.images(1)
    await lab.segment([only])
    [job] = await claim(runtime)
    async with runtime.work() as session:
        await work.fail(session, job, "internal", "No.", retry=False)
    assert (await image(lab, only, Act.RETRY)).status is JobStatus.QUEUED
    [again] = await claim(runtime)
    assert (again.id, again.attempt) == (job.id, 1)
    async with runtime.work() as session:
        await work.finish(session, [Finished(again, {})])
    assert await column(runtime, "select status from batch where finished_at is not null") == ["succeeded"]


async def test_all_batches_of_a_project_are_steered_at_once(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    await ada.batch(2)
    await ada.batch(3)
    await bob.batch(4)
    paused = await project(ada, Act.PAUSE)
    assert (paused.images, {view.status for view in paused.batches}) == (5, {JobStatus.PAUSED})
    assert len(await claim(runtime)) == 4
    assert (await project(ada, Act.RESUME)).images == 5
    cancelled = await project(ada, Act.CANCEL)
    assert (cancelled.images, {view.status for view in cancelled.batches}) == (5, {JobStatus.CANCELLED})
    assert (await project(ada, Act.CANCEL)).batches == []


async def test_all_of_a_person_means_theirs_alone_and_only_where_they_may_edit(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    async with runtime.work() as session:
        session.add(Membership(project_id=bob.project_id, user_id=ada.who.user_id, role=ProjectRole.EDITOR))
    await ada.batch(1)
    await Lab(runtime, ada.who, bob.project_id).batch(2)
    await bob.batch(4)
    assert (await mine(ada, Act.PAUSE)).images == 3
    async with runtime.work() as session:
        member = await session.get_one(Membership, (bob.project_id, ada.who.user_id))
        member.role = ProjectRole.VIEWER
    assert (await mine(ada, Act.RESUME)).images == 1


async def test_what_a_newer_batch_has_done_is_not_tried_again(runtime: Runtime, lab: Lab) -> None:
    [only] = await lab.images(1)
    await lab.segment([only])
    [job] = await claim(runtime)
    async with runtime.work() as session:
        await work.fail(session, job, "internal", "No.", retry=False)
    await lab.segment([only], model="classical")
    assert (await project(lab, Act.RETRY)).images == 0


async def test_who_may_not_see_or_edit_steers_nothing(runtime: Runtime, lab: Lab) -> None:
    [only] = await lab.images(1)
    await lab.segment([only])
    async with runtime.work() as session:
        stranger, vera = await rows.person(session, "stranger"), await rows.person(session, "vera")
        session.add(Membership(project_id=lab.project_id, user_id=vera.user_id, role=ProjectRole.VIEWER))
    with pytest.raises(service.JobNotFound):
        await image(Lab(runtime, stranger, lab.project_id), only, Act.CANCEL)
    for refused in (image(Lab(runtime, vera, lab.project_id), only, Act.CANCEL), project(Lab(runtime, vera, lab.project_id), Act.CANCEL)):
        with pytest.raises(NotAllowed):
            await refused
    assert await claim(runtime, ONE)
