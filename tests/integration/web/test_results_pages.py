"""From what was selected in the results to the tabs of images and exports; and what the results hear of."""

from urllib.parse import quote

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.models.image import Image
from cellhub_app.web.live import News
from cellhub_app.web.pages.project.exports_state import ExportsState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.results_state import ResultsState
from cellhub_app.web.pages.project.selection_state import SelectionState
from cellhub_app.web.pages.project.state import ProjectState
from cellhub_app.web.session import SessionState
from tests.integration.results.scenes import Plate
from tests.integration.web.conftest import Page
from tests.integration.web.states import Tab

LARGE = "where=object_count:2..&per=image"


@pytest_asyncio.fixture(loop_scope="session")
async def measured(page: Page) -> Page:
    """The first image has three objects and the second one."""
    plate = Plate(page.runtime, page.project_id, {})
    await plate.segment(page.images[0], [4, 6, 8])
    await plate.segment(page.images[1], [5])
    return page


async def opened(page: Page, holding: str, tab: str = "") -> Tab:
    """The tab of images, or another, at an address that asks for what images hold."""
    address = f"/projects/{page.project_id}{tab and f'/{tab}'}"
    query = {"project": str(page.project_id), "holding": quote(holding)}
    shown = Tab(f"tab-{tab or 'images'}", page.tab.cookie, address, f"/projects/[project]{tab and f'/{tab}'}", query)
    await shown.call(ProjectState, "load")
    return shown


async def test_everything_that_matches_is_what_holds_the_selection(measured: Page) -> None:
    tab = await opened(measured, LARGE)
    await tab.call(ImagesState, "load_images")
    state = tab.state(ImagesState)
    assert (state.matching, state.held_words, state.query["holding"]) == (1, "Objects in the image from 2", LARGE)
    await tab.call(ImagesState, "select", {"ids": [], "all": True, "count": 5})
    await tab.call(SelectionState, "delete")
    async with measured.runtime.work() as session:
        gone = (await session.execute(select(col(Image.id)).where(col(Image.deleted_at).is_not(None)))).scalars().all()
    assert gone == [measured.images[0]]
    await tab.call(ProjectState, "load")
    await tab.call(ImagesState, "show_all")
    assert (state.matching, state.holding, "holding" in state.query) == (4, "", False)


@pytest.mark.parametrize("nonsense", ["per=moon", "where=area", "where=area_um2:5..1", "where=nothing:1..2"])
async def test_an_address_that_asks_for_nonsense_shows_all_and_says_so(measured: Page, nonsense: str) -> None:
    tab = await opened(measured, nonsense)
    await tab.call(ImagesState, "load_images")
    assert (tab.state(ImagesState).matching, tab.state(ImagesState).holding) == (5, "")
    assert tab.state(SessionState).messages


async def test_the_dialog_of_exports_opens_with_the_images_chosen(measured: Page) -> None:
    tab = await opened(measured, LARGE, "exports")
    await tab.call(ProjectState, "close_dialogs")
    await tab.call(ExportsState, "load_exports")
    state = tab.state(ExportsState)
    assert (state.dialog, state.image_count, state.has_scope) == ("export", 1, False)


@pytest.mark.parametrize(("data", "told"), [({"conditions": True}, 1), ({"images": True, "tags": True}, 1), ({"images": True}, 0)])
async def test_figures_follow_conditions_and_tags_that_others_change(page: Page, data: dict[str, object], told: int) -> None:
    news = News()
    news.add(Event(EventType.PROJECT_CHANGED, page.project_id, data=data))
    state = page.tab.state(ResultsState)
    state._show_news(await ResultsState._read_news(None, page.project_id, news))  # type: ignore[arg-type]
    assert state.told == told
