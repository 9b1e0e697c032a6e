"""What one process holds open: database, Redis, tickets, storage. Opened by a lifespan or a worker's startup, never at import."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core import db
from cellhub_app.core.events import Event, publish
from cellhub_app.core.mail import Letter
from cellhub_app.core.post import Post
from cellhub_app.core.queue import JobKind, ask_for_outlines, open_queue, send_ticket
from cellhub_app.core.reading import close_reading
from cellhub_app.core.settings import Settings, get_settings
from cellhub_app.core.storage import Storage

log = structlog.get_logger(__name__)


@dataclass
class Runtime:
    """The open services of a process."""

    settings: Settings
    redis: Redis
    queue: ArqRedis
    storage: Storage
    post: Post
    _asking: set["asyncio.Task[bool]"] = field(default_factory=set)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        """One transaction; events, letters and tickets noted on the session go out after its commit."""
        async with db.transaction() as session:
            yield session
        self.post.send_soon(session.info.get("letters", []))
        await self._tell(session.info.get("events", []), session.info.get("tickets", set()))
        for image_id, revision in session.info.get("drawings", {}).items():
            self._ask_soon(image_id, revision)

    def _ask_soon(self, image_id: UUID, revision: int) -> None:
        """Nobody who edits waits until Redis has the ticket; one that is lost is asked for again by upkeep."""
        asking = asyncio.create_task(ask_for_outlines(self.queue, image_id, revision), name="ask-for-outlines")
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def settle(self) -> None:
        """Wait for what was begun and not waited for."""
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self.post.settle()

    async def _tell(self, events: list[Event], kinds: set[JobKind]) -> None:
        if events:
            try:
                await publish(self.redis, *events)
            except (RedisError, OSError) as error:
                log.warning("events were not published", error=str(error), count=len(events))
        for kind in sorted(kinds):
            await send_ticket(self.queue, kind)


def emit(session: AsyncSession, event: Event) -> None:
    """Publish the event once the session's transaction is committed."""
    session.info.setdefault("events", []).append(event)


def send_later(session: AsyncSession, letter: Letter) -> None:
    """Send the letter once the session's transaction is committed."""
    session.info.setdefault("letters", []).append(letter)


def wake(session: AsyncSession, kind: JobKind) -> None:
    """Wake the workers of this kind once the session's transaction is committed."""
    session.info.setdefault("tickets", set()).add(kind)


def draw_later(session: AsyncSession, image_id: UUID, revision: int) -> None:
    """Have a worker draw the image's outlines for galleries some seconds after the session's transaction is committed."""
    session.info.setdefault("drawings", {})[image_id] = revision


_runtime: Runtime | None = None


async def open_runtime(pool_size: int | None = None) -> Runtime:
    """Open this process's services; later calls return the same ones."""
    global _runtime  # noqa: PLW0603 - one runtime a process is the point
    if _runtime is None:
        settings = get_settings()
        db.open_db(pool_size)
        redis = Redis.from_url(settings.redis_url, decode_responses=True)
        queue, storage = await open_queue(settings.redis_url), Storage(settings.storage_location)
        _runtime = Runtime(settings, redis, queue, storage, Post(redis, settings))
    return _runtime


def get_runtime() -> Runtime:
    """The services of this process. Raises RuntimeError before open_runtime()."""
    if _runtime is None:
        raise RuntimeError("open_runtime() was not called in this process")
    return _runtime


async def close_runtime() -> None:
    """Close what open_runtime() opened."""
    global _runtime  # noqa: PLW0603
    if _runtime is not None:
        await _runtime.settle()
        await _runtime.redis.aclose()
        await _runtime.queue.aclose()
        await close_reading()
        await db.close_db()
    _runtime = None
