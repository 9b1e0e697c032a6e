"""A project with two conditions, three images and seven objects."""

import pytest_asyncio

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.project import ProjectRole
from tests.fixtures import rows
from tests.integration.results.scenes import Plate


@pytest_asyncio.fixture(loop_scope="session")
async def plate(runtime: Runtime) -> Plate:
    async with runtime.work() as session:
        people = {name: await rows.person(session, name) for name in ("ada", "vera", "stan")}
        project_id = await rows.project(session, people["ada"], v=(people["vera"], ProjectRole.VIEWER))
    plate = Plate(runtime, project_id, people)
    known = {"pixel_size_um": 0.5}
    await plate.image("a_t01.tif", [4, 6, 8], "control", "well 1", tags=["good"], **known)
    await plate.image("b_t02.tif", [5, 7], "control", "well 2", **known)
    await plate.image("c_t01.tif", [10, 12], "10 nM", **known)
    return plate
