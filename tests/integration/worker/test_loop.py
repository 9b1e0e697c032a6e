"""A worker's loop: how long it lets a job live, and when it looks at the line."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import text

from cellhub_app.core.queue import JobKind
from cellhub_app.domain.flows.segment import segment
from cellhub_app.domain.jobs.claiming import Claimed
from ml_worker.tasks.lease_keeper import LeaseKeeper
from ml_worker.tasks.loop import Capacity, Work, WorkLoop
from tests.fixtures.samples import nuclei_files
from tests.fixtures.stacks import stack_file
from tests.integration.worker.conftest import Lab, until

CAPACITY = Capacity(4, hold_limit_s=100.0)


async def _limits(lab: Lab, jobs: int) -> list[float]:
    """For how many seconds each of the jobs that wait may be held, the shortest first."""
    kept: list[float] = []

    class Keeper(LeaseKeeper):
        def keep(self, lease: UUID, job_id: UUID, limit_s: float, on_lost: Callable[[], None]) -> None:
            kept.append(limit_s)

    async def work(_job: Claimed) -> None:
        pass

    async def are_kept() -> bool:
        return len(kept) == jobs

    loop = WorkLoop(lab.runtime, JobKind.SEGMENT, "w1", Keeper(lab.runtime.settings.database_url), work, CAPACITY)
    running = asyncio.create_task(loop.run())
    await until(are_kept)
    await loop.stop(1.0)
    await running
    return sorted(kept)


async def test_a_large_plane_may_be_held_as_much_longer_as_it_is_larger(lab: Lab) -> None:
    [image] = await lab.ready(nuclei_files(1))
    async with lab.runtime.work() as session:
        await session.execute(text("update image set width = 40000, height = 10000"))
    await lab.segment([image])
    assert await _limits(lab, 1) == [400.0]


async def test_a_job_may_be_held_as_long_as_a_stack_before_it_has_planes(lab: Lab) -> None:
    stack, image = await lab.ready([stack_file(slices=3), *nuclei_files(1)])
    async with lab.runtime.work() as session:
        await segment(session, lab.who, lab.project_id, [stack], "classical", frames="all")
    await lab.segment([image])
    assert await _limits(lab, 2) == [300.0, 300.0]


async def test_many_usual_jobs_in_hand_may_each_be_held_no_longer_than_one(lab: Lab) -> None:
    await lab.segment(await lab.ready(nuclei_files(3)))
    assert await _limits(lab, 3) == [100.0, 100.0, 100.0]


async def test_a_job_beside_a_large_one_may_be_held_longer_by_what_that_takes_more(lab: Lab) -> None:
    large, *others = await lab.ready(nuclei_files(3))
    async with lab.runtime.work() as session:
        await session.execute(text("update image set width = 40000, height = 10000 where id = :id"), {"id": large})
    await lab.segment([large, *others])
    assert await _limits(lab, 3) == [400.0, 400.0, 400.0]


class _Interrupted(WorkLoop):
    """Is woken while it finds the line empty: what came into the line came a moment after it had looked."""

    def __init__(self, lab: Lab, keeper: LeaseKeeper, work: Work, late: UUID) -> None:
        super().__init__(lab.runtime, JobKind.SEGMENT, "w1", keeper, work, CAPACITY)
        self._lab, self._late = lab, [late]

    async def _claim(self) -> int:
        claimed = await super()._claim()
        if not claimed and self._late:
            await self._lab.segment([self._late.pop()])
            self.wake()
        return claimed


async def test_a_ticket_that_comes_while_a_loop_looks_is_not_lost(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml_worker.tasks.loop.WAKE_EVERY_S", 3600.0)
    first, late = await lab.ready(nuclei_files(2))
    enough = asyncio.Event()
    begun: set[UUID | None] = set()

    async def work(job: Claimed) -> None:
        begun.add(job.image_id)
        await enough.wait()

    async def are_begun() -> bool:
        return begun == {first, late}

    await lab.segment([first])
    keeper = LeaseKeeper(lab.runtime.settings.database_url)
    loop = _Interrupted(lab, keeper, work, late)
    running = asyncio.create_task(loop.run())
    try:
        await until(are_begun, within_s=20)
    finally:
        enough.set()
        await loop.stop(1.0)
        await running
