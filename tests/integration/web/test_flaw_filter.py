"""The gallery's filter of poor pictures follows what is read and segmented, without looking at more than it must."""

from typing import NoReturn

import pytest
from sqlalchemy import update
from sqlmodel import col

from cellhub_app.core.events import Event, EventType
from cellhub_app.domain.images import tagging, trash
from cellhub_app.models.image import Image
from cellhub_app.web.pages.project.images_state import ImagesState
from tests.integration.web.conftest import Page


async def tell(page: Page, kind: EventType, number: int, flaws: list[str]) -> None:
    """An image's flaws are written down and told, as a worker does."""
    async with page.runtime.work() as session:
        await session.execute(update(Image).where(col(Image.id) == page.images[number]).values(flaws=flaws))
    status = "ready" if kind is EventType.IMAGE_STATUS else "succeeded"
    await page.hear(Event(kind, page.project_id, data={"imageId": str(page.images[number]), "status": status, "flaws": flaws}))


def shown(page: Page) -> dict[str, int]:
    """What the filter offers."""
    return {flaw.name: flaw.count for flaw in page.tab.state(ImagesState).flaws}


async def test_poor_pictures_that_come_in_are_counted_without_reading_tags_and_trash(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_asked: object) -> NoReturn:
        raise AssertionError("the whole project was looked at")

    monkeypatch.setattr(tagging, "used", refuse)
    monkeypatch.setattr(trash, "count", refuse)
    await tell(page, EventType.IMAGE_STATUS, 0, ["blurred"])
    assert shown(page) == {"blurred": 1}
    await tell(page, EventType.IMAGE_STATUS, 1, ["saturated", "blurred"])
    assert shown(page) == {"blurred": 2, "saturated": 1}


async def test_flaws_that_a_segmentation_finds_or_clears_are_counted_at_once(page: Page) -> None:
    await tell(page, EventType.SEGMENTATION_STATUS, 0, ["blurred"])
    assert shown(page) == {"blurred": 1}
    await tell(page, EventType.SEGMENTATION_STATUS, 0, [])
    assert shown(page) == {}


@pytest.mark.parametrize("data", [{}, {"flaws": None}], ids=["no word", "none"])
async def test_a_segmentation_that_tells_no_flaws_changes_none(page: Page, data: dict[str, None], monkeypatch: pytest.MonkeyPatch) -> None:
    await tell(page, EventType.SEGMENTATION_STATUS, 0, ["empty"])
    read: list[object] = []
    monkeypatch.setattr(ImagesState, "_read_flaws", lambda *asked: read.append(asked))
    image = str(page.images[0])
    await page.hear(Event(EventType.SEGMENTATION_STATUS, page.project_id, data={"imageId": image, "status": "succeeded", **data}))
    assert (read, shown(page)) == ([], {"empty": 1})
    assert "flaws" not in page.tab.state(ImagesState).changes["rows"][-1]


async def test_good_pictures_that_come_in_are_not_counted(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    monkeypatch.setattr(ImagesState, "_read_flaws", lambda *asked: read.append(asked))
    await tell(page, EventType.IMAGE_STATUS, 0, [])
    assert read == []


async def test_what_is_asked_for_stays_offered_where_no_image_has_it(page: Page) -> None:
    await tell(page, EventType.IMAGE_STATUS, 0, ["empty"])
    await page.call(ImagesState, "show_flaw", "blurred")
    await page.call(ImagesState, "show_tag", "control")
    state = page.tab.state(ImagesState)
    assert [(flaw.name, flaw.count) for flaw in state.looks_offered] == [("empty", 1), ("blurred", 0)]
    assert [(tag.name, tag.count) for tag in state.tags_offered] == [("control", 0)]
    await page.call(ImagesState, "show_flaw", "empty")
    await page.call(ImagesState, "show_tag", "")
    assert [(flaw.name, flaw.count) for flaw in state.looks_offered] == [("empty", 1)]
    assert state.tags_offered == []
