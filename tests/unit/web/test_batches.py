"""A batch in words and shares."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cellhub_app.core.ids import new_id
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.access import Principal
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView, Cause, EndedBatch, Eta, Starter
from cellhub_app.models.user import Role
from cellhub_app.web.batches import batch_box, ending, endings, model_title, person

MORNING = datetime(2026, 11, 21, 8, tzinfo=UTC)


def batch(status: JobStatus = JobStatus.RUNNING, **values: Any) -> BatchView:
    """A batch of 214 images in the middle of its work."""
    counts = values.pop("counts", BatchCounts(queued=76, running=4, succeeded=133, failed=1))
    known = {"id": new_id(), "project_id": new_id(), "model": "unet", "parameters": {}, "created_at": MORNING}
    return BatchView(status=status, counts=counts, **(known | values))


def test_a_running_batch_says_where_it_stands() -> None:
    box = batch_box(batch(position=3, eta=Eta(low_seconds=95, high_seconds=170)))
    assert (box.position, box.time_left) == ("3", "1–3 min")
    assert box.summary == "133 done · 4 processing · 76 queued · 1 failed"
    assert box.title == "U-Net · 214 images"
    assert box.succeeded + box.running + box.failed + box.cancelled == pytest.approx(100 * 138 / 214)
    assert (box.is_open, box.can_pause, box.can_resume) == (True, True, False)


def test_a_batch_whose_last_images_run_is_no_longer_in_line() -> None:
    box = batch_box(batch(counts=BatchCounts(running=4, succeeded=210)))
    assert (box.position, box.time_left) == ("now", "soon known")


def test_a_paused_batch_can_only_be_resumed_or_cancelled() -> None:
    box = batch_box(batch(JobStatus.PAUSED))
    assert (box.position, box.time_left, box.can_pause, box.can_resume, box.is_open) == ("paused", "–", False, True, True)


def test_a_finished_batch_says_how_long_it_took() -> None:
    parameters = {"threshold": 0.45, "min_area_px": 12}
    counts = BatchCounts(succeeded=200)
    ended = MORNING + timedelta(seconds=50)
    box = batch_box(batch(JobStatus.SUCCEEDED, counts=counts, parameters=parameters, started_at=MORNING, finished_at=ended))
    assert box.note == "threshold 0.45 · at least 12 px² · took 50 s · 4.0 images/s"
    assert not box.is_open


def test_a_model_that_is_gone_is_called_by_its_name() -> None:
    assert model_title("unet") == "U-Net"
    assert model_title("gone_with_the_wind") == "gone_with_the_wind"


def ended(counts: BatchCounts, status: JobStatus = JobStatus.SUCCEEDED, causes: list[Cause] | None = None) -> EndedBatch:
    """A batch of Hela dose that ended."""
    about = {"project_name": "Hela dose", "started_by": None, "can_edit": True, "causes": causes or []}
    return EndedBatch(**vars(batch(status, counts=counts, finished_at=MORNING)), **about)


def test_the_end_of_a_batch_is_told_with_its_figures() -> None:
    dark = Cause(code="dark", detail="There is no light in it.", images=2, retryable=2, examples=[])
    some = ending(ended(BatchCounts(succeeded=118, failed=2), causes=[dark]))
    assert (some.kind, some.title) == ("warning", "118 of 120 images of Hela dose are segmented, 2 failed")
    assert (some.detail, some.link[0].split("=")[0]) == ("There is no light in it.", "/queue?batch")
    good = ending(ended(BatchCounts(succeeded=120)))
    assert (good.kind, good.title, good.detail) == ("success", "120 of 120 images of Hela dose are segmented", "")
    assert good.link[0].startswith("/projects/")
    assert ending(ended(BatchCounts(failed=3), JobStatus.FAILED)).kind == "error"
    stopped = ending(ended(BatchCounts(succeeded=60, cancelled=60), JobStatus.CANCELLED))
    assert (stopped.kind, stopped.title) == ("info", "Hela dose: the segmentation was cancelled")
    assert stopped.detail == "60 of 120 images are segmented."


def test_the_verb_agrees_with_the_number_of_images() -> None:
    titles = [
        (BatchCounts(succeeded=1), "1 of 1 image of Hela dose is segmented"),
        (BatchCounts(succeeded=1, failed=2), "1 of 3 images of Hela dose is segmented, 2 failed"),
        (BatchCounts(failed=1), "0 of 1 image of Hela dose is segmented, 1 failed"),
        (BatchCounts(failed=2), "0 of 2 images of Hela dose are segmented, 2 failed"),
    ]
    assert [ending(ended(counts)).title for counts, _ in titles] == [title for _, title in titles]
    stopped = ending(ended(BatchCounts(succeeded=1, cancelled=4), JobStatus.CANCELLED))
    assert stopped.detail == "1 of 5 images is segmented."
    [many] = endings([ended(BatchCounts(succeeded=1)), *(ended(BatchCounts(failed=1)) for _ in range(2))])
    assert many.detail == "1 of 3 images is segmented, 2 failed."


def test_many_batches_that_end_together_are_told_in_one_message() -> None:
    two = [ended(BatchCounts(succeeded=10)) for _ in range(2)]
    assert len(endings(two)) == 2
    [message] = endings([*two, ended(BatchCounts(succeeded=8, failed=2))])
    assert (message.kind, message.title) == ("warning", "3 batches of yours have ended")
    assert (message.detail, message.link[0]) == ("28 of 30 images are segmented, 2 failed.", "/queue")


def test_who_started_a_batch_is_you_a_name_or_gone() -> None:
    ada = Principal(new_id(), new_id(), Role.USER, "Ada Lovelace", "ada@example.org")
    bob = Principal(new_id(), new_id(), Role.USER, "Bob", "bob@example.org")
    starter = Starter(id=ada.user_id, name=ada.name, email=ada.email)
    assert [person(starter, looking).name for looking in (ada, bob)] == ["you", "Ada Lovelace"]
    assert person(starter, bob).initials == "AL"
    assert person(None, ada).name == "somebody who has left"
