"""What the gallery is told of live events, and the filters in the address."""

from uuid import uuid4

import pytest

from cellhub_app.core.events import Event, EventType
from cellhub_app.web.live import EVENTS_KEPT, News
from cellhub_app.web.pages.project.images_state import _change, _filters, _moves_many

PROJECT, IMAGE = uuid4(), str(uuid4())


def test_a_segmentation_event_changes_the_row_as_the_api_shows_it() -> None:
    data = {"imageId": IMAGE, "jobId": "j", "batchId": "b", "status": "succeeded", "error": None, "objectCount": 12, "doubt": 0.1}
    change = _change(Event(EventType.SEGMENTATION_STATUS, PROJECT, data=data))
    assert change == {
        "segmentation": {"status": "succeeded", "jobId": "j", "model": None, "error": None},
        "objectCount": 12,
        "doubt": 0.1,
    }


def test_an_image_that_was_read_brings_its_figures() -> None:
    data = {"imageId": IMAGE, "status": "ready", "error": None, "width": 512}
    assert _change(Event(EventType.IMAGE_STATUS, PROJECT, data=data)) == {"status": "ready", "error": None, "width": 512}


def test_a_renamed_image_keeps_its_status() -> None:
    assert _change(Event(EventType.IMAGE_STATUS, PROJECT, data={"imageId": IMAGE, "name": "a.tif"})) == {"name": "a.tif"}


@pytest.mark.parametrize(
    ("event", "moves"),
    [
        (Event(EventType.PROJECT_CHANGED, PROJECT, data={"images": True}), True),
        (Event(EventType.PROJECT_CHANGED, PROJECT, data={"name": "HeLa"}), False),
        (Event(EventType.QUEUE_UPDATE, PROJECT, data={"status": "cancelled"}), True),
        (Event(EventType.QUEUE_UPDATE, PROJECT, data={"status": "running"}), False),
        (Event(EventType.SEGMENTATION_STATUS, PROJECT, data={"imageId": IMAGE}), False),
    ],
)
def test_the_list_is_read_again_only_when_it_moved(event: Event, moves: bool) -> None:
    assert _moves_many(event) is moves


def test_words_in_the_address_that_mean_nothing_are_left_out() -> None:
    assert _filters("done", "A01", "-doubt").model_dump(exclude_none=True) == {"status": "done", "q": "A01", "sort": "-doubt"}
    assert _filters("<script>", "", "").status is None
    assert _filters("", "", "drop table").sort == "-createdAt"


def test_news_that_pile_up_become_one_reading() -> None:
    news = News()
    for _ in range(EVENTS_KEPT + 1):
        news.add(Event(EventType.IMAGE_STATUS, PROJECT))
    assert news.anew
    assert not news.events
    assert news.has(EventType.EXPORT_PROGRESS)


def test_news_tell_what_happened() -> None:
    news = News()
    news.add(Event(EventType.IMAGE_STATUS, PROJECT))
    assert news.has(EventType.IMAGE_STATUS)
    assert not news.has(EventType.EXPORT_PROGRESS)
    news.add(None)
    assert news.has(EventType.EXPORT_PROGRESS)
