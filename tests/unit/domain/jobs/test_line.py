"""Positions and the work ahead, against a queue that is served one by one."""

from collections import deque
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.domain.jobs.line import IMAGE_MEGAPIXELS, InHand, Stretch, places, size, work_ahead

START = datetime(2026, 1, 1, tzinfo=UTC)
MEGAPIXELS = 0.5
queues = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=4), min_size=1, max_size=5)


def line(counts: list[list[int]]) -> list[Stretch]:
    """One stretch for each (user, batch), in the order of age."""
    return [
        Stretch(UUID(int=user), UUID(int=100 * (user + 1) + batch), f"model {batch % 2}", queued, MEGAPIXELS * queued)
        for user, batches in enumerate(counts)
        for batch, queued in enumerate(batches)
    ]


def served_in_turns(stretches: list[Stretch], last: UUID) -> list[Stretch]:
    """The jobs one after the other, users taking turns, with one user the last of every round."""
    waiting: dict[UUID, deque[Stretch]] = {}
    for stretch in stretches:
        waiting.setdefault(stretch.user_id, deque()).extend([stretch] * stretch.queued)
    order = [user for user in waiting if user != last] + [last]
    served = []
    while any(waiting.values()):
        served += [waiting[user].popleft() for user in order if waiting[user]]
    return served


@given(queues)
def test_position_is_when_a_job_is_served_if_its_user_is_last_in_every_round(counts: list[list[int]]) -> None:
    stretches = line(counts)
    found = places(stretches)
    assert set(found) == {stretch.batch_id for stretch in stretches if stretch.queued}
    for user in {stretch.user_id for stretch in stretches}:
        served = served_in_turns(stretches, last=user)
        for stretch in (one for one in stretches if one.user_id == user and one.queued):
            turns = [turn for turn, job in enumerate(served, 1) if job == stretch]
            assert (found[stretch.batch_id].first, found[stretch.batch_id].last) == (turns[0], turns[-1])
            ahead = [job.model for job in served[: turns[-1]]]
            each = MEGAPIXELS + IMAGE_MEGAPIXELS
            assert all(found[stretch.batch_id].work[model] == pytest.approx(each * ahead.count(model)) for model in ahead)


@given(queues, st.integers(0, 4))
def test_nobody_waits_longer_than_their_last_round(counts: list[list[int]], other: int) -> None:
    stretches = line(counts)
    found = places(stretches)
    users = len({stretch.user_id for stretch in stretches if stretch.queued})
    someone = stretches[other % len(stretches)].user_id
    for stretch in (one for one in stretches if one.queued):
        turn = [job.batch_id for job in served_in_turns(stretches, last=someone)].index(stretch.batch_id) + 1
        assert found[stretch.batch_id].first - users < turn <= found[stretch.batch_id].first


def test_the_images_of_another_person_count_as_far_as_their_turns_come_first() -> None:
    ada, bob, mine, theirs = (UUID(int=number) for number in (1, 2, 3, 4))
    found = places([Stretch(ada, mine, "unet", 10, 20.0), Stretch(bob, theirs, "unet", 40, 10.0)])
    assert found[mine].work == {"unet": pytest.approx(size(10, 20.0) + size(10, 2.5))}
    assert found[theirs].work == {"unet": pytest.approx(size(10, 20.0) + size(40, 10.0))}


def test_what_workers_hold_is_ahead_unless_it_was_begun_after_the_batchs_last_image() -> None:
    mine, theirs = UUID(int=3), UUID(int=4)
    held = [InHand(mine, "unet", START, 2.0), InHand(theirs, "unet", START + timedelta(seconds=1), 4.0)]
    assert work_ahead(mine, None, held) == {"unet": pytest.approx(size(1, 2.0))}
    assert work_ahead(theirs, None, held) == {"unet": pytest.approx(size(2, 6.0))}
    queued = places([Stretch(UUID(int=1), mine, "unet", 1, 1.0)])[mine]
    assert work_ahead(mine, queued, held) == {"unet": pytest.approx(size(3, 7.0))}
    assert work_ahead(UUID(int=9), None, held) == {}
