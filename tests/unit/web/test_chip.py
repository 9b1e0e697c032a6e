from uuid import uuid4

import pytest

from cellhub_app.core.events import Event
from cellhub_app.core.ids import now
from cellhub_app.domain.jobs.news import batch_event
from cellhub_app.domain.jobs.schemas import BatchCounts, BatchView, Eta
from cellhub_app.web.chip import Running, words


@pytest.mark.parametrize("eta", [None, Eta(low_seconds=100, high_seconds=170)])
def test_what_an_event_tells_is_what_the_batch_says(eta: Eta | None) -> None:
    batch = BatchView(
        id=uuid4(), project_id=uuid4(), model="unet", parameters={}, status="running", created_at=now(), started_at=now(), finished_at=None,
        counts=BatchCounts(queued=3, running=2, succeeded=4, failed=1, cancelled=6), position=2, eta=eta,
    )  # fmt: skip
    told = Event.decode(batch_event(batch).encode()).data
    assert Running.told(told) == Running.of(batch) == Running(5, 16, (100, 170) if eta else None)


def test_the_chip_adds_up_what_is_not_finished_and_waits_for_the_slowest() -> None:
    assert words([]) == words([Running(0, 8, None)]) == ("", "")
    assert words([Running(3, 10, None), Running(0, 8, None)]) == ("7 of 10", "")
    done, left = words([Running(1_000, 2_500, (60, 90)), Running(10, 20, (200, 400)), Running(1, 1, None)])
    assert done == "1,510 of 2,521"
    assert left.startswith("Time left: 3")
