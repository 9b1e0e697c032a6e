"""The disk with the files is full in the middle of a batch, for a while or for good."""

import os

import pytest
from playwright.async_api import Browser

from tests.integration.chaos.house import House
from tests.integration.chaos.scene import Scene
from tests.integration.chaos.watchers import watching
from tests.integration.worker.conftest import until

FULL = "The file storage is full. Ask whoever runs this server to free space."
pytestmark = pytest.mark.chaos


async def test_a_full_disk_fails_images_in_plain_words_and_they_can_be_tried_again(
    house: House, files: list[tuple[str, bytes]], browser: Browser
) -> None:
    if not house.disk.is_mounted:
        pytest.skip(f"a small file system can't be mounted here (user id {os.geteuid()})")
    scene = await Scene.open(house, files, "full disk")
    async with watching(browser, house, scene, 1) as watchers:
        await until(scene.is_read)
        with house.disk.full():
            refused = await scene.upload([("one more.png", files[0][1])])
            assert (refused.status_code, refused.json()["detail"]) == (503, FULL)
            await scene.segment()
            await scene.assert_whole(failures=len(files))
            sentences = {image["segmentation_error"]["detail"] for image in await scene.images()}
            assert sentences == {FULL}
        await scene.retry_failed()
        await scene.assert_whole()
        await watchers.see(len(files), f"{len(files)} done")


async def test_a_disk_that_is_full_for_a_moment_costs_nothing(house: House, files: list[tuple[str, bytes]]) -> None:
    if not house.disk.is_mounted:
        pytest.skip(f"a small file system can't be mounted here (user id {os.geteuid()})")
    scene = await Scene.open(house, files, "disk full for a moment")
    await scene.segment()
    await scene.middle()
    with house.disk.full():
        await until(scene.is_trying_again)
    await scene.assert_whole()
    assert not list(house.disk.path.rglob("*#*"))
