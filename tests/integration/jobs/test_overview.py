"""What a person sees of many batches: those that run and those that ended, why images failed, and how many got done a minute."""

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from cellhub_app.core.errors import Conflict, Invalid
from cellhub_app.core.ids import now
from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.access import Principal, ProjectNotFound
from cellhub_app.domain.jobs import overview, service, work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.schemas import EndedBatch
from cellhub_app.domain.jobs.throughput import MINUTES, by_minute, throughput
from cellhub_app.models.image import Image
from cellhub_app.models.project import Membership, ProjectRole
from cellhub_app.models.user import Role
from tests.fixtures import rows
from tests.fixtures.services import Services
from tests.integration.jobs.conftest import Lab, MakeLab, claim

MANY_JOBS = """
    insert into job (id, kind, user_id, project_id, status, priority, attempt, run_after, parameters, timings, created_at, finished_at)
    select gen_random_uuid(), case when n % 10 = 0 then 'ingest' else 'segment' end, :user, :project,
        case when n % 7 = 0 then 'failed' else 'succeeded' end, 0, 1, now(), '{}', '{}', now(), now() - n * interval '1 minute'
    from generate_series(1, :count) as n
"""


async def end(runtime: Runtime, jobs: Sequence[Claimed], **failures: str) -> None:
    """Finish jobs; those whose image is named fail with a sentence."""
    reasons = {name.replace("_", "."): detail for name, detail in failures.items()}
    async with runtime.work() as session:
        await work.finish(session, [Finished(job, {}) for job in jobs if job.image_name not in reasons])
        for job in jobs:
            if job.image_name in reasons:
                await work.fail(session, job, "damaged", reasons[job.image_name], retry=False)


async def history(lab: Lab, who: Principal | None = None, project_id: UUID | None = None) -> list[EndedBatch]:
    async with lab.runtime.work() as session:
        return (await overview.ended(session, who or lab.who, PageRequest.of(20), project_id)).data


