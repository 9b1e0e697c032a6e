"""One subscription to the live events a process, handed on to everybody here who listens: open pages and event streams."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.core.events import Event, follow
from cellhub_app.core.retry import Backoff

log = structlog.get_logger(__name__)

CAPACITY = 1000
_BACKOFF = Backoff(attempts=1, first_s=0.1, max_s=5.0)


class Subscription:
    """What one listener gets to hear. `None` means: events may have been missed, read the database again."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._waiting: asyncio.Queue[Event | None] = asyncio.Queue(capacity)

    def offer(self, event: Event | None) -> None:
        """Hand over an event; a listener that fell too far behind forgets what waits and reads anew instead."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put_nowait(None)

    async def next(self, timeout_s: float | None = None) -> Event | None:
        """The next event, or None to read anew. Raises TimeoutError when nothing came in time."""
        async with asyncio.timeout(timeout_s):
            return await self._waiting.get()

    def __aiter__(self) -> AsyncIterator[Event | None]:
        return self

    async def __anext__(self) -> Event | None:
        return await self._waiting.get()


class Feed:
    """Follows Redis for as long as the process lives, through any number of broken connections."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._subscriptions: set[Subscription] = set()
        self.is_connected = False

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._subscriptions)

    @contextmanager
    def subscribe(self, capacity: int = CAPACITY) -> Iterator[Subscription]:
        """Hear everything that happens while the block lasts."""
        subscription = Subscription(capacity)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def run(self) -> None:
        """Follow for ever; after each (re)connection everybody is told to read anew."""
        failures = 0
        while True:
            try:
                async for event in follow(self._redis):
                    failures = 0
                    if event is not None:
                        self._hand_on(event)
                    elif not self.is_connected:
                        self.is_connected = True
                        self._hand_on(None)
            except (RedisError, OSError, ValueError) as error:
                failures += 1
                log.warning("live events interrupted", error=str(error), failures=failures)
            self.is_connected = False
            await asyncio.sleep(_BACKOFF.delay_s(min(failures, 10)))

    def _hand_on(self, event: Event | None) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.offer(event)


_feed: Feed | None = None


@asynccontextmanager
async def open_feed(redis: Redis) -> AsyncIterator[Feed]:
    """Run this process's feed while the block lasts (a lifespan)."""
    global _feed  # noqa: PLW0603 - one feed a process is the point
    feed = _feed = Feed(redis)
    task = asyncio.create_task(feed.run(), name="live-events")
    try:
        yield feed
    finally:
        _feed = None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def get_feed() -> Feed:
    """The feed of this process. Raises RuntimeError outside open_feed()."""
    if _feed is None:
        raise RuntimeError("open_feed() was not entered in this process")
    return _feed
