"""Workers die, Redis goes away, connections break: nothing of the user's is lost."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import text

from cellhub_app.cli.stack_home import free_port
from cellhub_app.domain.jobs import workers
from ml_worker.context import WorkerContext
from ml_worker.tasks.upkeep import Leader, Upkeep
from tests.fixtures.processes import until as until_now
from tests.fixtures.samples import nuclei_files
from tests.fixtures.services import Services
from tests.fixtures.valkey import own_valkey
from tests.integration.worker.conftest import Lab, until, worker_process


async def test_a_killed_worker_gives_its_jobs_back_and_nothing_is_done_twice(lab: Lab, tmp_path: Path) -> None:
    images = await lab.ready(nuclei_files(24, side=512))
    with worker_process("GpuWorker", tmp_path / "first.log") as process:
        batch = await lab.segment(images, model="unet")

        async def is_in_the_middle() -> bool:
            counts = (await lab.batch(batch)).counts
            return counts.succeeded > 0 and counts.running > 0

        await until(is_in_the_middle)
        process.kill()
        process.wait()
    lost = await lab.column("select count(*) from job where status = 'running'")
    assert lost != [0]
    await lab.column("update job set lease_until = now() where status = 'running' returning 1")
    await Upkeep(lab.runtime).take_back()
    with worker_process("GpuWorker", tmp_path / "second.log"):
        seen = await lab.finished(batch)
    assert (seen.status, seen.counts.succeeded) == ("succeeded", 24)
    assert await lab.column("select count(*) from revision") == [24]
    assert max(map(int, map(str, await lab.column("select attempt from job")))) == 2


async def test_a_worker_that_is_asked_to_stop_finishes_or_gives_back_what_it_holds(lab: Lab, tmp_path: Path) -> None:
    batch = await lab.segment(await lab.ready(nuclei_files(24, side=512)), model="unet")
    with worker_process("GpuWorker", tmp_path / "worker.log") as process:

        async def has_begun() -> bool:
            return (await lab.batch(batch)).counts.succeeded > 0

        await until(has_begun)
        process.send_signal(signal.SIGTERM)
        until_now(lambda: process.poll() is not None, within_s=60)
    counts = (await lab.batch(batch)).counts
    assert counts.running == 0
    assert counts.queued + counts.succeeded == 24
    assert set(await lab.column("select attempt from job where status = 'queued'")) <= {0}
    assert "Traceback" not in (tmp_path / "worker.log").read_text()


def _beats(port: int) -> bool:
    with Redis(port=port) as redis:
        return bool(list(redis.scan_iter("cellhub:worker:*")))


async def test_work_goes_on_without_redis_and_the_worker_is_there_when_it_returns(lab: Lab, tmp_path: Path) -> None:
    port = free_port()
    with own_valkey(port, tmp_path) as valkey, worker_process(
        "GpuWorker", tmp_path / "worker.log", CELLHUB_REDIS_URL=f"redis://127.0.0.1:{port}/0"
    ) as process:  # fmt: skip
        until_now(lambda: _beats(port), within_s=90)
        valkey.kill()
        valkey.wait()
        seen = await lab.finished(await lab.segment(await lab.ready(nuclei_files(4))))
        assert seen.counts.succeeded == 4
        assert process.poll() is None
        with own_valkey(port, tmp_path):
            until_now(lambda: _beats(port))
            process.send_signal(signal.SIGTERM)
            until_now(lambda: process.poll() is not None)


async def test_a_worker_can_be_stopped_while_redis_is_away(lab: Lab, tmp_path: Path) -> None:
    port = free_port()
    with own_valkey(port, tmp_path) as valkey, worker_process(
        "IoWorker", tmp_path / "worker.log", CELLHUB_REDIS_URL=f"redis://127.0.0.1:{port}/0"
    ) as process:  # fmt: skip
        until_now(lambda: _beats(port), within_s=90)
        valkey.kill()
        valkey.wait()
        process.send_signal(signal.SIGTERM)
        until_now(lambda: process.poll() is not None)


async def test_broken_database_connections_cost_no_image(lab: Lab, gpu: WorkerContext) -> None:
    batch = await lab.segment(await lab.ready(nuclei_files(30)))
    broken = 0

    async def finish_or_break() -> bool:
        nonlocal broken
        counts = (await lab.batch(batch)).counts
        if counts.succeeded > 8 * broken and broken < 3:
            broken += 1
            async with lab.runtime.work() as session:
                others = "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"
                await session.execute(text(others))
        return counts.queued + counts.running == 0

    await until(finish_or_break)
    seen = await lab.batch(batch)
    assert broken >= 1  # a quick machine leaves no time for all three
    assert seen.counts.succeeded == 30
    assert await lab.column("select count(*) from revision") == [30]


async def test_one_worker_of_all_does_the_chores(services: Services) -> None:
    first, second = Leader(services.urls.database), Leader(services.urls.database)
    try:
        await until(first.leads)
        assert not await second.leads()
        assert await first.leads()
        await first.resign()
        await until(second.leads)
    finally:
        await first.resign()
        await second.resign()


async def test_progress_is_told_when_it_changes_and_only_then(lab: Lab) -> None:
    batch = await lab.segment(await lab.ready(nuclei_files(2)))
    upkeep = Upkeep(lab.runtime)
    async with lab.runtime.redis.pubsub() as subscription:
        await subscription.subscribe("cellhub:events")
        await upkeep.tell_progress()
        await upkeep.tell_progress()
        told = []
        while (message := await subscription.get_message(timeout=1.0)) is not None:
            told += [message["data"]] if message["type"] == "message" else []
    assert len(told) == 1
    assert str(batch) in told[0]


async def test_a_living_worker_is_listed_and_fades_when_it_stops(lab: Lab, gpu: WorkerContext) -> None:
    async def is_listed() -> bool:
        return [worker.name for worker in await workers.alive(lab.runtime.redis)] == [gpu.name]

    await until(is_listed)
    [view] = await workers.alive(lab.runtime.redis)
    assert (view.kind, view.device) == ("gpu", "cpu")
    await workers.fade(lab.runtime.redis, gpu.name)
    assert await workers.alive(lab.runtime.redis) == []


@pytest.mark.parametrize("kind", ["GpuWorker", "IoWorker"])
def test_importing_the_settings_loads_no_torch(kind: str) -> None:
    import sys

    program = f"import sys; from ml_worker.worker import {kind}; print('torch' in sys.modules, {kind}.queue_name)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.startswith("False cellhub:")
