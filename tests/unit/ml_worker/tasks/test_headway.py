"""How far a large image is: counted by threads, told by a task that nobody waits for."""

import asyncio
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from cellhub_app.core.queue import JobKind
from cellhub_app.domain.jobs.claiming import Claimed
from ml_worker.tasks import headway
from ml_worker.tasks.headway import Headway, Parts, telling

NOWHERE = "redis://127.0.0.1:1"


def test_the_tiles_are_the_first_part_and_the_pieces_the_rest() -> None:
    counted, seen = Headway(1, looking=0.6), [0.0]
    for step in (counted.looked, counted.outlined):
        for part in (0.5, 1.0):
            step(part)
            seen.append(counted.share)
    assert seen == pytest.approx([0, 0.3, 0.6, 0.8, 1])


def test_each_plane_of_a_stack_is_as_much_as_another() -> None:
    counted = Headway(4, looking=0.5)
    for _ in range(3):
        counted.looked(1)
        counted.outlined(1)
        counted.next_plane()
    assert counted.share == pytest.approx(0.75)
    counted.looked(1)
    assert counted.share == pytest.approx(0.875)


@given(st.integers(1, 5), st.lists(st.tuples(st.sampled_from(["looked", "outlined", "next_plane"]), st.floats(0, 1)), max_size=30))
def test_it_never_goes_back_nor_beyond_the_end(planes: int, steps: list[tuple[str, float]]) -> None:
    counted, seen = Headway(planes), [0.0]
    for name, part in steps:
        getattr(counted, name)(*([] if name == "next_plane" else [part]))
        seen.append(counted.share)
    assert all(before <= after <= 1 for before, after in pairwise(seen))


def test_what_takes_how_long_is_learnt_from_the_last_plane() -> None:
    parts = Parts()
    assert parts.of("unet") == headway.LOOKING
    parts.note("unet", 30.0, 10.0)
    parts.note("classical", 0.0, 10.0)
    assert (parts.of("unet"), parts.of("classical"), parts.of("hrnet")) == (0.75, headway.LEAST, headway.LOOKING)


def _job(width: int, height: int) -> Claimed:
    names: dict[str, Any] = dict.fromkeys(("batch_id", "image_id", "export_id", "model"))
    return Claimed(uuid4(), JobKind.SEGMENT, uuid4(), 1, uuid4(), uuid4(), parameters={}, width=width, height=height, **names)


class Counting(SimpleNamespace):
    """A Redis that counts who asks for a pipeline, and has none to give."""

    asked = 0

    def pipeline(self, **_: object) -> None:
        """Raises OSError, as a connection that is lost."""
        self.asked += 1
        raise ConnectionResetError


@pytest.mark.parametrize(("side", "is_told"), [(6000, False), (6001, True)])
async def test_only_of_large_images_something_is_told(side: int, is_told: bool) -> None:
    redis = Counting()
    async with telling(cast("Redis", redis), _job(side, side), Headway(1)):
        await asyncio.sleep(0)
    assert (redis.asked > 0) is is_told


async def test_a_lost_connection_is_tried_again_and_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headway, "EVERY_S", 0.0)
    redis = Counting()
    async with telling(cast("Redis", redis), _job(10_000, 10_000), Headway(1)), asyncio.timeout(10):
        while redis.asked < 3:  # noqa: ASYNC110 - what is waited for is a task
            await asyncio.sleep(0)
    asked = redis.asked
    await asyncio.sleep(0)
    assert redis.asked == asked


async def test_nobody_waits_for_a_redis_that_is_away() -> None:
    async with Redis.from_url(NOWHERE) as redis, asyncio.timeout(5), telling(redis, _job(10_000, 10_000), Headway(1)):
        pass
