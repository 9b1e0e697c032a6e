"""A batch in words and shares."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cellhub_app.core.ids import new_id
from cellhub_app.core.queue import JobStatus
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView, Eta
from cellhub_app.web.batches import batch_box, model_title
from cellhub_app.web.pages.project import pace

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


def test_the_pace_is_images_a_second_over_the_last_samples() -> None:
    samples: list[pace.Sample] = []
    for second in range(6):
        samples = pace.with_sample(samples, 100.0 + second, 9 * second)
    assert pace.rates(samples) == pytest.approx([9.0] * 5)
    assert pace.words(pace.rates(samples)) == "9.0 images/s"
    assert pace.path(pace.rates(samples)).startswith("M0.0 3.0 L70.0 3.0")


def test_samples_come_once_a_second_and_start_over_with_the_next_batch() -> None:
    samples = pace.with_sample([(10.0, 5)], 10.4, 7)
    assert samples == [(10.0, 5)]
    assert pace.with_sample(samples, 12.0, 1) == [(12.0, 1)]


def test_nothing_is_drawn_while_nothing_gets_done() -> None:
    assert pace.path([0.0, 0.0, 0.0]) == ""
    assert pace.path([1.0]) == ""
    assert pace.words([]) == ""
