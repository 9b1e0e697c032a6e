"""What the handlers of "Try settings" and of a face-off do, on real services; no worker runs."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.images.selection import Chosen
from cellhub_app.models.job import Batch, Job
from cellhub_app.models.trial import FaceOff, Trial
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call
from cellhub_app.web.live import News
from cellhub_app.web.pages.face_off.state import FaceOffState
from cellhub_app.web.pages.project.face_off_state import NewFaceOffState
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.segment_state import SegmentState
from cellhub_app.web.pages.tuning.state import TuningState
from cellhub_app.web.picked import PickedState
from cellhub_app.web.session import SessionState
from tests.fixtures import rows
from tests.integration.web.conftest import Page
from tests.integration.web.states import Tab, account, browser_token


def tuning_tab(page: Page, image: UUID, **query: str) -> Tab:
    address = {"project": str(page.project_id), "image": str(image), **query}
    return Tab("tab-try", page.tab.cookie, routes.tuning(page.project_id, image), routes.TUNING, address)


def face_off_tab(page: Page, face_off: Any, cookie: str = "", **query: str) -> Tab:
    address = {"project": str(page.project_id), "face_off": str(face_off), **query}
    return Tab("tab-duel", cookie or page.tab.cookie, routes.face_off(page.project_id, face_off), routes.FACE_OFF, address)


@pytest_asyncio.fixture(loop_scope="session")
async def begun(page: Page) -> FaceOff:
    """A face-off of two models on two images."""
    await page.call(ImagesState, "select", {"ids": page.images[:2], "all": False, "count": 2})
    await page.call(NewFaceOffState, "open_dialog")
    for rival in page.tab.state(NewFaceOffState).rivals:
        if rival.takes_part != (rival.name in ("classical", "unet")):
            await page.call(NewFaceOffState, "toggle", rival.name)
    await page.call(NewFaceOffState, "begin")
    async with page.runtime.work() as session:
        return (await session.execute(select(FaceOff))).scalars().one()


async def test_the_address_says_what_is_tried(page: Page) -> None:
    tab = tuning_tab(page, page.images[0], model="classical", threshold="0.3", minAreaPx="40", sort="-doubt")
    await tab.call(TuningState, "load")
    state = tab.state(TuningState)
    assert (state.model, state.threshold, state.min_area_px, state.total) == ("classical", 0.3, 40, 4)
    assert state.preview_url == f"/api/v1/images/{page.images[0]}/preview?model=classical&threshold=0.3&minAreaPx=40&format=binary"
    await tab.call(TuningState, "set_threshold", 7)
    await tab.call(TuningState, "set_min_area", "")
    assert (state.threshold, state.min_area_px) == (0.95, 0)
    assert state.query == {"sort": "-doubt", "model": "classical", "threshold": "0.95", "minAreaPx": "0"}
    await tab.call(TuningState, "choose", "unet")
    assert (state.model, state.threshold) == ("unet", state.chosen.threshold)
    live.leave(tab.token)


async def test_nonsense_in_the_address_takes_the_models_own_settings(page: Page) -> None:
    tab = tuning_tab(page, page.images[0], model="<script>", threshold="much", minAreaPx="-9")
    await tab.call(TuningState, "load")
    state = tab.state(TuningState)
    assert (state.model, state.threshold, state.min_area_px) == (state.options[0].name, state.options[0].threshold, 0)
    live.leave(tab.token)


@pytest.mark.parametrize(("scope", "images"), [("image", 1), ("picked", 2), ("all", 4)])
async def test_settings_are_applied_to_this_image_the_selection_or_all(page: Page, scope: str, images: int) -> None:
    tab = tuning_tab(page, page.images[0], model="classical", threshold="0.3")
    tab.state(PickedState)._pick(str(page.project_id), Chosen(page.images[:2]), 2)
    await tab.call(TuningState, "load")
    assert tab.state(TuningState).scope == "picked"
    await tab.call(TuningState, "set_scope", scope)
    await tab.call(TuningState, "apply")
    assert tab.state(SessionState).messages[-1]["kind"] == "success"
    async with page.runtime.work() as session:
        batch = (await session.execute(select(Batch))).scalars().one()
    assert batch.parameters["threshold"] == 0.3
    assert f"{images} image" in tab.state(SessionState).messages[-1]["title"]
    live.leave(tab.token)


async def test_the_dialog_leads_to_an_image_of_the_selection_with_its_settings(page: Page) -> None:
    await page.call(ImagesState, "select", {"ids": page.images[1:3], "all": False, "count": 2})
    await page.call(SegmentState, "open_for_selected")
    await page.call(SegmentState, "set_threshold", 0.2)
    went = await page.call(SegmentState, "open_tuning")
    assert f"/images/{page.images[1]}/try?" in str(went)
    assert "threshold=0.2" in str(went)
    assert page.tab.state(PickedState)._of(str(page.project_id))[1] == 2
    assert page.tab.state(PickedState)._of(str(uuid4())) == (None, 0)


async def test_a_face_off_starts_from_the_selection(page: Page, begun: FaceOff) -> None:
    assert begun.image_ids == page.images[:2]
    tab = face_off_tab(page, begun.id, image=str(page.images[1]), left="classical", right="unet", mode="swipe", disagreement="1")
    await tab.call(FaceOffState, "load")
    state = tab.state(FaceOffState)
    assert (state.image_id, state.left_model, state.right_model, state.mode) == (str(page.images[1]), "classical", "unet", "swipe")
    assert (state.progress, state.percent, state.left["url"], state.veil_url) == ("0 of 4 tried", 0, "", "")
    assert not state.has_stacks
    await tab.call(FaceOffState, "step", 1)
    assert state.image_id == str(page.images[0])
    await tab.call(FaceOffState, "show_left", "unet")
    assert (state.left_model, state.right_model) == ("unet", "classical"), "the other one makes room"
    await tab.call(FaceOffState, "show_right", "nobody")
    assert state.right_model == "classical"
    live.leave(tab.token)


async def test_results_appear_as_they_come(page: Page, begun: FaceOff) -> None:
    tab = face_off_tab(page, begun.id)
    await tab.call(FaceOffState, "load")
    values = {"status": JobStatus.SUCCEEDED, "object_count": 7, "doubt": 0.1, "seconds": 0.5, "agreement": {"contested": 2, "share": 0.25}}
    async with page.runtime.work() as session:
        await session.execute(update(Trial).where(col(Trial.image_id) == page.images[0]).values(**values))
        ada = await presence.browser_principal(session, page.tab.cookie)
        found = await FaceOffState._read_news(Call(ada, session), begun.id, News(anew=True))
    state = tab.state(FaceOffState)
    state._show_news(found)
    assert state.progress == "2 of 4 tried"
    assert state.left["note"] == "7 objects · 2 contested"
    assert state.left["url"].endswith("/polygons?format=binary")
    assert [figure.share for figure in state.figures] == ["25 %", ""]
    assert [row.doubt for row in state.rows] == ["10 %", "10 %"]
    await tab.call(FaceOffState, "show_veil", True)
    assert state.veil_url.endswith(f"/images/{page.images[0]}/disagreement")
    live.leave(tab.token)


async def test_the_plane_of_a_stack_is_named_and_shown_once_it_was_tried(page: Page) -> None:
    async with page.runtime.work() as session:
        [stack] = await rows.images(session, page.project_id, ["stack.tif"], frames=30)
    await page.call(ImagesState, "select", {"ids": [stack, page.images[0]], "all": False, "count": 2})
    await page.call(NewFaceOffState, "open_dialog")
    await page.call(NewFaceOffState, "begin")
    async with page.runtime.work() as session:
        made = (await session.execute(select(FaceOff))).scalars().one()
    tab = face_off_tab(page, made.id, image=str(stack))
    await tab.call(FaceOffState, "load")
    state = tab.state(FaceOffState)
    [strip] = [figure for figure in state.figures if figure.id == str(stack)]
    assert state.has_stacks
    assert (state.left["note"], state.image_url) == ("slice 16 of 30 · not tried yet", ""), "never the first plane in place of it"
    assert (strip.title, strip.picture) == ("stack.tif, slice 16 of 30", f"/api/v1/images/{stack}/thumbnail")
    async with page.runtime.work() as session:
        await session.execute(update(Trial).values(status=JobStatus.SUCCEEDED, object_count=7))
    await tab.call(FaceOffState, "load")
    [strip] = [figure for figure in state.figures if figure.id == str(stack)]
    assert (state.left["note"], state.image_url) == ("slice 16 of 30 · 7 objects", f"/api/v1/face-offs/{made.id}/images/{stack}/display")
    assert strip.picture == f"/api/v1/face-offs/{made.id}/images/{stack}/thumbnail"
    await tab.call(FaceOffState, "look_at", str(page.images[0]))
    assert (state.left["note"], state.image_url) == ("7 objects", f"/api/v1/images/{page.images[0]}/display")
    live.leave(tab.token)


async def test_the_winner_is_used_for_all(page: Page, begun: FaceOff) -> None:
    tab = face_off_tab(page, begun.id)
    await tab.call(FaceOffState, "load")
    await tab.call(FaceOffState, "use", "classical", "all")
    assert tab.state(SessionState).messages[-1]["title"] == "4 images queued with Otsu and watershed"
    live.leave(tab.token)


async def test_a_comparison_is_deleted_with_what_waits_for_it(page: Page, begun: FaceOff) -> None:
    tab = face_off_tab(page, begun.id)
    await tab.call(FaceOffState, "load")
    await tab.call(FaceOffState, "delete")
    async with page.runtime.work() as session:
        assert (await session.execute(select(Trial))).scalars().all() == []
        assert {job.status for job in (await session.execute(select(Job).where(col(Job.kind) == "trial"))).scalars()} == {"cancelled"}
    live.leave(tab.token)


async def test_strangers_see_no_face_off_and_no_settings(page: Page, begun: FaceOff, runtime: Runtime) -> None:
    eve = await browser_token(runtime, await account(runtime, "eve"))
    duel = face_off_tab(page, begun.id, cookie=eve)
    await duel.call(FaceOffState, "load")
    assert (duel.state(FaceOffState).is_missing, duel.state(FaceOffState).rows) == (True, [])
    await duel.call(FaceOffState, "use", "classical", "all")
    assert duel.state(SessionState).messages[-1]["kind"] == "error"
    trying = tuning_tab(page, page.images[0])
    trying = Tab("tab-eve", eve, trying.path, trying.route, trying.query)
    await trying.call(TuningState, "load")
    assert (trying.state(TuningState).is_missing, trying.state(TuningState).name) == (True, "")
    for tab in (duel, trying):
        live.leave(tab.token)
