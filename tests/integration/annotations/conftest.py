"""One image of two planes of ada's for each test of polygons."""

import pytest_asyncio

from cellhub_app.core.runtime import Runtime
from cellhub_app.models.project import ProjectRole
from tests.fixtures import rows
from tests.integration.annotations.scenes import Scene


@pytest_asyncio.fixture(loop_scope="session")
async def scene(runtime: Runtime) -> Scene:
    async with runtime.work() as session:
        ada, anna, vera, stan = [await rows.person(session, name) for name in ("ada", "anna", "vera", "stan")]
        project_id = await rows.project(session, ada, a=(anna, ProjectRole.ANNOTATOR), v=(vera, ProjectRole.VIEWER))
        (image_id,) = await rows.images(session, project_id, ["a.tif"], frames=2)
    return Scene(image_id, ada, anna, vera, stan)
