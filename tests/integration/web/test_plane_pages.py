"""What the image's page and the dialogs that segment do with stacks, on real services."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select

from cellhub_app.core.ids import new_id
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.annotations import service as annotations
from cellhub_app.domain.annotations.schemas import AddedObject, Edit
from cellhub_app.models.job import Batch
from cellhub_app.web import live
from cellhub_app.web.pages.image.again_state import AgainState
from cellhub_app.web.pages.image.state import ImageState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.segment_state import SegmentState
from cellhub_app.web.session import SessionState
from tests.fixtures import rows
from tests.integration.results.scenes import Plate
from tests.integration.web.conftest import Page
from tests.integration.web.states import Tab


@dataclass
class Stack:
    """A stack of three slices at two times in Ada's project."""

    page: Page
    image: UUID

    def tab(self, **asked: str) -> Tab:
        """Its page, at an address."""
        where = f"/projects/{self.page.project_id}/images/{self.image}"
        query = {"project": str(self.page.project_id), "image": str(self.image), **asked}
        return Tab("tab-stack", self.page.tab.cookie, where, "/projects/[project]/images/[image]", query)

    async def draw(self, frame: int, base: int = 0) -> UUID:
        """A square in a plane."""
        drawn = AddedObject(id=new_id(), feature=square(5 + 30 * base))
        async with self.page.runtime.work() as session:
            ada = await presence.browser_principal(session, self.page.tab.cookie)
            await annotations.edit(session, ada, self.image, Edit(edit_id=new_id(), base_revision=base, added=[drawn]), frame)
        return drawn.id

    async def parameters(self) -> list[dict[str, object]]:
        """What the batches that there are were asked to do."""
        async with self.page.runtime.work() as session:
            return list((await session.execute(select(Batch.parameters).order_by(Batch.id))).scalars())


def square(x: int) -> dict[str, object]:
    """A feature of 10 px."""
    ring = [[x, 5], [x + 10, 5], [x + 10, 15], [x, 15], [x, 5]]
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}


@pytest_asyncio.fixture(loop_scope="session")
async def stack(page: Page) -> Stack:
    async with page.runtime.work() as session:
        [image] = await rows.images(session, page.project_id, ["stack.tif"], frames=3, timepoints=2)
    return Stack(page, image)


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def closed() -> AsyncIterator[None]:
    yield
    live.leave("tab-stack")


async def test_each_plane_has_its_own_revision_and_the_address_keeps_it(stack: Stack) -> None:
    for base in (0, 1):
        await stack.draw(4, base)
    tab = stack.tab(z="2", t="2")
    await tab.call(ImageState, "load")
    state = tab.state(ImageState)
    assert (state.planes, state.plane, state.revision, state.is_segmented) == (6, 4, 2, True)
    assert state.query == {"z": "2", "t": "2"}
    await tab.call(ImageState, "select", "o-1")
    await tab.call(ImageState, "show_plane", 3)
    assert (state.plane, state.revision, state.is_segmented, state.has_outlines, state.object_id) == (3, 0, False, True, "")
    assert (state.query, state.caption) == ({"t": "2"}, "Not segmented yet")
    for beyond in (6, -1):
        await tab.call(ImageState, "show_plane", beyond)
        assert (state.plane, state.query) == (0, {})


async def test_an_address_of_no_plane_shows_the_first(stack: Stack) -> None:
    for asked in ({"z": "9"}, {"z": "0", "t": "x"}, {"t": "-1"}, {"object": "nonsense"}, {"object": str(new_id())}):
        tab = stack.tab(**asked)
        await tab.call(ImageState, "load")
        assert tab.state(ImageState).plane == 0


async def test_a_link_to_an_object_opens_its_plane(stack: Stack) -> None:
    drawn = await stack.draw(2)
    tab = stack.tab(object=str(drawn))
    await tab.call(ImageState, "load")
    assert tab.state(ImageState).query == {"z": "3", "object": str(drawn)}


