"""A suspended person is out at once: what waits and what a worker has in its hands stops, and their open pages end."""

from uuid import UUID

from sqlalchemy import text

from cellhub_app.core.events import EventType
from cellhub_app.core.queue import JobKind, JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts.schemas import PersonChange
from cellhub_app.domain.flows import export, face_off, people
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Appetite
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.models.project import ProjectRole
from cellhub_app.models.team import TeamShare
from cellhub_app.models.user import Role, UserStatus
from tests.fixtures import rows

PLENTY = Appetite(20, 1e9, {})


async def unfinished(runtime: Runtime, user_id: UUID) -> set[str]:
    """The kinds of jobs of a person that are not over."""
    query = text("select distinct kind from job where user_id = :id and status in ('queued', 'running', 'paused')")
    async with runtime.work() as session:
        return set((await session.execute(query, {"id": user_id})).scalars())


async def test_whatever_a_suspended_person_started_stops_also_where_they_lost_access(runtime: Runtime) -> None:
    async with runtime.work() as session:
        root, ada, bob = await rows.person(session, "root", Role.ADMIN), await rows.person(session), await rows.person(session, "bob")
        project_id = await rows.project(session, ada, bob=(bob, ProjectRole.EDITOR))
        team_id = await rows.team(session, ada, bob)
        by_team = await rows.project(session, ada, "by team")
        await rows.share(session, by_team, team_id)
        images = await rows.images(session, project_id, ["a.png", "b.png"])
        await rows.images(session, by_team, ["c.png"])
    async with runtime.work() as session:
        await segment(session, bob, project_id, images, "classical")
        await segment(session, bob, by_team, "all", "classical")
        await segment(session, ada, project_id, images, "classical")
        await export.export(session, bob, project_id, ["coco"], "all")
        await face_off.begin(session, bob, project_id, images, ["classical", "unet"])
    async with runtime.work() as session:
        await session.delete(await session.get_one(TeamShare, (by_team, team_id)))
    async with runtime.work() as session:
        [exporting] = await work.claim(session, JobKind.EXPORT, "tester", PLENTY)
        segmenting = await work.claim(session, JobKind.SEGMENT, "tester", PLENTY)
    assert {job.user_id for job in segmenting} == {ada.user_id, bob.user_id}
    assert await unfinished(runtime, bob.user_id) == {JobKind.SEGMENT, JobKind.EXPORT, JobKind.TRIAL}
    async with runtime.work() as session:
        await people.change_person(session, root, bob.user_id, PersonChange(status=UserStatus.SUSPENDED, role=Role.GUEST))
        told = {(event.type, event.data.get("status")) for event in session.info["events"]}
        assert {(EventType.EXPORT_PROGRESS, "cancelled"), (EventType.TRIAL_STATUS, "cancelled")} <= told
        assert any(event.type is EventType.ACCESS_CHANGED and event.user_id == bob.user_id for event in session.info["events"])
    assert await unfinished(runtime, bob.user_id) == set()
    assert await unfinished(runtime, ada.user_id) == {JobKind.SEGMENT}
    async with runtime.work() as session:
        assert await work.finish(session, [Finished(exporting, {})]) == set()
        assert await work.finish(session, [Finished(job, {}) for job in segmenting]) == {
            job.id for job in segmenting if job.user_id == ada.user_id
        }
        statuses = {table: set((await session.execute(text(f"select status from {table}"))).scalars()) for table in ("export", "trial")}
        assert statuses == {"export": {JobStatus.CANCELLED}, "trial": {JobStatus.CANCELLED}}
