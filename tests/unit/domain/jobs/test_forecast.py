"""Positions and ETA against a queue that is served one by one."""

import random
from collections import deque
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from cellhub_app.domain.jobs.forecast import Finish, Pace, Stretch, eta_range, paces, places

START = datetime(2026, 1, 1, tzinfo=UTC)
queues = st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=4), min_size=1, max_size=5)


def line(counts: list[list[int]]) -> list[Stretch]:
    """One stretch for each (user, batch), in the order of age."""
    return [
        Stretch(UUID(int=user), UUID(int=100 * (user + 1) + batch), f"model {batch % 2}", queued)
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
            assert all(found[stretch.batch_id].work.get(model, 0) == ahead.count(model) for model in ahead)


@given(queues, st.integers(0, 4))
def test_nobody_waits_longer_than_their_last_round(counts: list[list[int]], other: int) -> None:
    stretches = line(counts)
    found = places(stretches)
    users = len({stretch.user_id for stretch in stretches if stretch.queued})
    someone = stretches[other % len(stretches)].user_id
    for stretch in (one for one in stretches if one.queued):
        turn = [job.batch_id for job in served_in_turns(stretches, last=someone)].index(stretch.batch_id) + 1
        assert found[stretch.batch_id].first - users < turn <= found[stretch.batch_id].first


def finishes(seconds: list[float], model: str = "unet") -> list[Finish]:
    """Jobs done one after the other, with these times between their ends."""
    ends, moment = [], START
    for gap in seconds:
        ends.append(Finish(model, moment, moment + timedelta(seconds=gap)))
        moment += timedelta(seconds=gap)
    return ends


def test_an_idle_night_is_not_taken_for_slowness() -> None:
    evening = finishes([2.0] * 5)
    morning = [Finish("unet", one.started_at + timedelta(hours=9), one.finished_at + timedelta(hours=9)) for one in evening]
    assert paces(evening + morning)["unet"].mean_s == 2.0


def test_two_workers_count_as_one_twice_as_fast() -> None:
    ends = [Finish("unet", START + timedelta(seconds=n - 2), START + timedelta(seconds=n)) for n in range(1, 30)]
    assert paces(ends)["unet"].mean_s == 1.0


def test_a_model_never_seen_has_no_eta() -> None:
    pace = paces(finishes([1.0] * 10))
    assert eta_range({"unet": 5, "hrnet": 1}, pace) is None
    assert eta_range({"unet": 5, "hrnet": 0}, pace) is not None


@given(st.integers(1, 5000), st.floats(0.001, 100), st.floats(0, 50), st.integers(3, 200))
def test_the_range_is_ordered_and_holds_the_expected_time(count: int, mean_s: float, deviation_s: float, samples: int) -> None:
    found = eta_range({"unet": count}, {"unet": Pace(mean_s, deviation_s, samples)})
    assert found is not None
    assert 0 <= found[0] <= count * mean_s <= found[1]


def test_the_range_holds_nine_times_in_ten() -> None:
    chance = random.Random(7)
    held = 0
    for _ in range(300):
        history = finishes([chance.expovariate(1 / 0.5) for _ in range(60)])
        known = eta_range({"unet": 100}, paces(history))
        truth = sum(chance.expovariate(1 / 0.5) for _ in range(100))
        assert known is not None
        held += known[0] <= truth <= known[1]
    assert held >= 270