@pytest.mark.parametrize(
    ("where", "plane"),
    [
        ("area_px2:60..", 4),
        ("area_px2:60..,area_px2:..70", 4),
        ("area_px2:60..70,score:..1", 4),
        ("area_px2:15..", 2),
        ("score:0..", 2),
        ("area_px2:500..", 0),
        ("area_um2:1..", 0),
        ("area_px2:9..1", 0),
        ("nonsense", 0),
    ],
)
async def test_a_link_to_objects_of_the_results_opens_the_plane_of_the_first_of_them(stack: Stack, where: str, plane: int) -> None:
    plate = Plate(stack.page.runtime, stack.page.project_id, {})
    await plate.segment(stack.image, [3, 4], frame=2)
    await plate.segment(stack.image, [5, 8], frame=4)
    await plate.segment(stack.page.images[0], [9])
    tab = stack.tab(where=where)
    await tab.call(ImageState, "load")
    assert (tab.state(ImageState).is_missing, tab.state(ImageState).plane) == (False, plane)


async def test_a_place_in_the_address_comes_before_the_objects_of_the_results(stack: Stack) -> None:
    drawn = await stack.draw(1)
    await Plate(stack.page.runtime, stack.page.project_id, {}).segment(stack.image, [3, 8], frame=3)
    for asked, plane in (({"z": "3"}, 2), ({"t": "2"}, 3), ({"object": str(drawn)}, 1), ({}, 3)):
        tab = stack.tab(where="area_px2:60..70", **asked)
        await tab.call(ImageState, "load")
        assert tab.state(ImageState).plane == plane
    await tab.call(ImageState, "show_plane", 0)
    assert tab.state(ImageState).query == {"where": "area_px2:60..70", "z": "1"}, "so that a reload shows it again"
    tab = stack.tab(**tab.state(ImageState).query)
    await tab.call(ImageState, "load")
    assert tab.state(ImageState).plane == 0


async def test_a_revision_is_restored_in_its_plane_alone_and_taken_back(stack: Stack) -> None:
    await stack.draw(0)
    for base in (0, 1):
        await stack.draw(1, base)
    tab = stack.tab(z="2")
    await tab.call(ImageState, "load")
    await tab.call(ImageState, "restore", 1)
    for frame, revision in ((1, 3), (0, 1)):
        await tab.call(ImageState, "show_plane", frame)
        assert tab.state(ImageState).revision == revision
    await tab.call(SessionState, "undo", tab.state(SessionState).messages[-1]["id"])
    for frame, revision in ((1, 4), (0, 1)):
        await tab.call(ImageState, "show_plane", frame)
        assert tab.state(ImageState).revision == revision


async def test_the_plane_on_the_screen_or_all_are_segmented(stack: Stack) -> None:
    tab = stack.tab(z="3")
    await tab.call(ImageState, "load")
    await tab.call(AgainState, "open_dialog")
    assert tab.state(AgainState).which_planes == "plane"
    await tab.call(AgainState, "start")
    await tab.call(AgainState, "open_for", "all")
    await tab.call(AgainState, "start")
    await tab.call(ImageState, "show_plane", 0)
    await tab.call(AgainState, "open_for", "plane")
    await tab.call(AgainState, "start")
    assert [wanted.get("frames") for wanted in await stack.parameters()] == [[2], "all", None]


async def test_a_project_asks_about_planes_only_where_there_are_stacks(stack: Stack) -> None:
    page, state = stack.page, stack.page.tab.state(SegmentState)
    await page.call(ImagesState, "select", {"ids": [str(page.images[0])], "all": False, "count": 1})
    await page.call(SegmentState, "open_for_selected")
    assert not state.has_stacks
    await page.call(SegmentState, "open_for_all")
    assert (state.has_stacks, state.which_planes) == (True, "first")
    await page.call(SegmentState, "choose_planes", "all")
    await page.call(SegmentState, "start")
    assert [wanted.get("frames") for wanted in await stack.parameters()] == ["all"]
