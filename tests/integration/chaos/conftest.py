"""One CellHub for all of these tests, with short leases and its files on a small disk; one browser.

CELLHUB_CHAOS_IMAGES and CELLHUB_CHAOS_BROWSERS say how large a test is; `make chaos` takes more of both and repeats.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from cellhub_app.cli.stack_home import free_port
from tests.e2e.conftest import ARGUMENTS
from tests.fixtures.services import start_stack, stop_stack, temporary_home
from tests.integration.chaos.house import LEASE_S, PATIENTLY_S, House, SmallDisk
from tests.integration.chaos.scene import pictures
from tests.integration.worker.conftest import until

IMAGES = int(os.environ.get("CELLHUB_CHAOS_IMAGES", "16"))
BROWSERS = int(os.environ.get("CELLHUB_CHAOS_BROWSERS", "3"))


@pytest.fixture(scope="session")
def files() -> list[tuple[str, bytes]]:
    """The files of every scene."""
    return pictures(IMAGES)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running_house() -> AsyncIterator[House]:
    with temporary_home() as home, SmallDisk(home / "disk").mounted() as disk:
        settings = {"CELLHUB_LEASE_S": str(LEASE_S), "CELLHUB_STORAGE_URL": disk.path.as_uri(), "CELLHUB_RETRY_DELAY_S": "0.5"}
        stack = await asyncio.to_thread(start_stack, home / "home", free_port(), **settings)
        try:
            async with httpx.AsyncClient(base_url=stack.base_url, timeout=30) as http:
                house = House(stack, disk, http)
                await house.sign_in()
                yield house
        finally:
            await asyncio.to_thread(stop_stack, stack)


@pytest_asyncio.fixture(loop_scope="session")
async def house(running_house: House) -> House:
    """The house, healed from the test before."""
    await until(running_house.is_ready, every_s=PATIENTLY_S)
    await until(running_house.gpu_worker_listens, every_s=PATIENTLY_S)
    return running_house


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium (CELLHUB_TEST_BROWSER, else the first on PATH), or Playwright's own."""
    path = os.environ.get("CELLHUB_TEST_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome") or None
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield launched
        await launched.close()
