"""The worker that segments is killed, or stands still while another does its work."""

import os
import signal
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.integration.chaos.house import LEASE_S, PATIENTLY_S, House
from tests.integration.chaos.scene import Scene
from tests.integration.chaos.watchers import watching
from tests.integration.worker.conftest import until, worker_process

pytestmark = pytest.mark.chaos


async def test_kill_9_of_the_gpu_worker_in_the_middle_of_a_batch(house: House, files: list[tuple[str, bytes]], browser: Browser) -> None:
    scene = await Scene.open(house, files, "killed worker")
    async with watching(browser, house, scene, 1) as watchers:
        await scene.segment()
        await scene.middle()
        house.signal("gpu-worker", signal.SIGKILL)
        assert (await scene.counts())["running"] > 0
        await scene.assert_whole()
        await watchers.see(len(files), f"{len(files)} done")
    attempts = await house.rows("select max(attempt) as most from job where batch_id = %(batch)s", batch=scene.batches[0])
    assert attempts == [{"most": 2}]


async def test_a_worker_that_stood_still_overwrites_nothing_newer(house: House, files: list[tuple[str, bytes]], tmp_path: Path) -> None:
    scene = await Scene.open(house, files, "paused worker")
    other = {"CELLHUB_DATABASE_URL": house.urls.database, "CELLHUB_REDIS_URL": house.urls.redis}
    other |= {"CELLHUB_STORAGE_URL": house.disk.path.as_uri(), "CELLHUB_LEASE_S": str(LEASE_S)}
    await scene.segment()
    await scene.middle()
    [paused] = house.signal("gpu-worker", signal.SIGSTOP)
    try:
        held = (await scene.counts())["running"]
        with worker_process("GpuWorker", tmp_path / "other.log", **other):
            await until(scene.is_over, every_s=PATIENTLY_S)
            await scene.segment("classical")
            await until(scene.is_over, every_s=PATIENTLY_S)
            newer = await house.current_revisions(scene.project)
            seen = await scene.images()
    finally:
        os.kill(paused, signal.SIGCONT)
    assert held > 0
    # What it does next comes behind whatever it still had in its stages.
    after = await Scene.open(house, files[:2], "after the pause")
    await after.segment()
    await after.assert_whole()
    [by] = await house.rows("select distinct worker from job where batch_id = %(batch)s", batch=after.batches[0])
    assert by["worker"].endswith(f"-{paused}")
    await scene.assert_whole()
    assert await house.current_revisions(scene.project) == newer
    assert await scene.images() == seen
    assert set(newer.values()) == {2}
