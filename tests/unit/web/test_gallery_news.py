"""What the gallery is told of live events, and the filters in the address."""

from uuid import uuid4

import pytest

from cellhub_app.core.events import Event, EventType
from cellhub_app.web.live import EVENTS_KEPT, News
from cellhub_app.web.pages.project.images_state import REPEATED, ImagesState, _change, _moves_many, checked_filters

PROJECT, IMAGE = uuid4(), str(uuid4())


def test_a_segmentation_event_changes_the_row_as_the_api_shows_it() -> None:
    data = {"imageId": IMAGE, "jobId": "j", "batchId": "b", "status": "succeeded", "error": None, "objectCount": 12, "doubt": 0.1}
    change = _change(Event(EventType.SEGMENTATION_STATUS, PROJECT, data=data))
    assert change == {
        "segmentation": {"status": "succeeded", "jobId": "j", "model": None, "error": None},
        "progress": None,
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
    words = {"status": "done", "q": "A01", "sort": "-doubt", "tag": "", "trashed": ""}
    assert checked_filters(words).model_dump(exclude_defaults=True) == {"status": "done", "q": "A01", "sort": "-doubt"}
    assert checked_filters({"trashed": "true"}).trashed
    assert checked_filters({"status": "<script>"}).status is None
    assert checked_filters({"sort": "drop table"}).sort == "-createdAt"


def test_rows_are_numbered_and_only_those_of_the_last_second_are_repeated() -> None:
    state = ImagesState(_reflex_internal_init=True)
    sent = []
    for names, moment in ((["a", "b"], 10.0), (["c"], 10.6), (["d"], 11.4), (["e"], 30.0)):
        state._pass_on([{"id": name} for name in names], moment)
        sent.append((state.changes["first"], "".join(row["id"] for row in state.changes["rows"])))
    assert sent == [(0, "ab"), (0, "abc"), (2, "cd"), (4, "e")]


def test_a_busy_project_repeats_a_few_rows_only() -> None:
    state = ImagesState(_reflex_internal_init=True)
    state._pass_on([{"id": str(number)} for number in range(300)], 10.0)
    state._pass_on([{"id": "last"}], 10.1)
    assert (state.changes["first"], len(state.changes["rows"])) == (300 - REPEATED, REPEATED + 1)


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