async def test_the_history_tells_who_what_and_why_newest_first(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    async with runtime.work() as session:
        session.add(Membership(project_id=bob.project_id, user_id=ada.who.user_id, role=ProjectRole.VIEWER))
    first, second = await ada.batch(2), await bob.batch(2)
    await end(runtime, await claim(runtime))
    seen = await history(ada)
    assert {line.id for line in seen} == {first, second}
    assert [line.finished_at for line in seen] == sorted((line.finished_at for line in seen if line.finished_at), reverse=True)
    told = {line.id: (line.project_name, line.started_by and line.started_by.name, line.can_edit, line.counts.succeeded) for line in seen}
    assert told == {first: ("ada", "Ada", True, 2), second: ("bob", "Bob", False, 2)}
    assert [line.id for line in await history(bob)] == [second]
    assert [line.id for line in await history(ada, project_id=bob.project_id)] == [second]
    with pytest.raises(ProjectNotFound):
        await history(bob, project_id=ada.project_id)


async def test_the_address_of_who_started_a_batch_stays_inside(runtime: Runtime, lab: Lab) -> None:
    await lab.batch(1)
    await end(runtime, await claim(runtime))
    assert "@" not in (await history(lab))[0].model_dump_json()


async def test_a_batch_that_runs_is_not_yet_history(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(2)
    async with runtime.work() as session:
        [line] = await overview.running(session, lab.who)
        assert (line.id, line.project_name, line.started_by and line.started_by.name) == (batch, "ada", "Ada")
        stranger = await rows.person(session, "stranger")
        assert await overview.running(session, stranger) == []
        assert await overview.these(session, lab.who, [batch]) == []
    assert await history(lab) == []


async def test_the_history_is_read_in_pages_without_gaps_also_by_those_who_see_all(runtime: Runtime, make_lab: MakeLab) -> None:
    labs = [await make_lab(name) for name in ("ada", "bob", "eve")]
    batches = [await labs[n % 3].batch(1) for n in range(7)]
    await end(runtime, await claim(runtime))
    async with runtime.work() as session:
        admin = await rows.person(session, "root", Role.ADMIN)
        seen: list[UUID] = []
        request = PageRequest.of(3)
        while True:
            page = await overview.ended(session, admin, request)
            seen += [line.id for line in page.data]
            if page.next_cursor is None:
                break
            request = PageRequest.of(3, page.next_cursor)
        back = await overview.ended(session, admin, PageRequest.of(3, page.prev_cursor))
    assert len(seen) == 7
    assert set(seen) == set(batches)
    assert [line.id for line in back.data] == seen[3:6]
    with pytest.raises(Invalid):
        PageRequest.of(3, "nonsense")


async def test_failures_are_grouped_by_cause_with_the_first_images(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(6)
    dark = {f"{n}_png": f"Couldn't finish {n}.png: its data is damaged." for n in range(4)}
    await end(runtime, await claim(runtime), **dark, **{"4_png": "The disk is full."})
    [line] = await history(lab)
    assert [(cause.detail, cause.images, cause.retryable) for cause in line.causes] == [
        ("Couldn't finish this image: its data is damaged.", 4, 4),
        ("The disk is full.", 1, 1),
    ]
    assert [image.name for image in line.causes[0].examples] == ["0.png", "1.png", "2.png"]
    assert line.retryable == 5
    async with runtime.work() as session:
        assert await overview.causes(session, lab.who, batch) == line.causes
        with pytest.raises(service.BatchNotFound):
            await overview.causes(session, await rows.person(session, "stranger"), batch)


async def test_what_a_newer_batch_took_or_the_trash_holds_is_not_offered_again(runtime: Runtime, lab: Lab) -> None:
    images = await lab.images(3)
    batch = await lab.segment(images)
    await end(runtime, await claim(runtime), **{f"{n}_png": "No." for n in range(3)})
    await lab.segment(images[:1], model="classical")
    await end(runtime, await claim(runtime))
    async with runtime.work() as session:
        (await session.get_one(Image, images[1])).deleted_at = now()
    [failed] = [line for line in await history(lab) if line.id == batch]
    [cause] = failed.causes
    assert (cause.images, cause.retryable, failed.retryable) == (3, 1, 1)
    assert [image.id for image in cause.examples] == [images[0], images[2]]
    async with runtime.work() as session:
        again = await service.retry_failed(session, lab.who, batch)
    assert again.counts.queued == 1
    assert [job.image_id for job in await claim(runtime)] == [images[2]]
    with pytest.raises(Conflict):
        async with runtime.work() as session:
            await service.retry_failed(session, lab.who, batch)


async def test_a_batch_that_is_tried_again_leaves_the_history_until_it_ends(runtime: Runtime, lab: Lab) -> None:
    batch = await lab.batch(2)
    await end(runtime, await claim(runtime), **{"0_png": "No."})
    async with runtime.work() as session:
        await service.retry_failed(session, lab.who, batch)
    assert await history(lab) == []
    await end(runtime, await claim(runtime))
    [line] = await history(lab)
    assert (line.counts.succeeded, line.causes, line.retryable) == (2, [], 0)


async def test_throughput_counts_what_was_segmented_a_minute_where_one_may_look(runtime: Runtime, make_lab: MakeLab) -> None:
    ada, bob = await make_lab("ada"), await make_lab("bob")
    await ada.batch(5)
    await bob.batch(3)
    await end(runtime, await claim(runtime), **{"4_png": "No."})
    moved = "update job set finished_at = finished_at - cast(:ago as interval) where image_id in (select id from image where name = :name)"
    async with runtime.work() as session:
        await session.execute(text(moved), {"ago": timedelta(minutes=10), "name": "0.png"})
        await session.execute(text(moved), {"ago": timedelta(hours=2), "name": "1.png"})
    async with runtime.work() as session:
        mine, theirs = await throughput(session, ada.who), await throughput(session, bob.who, bob.project_id)
        with pytest.raises(ProjectNotFound):
            await throughput(session, bob.who, ada.project_id)
        with pytest.raises(ProjectNotFound):
            await throughput(session, bob.who, uuid4())
    assert (len(mine.minutes), sum(mine.minutes), sum(theirs.minutes)) == (MINUTES, 3, 2)
    assert sum(mine.minutes[-12:-8]) == 1
    assert sum(mine.minutes[-2:]) == 2


async def test_throughput_reads_the_last_hour_by_an_index_however_long_the_past(services: Services, lab: Lab) -> None:
    async with lab.runtime.work() as session:
        readers = [await rows.person(session, role, role) for role in (Role.USER, Role.ADMIN)]
        session.add_all(Membership(project_id=lab.project_id, user_id=who.user_id, role=ProjectRole.VIEWER) for who in readers)
        await session.execute(text(MANY_JOBS), {"user": lab.who.user_id, "project": lab.project_id, "count": 100_000})
    async with await psycopg.AsyncConnection.connect(services.urls.database_owner, autocommit=True) as owner:
        await owner.execute("analyze job")
    async with lab.runtime.work() as session:
        for who, project_id in product(readers, (None, lab.project_id)):
            query = by_minute(who, now() - timedelta(minutes=MINUTES), project_id)
            spelled = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
            plan = "\n".join((await session.execute(text("explain " + str(spelled).replace(":", "\\:")))).scalars())
            assert "Seq Scan on job" not in plan, plan
            assert re.search(r"ix_job_(throughput|kind_finished)", plan), plan
            assert 40 < sum((await throughput(session, who)).minutes) <= MINUTES
