"""Live events over a link that breaks: whoever listens is told to read anew, because meanwhile nothing was heard."""

import asyncio
from pathlib import Path

from redis.asyncio import Redis

from cellhub_app.cli.stack_home import free_port
from cellhub_app.core.events import Event, EventType, publish
from cellhub_app.core.feed import open_feed
from cellhub_app.core.runtime import Runtime
from tests.fixtures.valkey import own_valkey

PATIENCE_S = 20


async def test_after_a_valkey_that_died_everybody_is_told_to_read_anew(tmp_path: Path) -> None:
    port = free_port()
    with own_valkey(port, tmp_path) as valkey:
        async with Redis(port=port) as redis, open_feed(redis) as feed:
            with feed.subscribe() as subscription:
                assert await subscription.next(PATIENCE_S) is None
                valkey.kill()
                valkey.wait()
                with own_valkey(port, tmp_path):
                    assert await subscription.next(PATIENCE_S) is None


async def test_what_is_published_once_a_listener_was_told_to_read_is_heard(runtime: Runtime) -> None:
    async with open_feed(runtime.redis) as feed:
        with feed.subscribe() as subscription:
            assert await subscription.next(PATIENCE_S) is None
            told = [Event(EventType.PROJECT_CHANGED, data={"number": number}) for number in range(50)]
            await asyncio.gather(*(publish(runtime.redis, event) for event in told))
            heard = [await subscription.next(PATIENCE_S) for _ in told]
    assert sorted(event.data["number"] for event in heard if event) == list(range(50))
