"""What CellHub stands on goes away in the middle of a batch: Valkey with all it knew, PostgreSQL, the web process."""

import os
import shutil
import signal

import pytest
from playwright.async_api import Browser
from redis.asyncio import Redis

from tests.fixtures.processes import none_alive
from tests.integration.chaos.conftest import BROWSERS
from tests.integration.chaos.house import House
from tests.integration.chaos.scene import Scene
from tests.integration.chaos.watchers import watching
from tests.integration.worker.conftest import until

pytestmark = pytest.mark.chaos


async def killed(house: House, name: str, number: int) -> None:
    """A program's processes after the signal, all gone."""
    gone = house.signal(name, number)
    assert gone
    await until(lambda: _are_gone(gone))


async def _are_gone(pids: list[int]) -> bool:
    return none_alive(pids)


async def test_kill_9_of_the_web_process_with_open_pages(house: House, files: list[tuple[str, bytes]], browser: Browser) -> None:
    scene = await Scene.open(house, files, "killed web")
    async with watching(browser, house, scene, BROWSERS) as watchers:
        await scene.segment()
        await scene.middle()
        await killed(house, "web", signal.SIGKILL)
        await scene.assert_whole()
        await watchers.see(len(files), f"{len(files)} done")


async def test_valkey_loses_everything_twice_in_a_batch(house: House, files: list[tuple[str, bytes]], browser: Browser) -> None:
    scene = await Scene.open(house, files, "lost valkey")
    async with watching(browser, house, scene, 1) as watchers:
        await scene.segment()
        async with Redis.from_url(house.urls.redis) as redis:
            assert await redis.flushall()
        await scene.middle()
        await killed(house, "valkey", signal.SIGKILL)
        shutil.rmtree(house.stack.home / "valkey" / "appendonlydir")
        again = await Scene.open(house, files[:4], "while valkey is away")
        await again.segment("classical")
        await scene.assert_whole()
        await again.assert_whole()
        await watchers.see(len(files), f"{len(files)} done")


async def test_postgresql_ends_at_once_and_is_started_again(house: House, files: list[tuple[str, bytes]], browser: Browser) -> None:
    scene = await Scene.open(house, files, "restarted postgres")
    async with watching(browser, house, scene, 1) as watchers:
        await scene.segment()
        await scene.middle()
        await killed_postmaster(house)
        await scene.assert_whole()
        await watchers.see(len(files), f"{len(files)} done")


async def killed_postmaster(house: House) -> None:
    """PostgreSQL after its immediate shutdown: no checkpoint, every connection broken."""
    gone = house.pids("postgres")
    os.kill(house.main_pid("postgres"), signal.SIGQUIT)
    await until(lambda: _are_gone(gone))
