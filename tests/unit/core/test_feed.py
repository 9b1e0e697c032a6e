import asyncio

import pytest
from redis.asyncio import Redis

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.feed import Feed, Subscription, get_feed, open_feed


def _event(number: int) -> Event:
    return Event(EventType.QUEUE_UPDATE, data={"number": number})


async def test_events_come_in_order() -> None:
    subscription = Subscription()
    for number in range(3):
        subscription.offer(_event(number))
    assert [await subscription.next() for _ in range(3)] == [_event(0), _event(1), _event(2)]


async def test_who_falls_behind_is_told_once_to_read_anew_and_hears_what_follows() -> None:
    subscription = Subscription(capacity=3)
    for number in range(4):
        subscription.offer(_event(number))
    subscription.offer(_event(4))
    assert [await subscription.next() for _ in range(2)] == [None, _event(4)]
    with pytest.raises(TimeoutError):
        await subscription.next(timeout_s=0.01)


async def test_a_listener_is_forgotten_when_it_leaves() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as redis:
        feed = Feed(redis)
        with feed.subscribe() as one, feed.subscribe():
            assert feed.listeners == 2
            one.offer(_event(1))
            async for event in one:
                assert event == _event(1)
                break
        assert feed.listeners == 0


async def test_a_redis_that_is_away_never_ends_the_feed() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as redis, open_feed(redis) as feed:
        assert get_feed() is feed
        task = next(task for task in asyncio.all_tasks() if task.get_name() == "live-events")
        done, _ = await asyncio.wait([task], timeout=0.5)
        assert not done
        assert not feed.is_connected
    assert task.done()
    with pytest.raises(RuntimeError):
        get_feed()
