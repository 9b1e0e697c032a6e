"""Which images the dialog "Segment" takes, and "Try it on one image" after it, on real services; no worker runs."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from cellhub_app.models.image import Image
from cellhub_app.web import live, routes
from cellhub_app.web.pages.project.images_state import ImagesState
from cellhub_app.web.pages.project.segment_dialog import segment_dialog
from cellhub_app.web.pages.project.segment_state import SegmentState
from cellhub_app.web.pages.tuning.state import TuningState
from cellhub_app.web.picked import PickedState
from cellhub_app.web.session import SessionState
from tests.integration.web.conftest import Page
from tests.integration.web.states import Tab


async def mark(page: Page, number: int, **columns: object) -> None:
    """Write down something else of one image."""
    async with page.runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id) == page.images[number]).values(**columns))


async def queued(page: Page) -> list[str]:
    """The names of the images in line."""
    async with page.runtime.work() as session:
        query = select(Image.name).where(col(Image.segmentation_status) == "queued").order_by(Image.name)
        return list((await session.execute(query)).scalars())


def tuning_of(page: Page, went: Any) -> Tab:
    """The same tab after it was led to an image to try the model on."""
    found = re.search(r"/images/([0-9a-f-]{36})/try", str(went))
    assert found, went
    address = {"project": str(page.project_id), "image": found[1], "model": "classical"}
    return Tab(page.tab.token, page.tab.cookie, routes.tuning(page.project_id, found[1]), routes.TUNING, address, root=page.tab.root)


ALL = ["A01.tif", "A02.tif", "A03.tif", "B01.tif"]


@pytest.mark.parametrize(
    ("only_new", "leaves_out", "expected"),
    [
        (False, False, ALL),
        (True, False, ["A01.tif", "A02.tif", "B01.tif"]),
        (False, True, ["A02.tif", "A03.tif", "B01.tif"]),
        (True, True, ["A02.tif", "B01.tif"]),
    ],
)
async def test_settings_tried_on_one_image_are_applied_to_all_that_the_dialog_offered(
    page: Page, only_new: bool, leaves_out: bool, expected: list[str]
) -> None:
    await mark(page, 0, flaws=["blurred"])
    await mark(page, 2, segmentation_status="succeeded")
    await page.call(SegmentState, "open_for_all")
    await page.call(SegmentState, "set_only_new", only_new)
    await page.call(SegmentState, "leave_out", leaves_out)
    tab = tuning_of(page, await page.call(SegmentState, "open_tuning"))
    await tab.call(TuningState, "load")
    state = tab.state(TuningState)
    told = ("all", 0) if expected == ALL else ("picked", len(expected))
    assert (state.scope, state.picked, state.images_in_scope) == (*told, len(expected))
    await tab.call(TuningState, "apply")
    assert tab.state(SessionState).messages[-1]["title"] == f"{len(expected)} images queued"
    assert await queued(page) == expected
    live.leave(tab.token)


def test_what_was_forgotten_has_no_images() -> None:
    picked = PickedState(_reflex_internal_init=True)
    picked._pick("HeLa", None, 214)
    assert picked._of("HeLa") == (None, 0)


async def test_an_earlier_leaving_out_does_not_hide_the_planes_of_a_poor_stack(page: Page) -> None:
    await mark(page, 0, flaws=["blurred"], frames=5)
    await page.call(SegmentState, "open_for_all")
    await page.call(SegmentState, "leave_out", True)
    await page.call(SegmentState, "set_open", False)
    await page.call(ImagesState, "select", {"ids": [str(page.images[0])], "all": False, "count": 1})
    await page.call(SegmentState, "open_for_selected")
    state = page.tab.state(SegmentState)
    assert (state.leaves_out, state.poor_count, state.has_stacks) == (False, 1, True)
    await page.call(SegmentState, "choose_planes", "all")
    await page.call(SegmentState, "start")
    assert (await page.batch()).parameters["frames"] == "all"


async def test_nothing_is_tried_or_queued_where_every_picture_is_left_out_and_the_reason_is_told(page: Page) -> None:
    await mark(page, 0, flaws=["empty"])
    await mark(page, 1, flaws=["blurred"])
    await page.call(ImagesState, "select", {"ids": [str(image) for image in page.images[:2]], "all": False, "count": 2})
    await page.call(SegmentState, "open_for_selected")
    state = page.tab.state(SegmentState)
    assert state.images_wanted == 2
    await page.call(SegmentState, "leave_out", True)
    assert state.images_wanted == 0
    for handler, purpose in (("open_tuning", "to try this on"), ("start", "to segment")):
        await page.tab.call(SegmentState, handler)
        assert page.tab.state(SessionState).messages[-1]["detail"] == (
            f"There is no image {purpose}: every chosen one that could be read looks empty or blurred, and such pictures are left out. "
            "Choose other images, or do not leave these out."
        )
    assert await queued(page) == []


async def test_images_that_are_being_read_are_waited_for_also_where_poor_ones_are_left_out(page: Page) -> None:
    await mark(page, 0, flaws=["empty"])
    await mark(page, 1, status="ingesting")
    await page.call(ImagesState, "select", {"ids": [str(image) for image in page.images[:2]], "all": False, "count": 2})
    await page.call(SegmentState, "open_for_selected")
    await page.call(SegmentState, "leave_out", True)
    await page.tab.call(SegmentState, "open_tuning")
    assert "Wait a moment" in page.tab.state(SessionState).messages[-1]["detail"]


def test_there_is_no_trying_on_one_image_where_none_is_left() -> None:
    _, button = json.dumps(segment_dialog().render(), default=str).split("segment-try")
    disabled = button.split("disabled:")[1].split("onClick:")[0]
    assert "images_wanted" in disabled
