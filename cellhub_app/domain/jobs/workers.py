"""Which workers live: each writes a small note in Redis that fades when it stops."""

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.domain.jobs.schemas import WorkerView

FADES_AFTER_S = 15
_PREFIX = "cellhub:worker:"
log = structlog.get_logger(__name__)


async def beat(redis: Redis, view: WorkerView) -> None:
    """Say that the worker lives. Raises RedisError when Redis does not answer."""
    await redis.set(_PREFIX + view.name, view.model_dump_json(by_alias=True), ex=FADES_AFTER_S)


async def fade(redis: Redis, name: str) -> None:
    """Say that the worker stops. Raises RedisError when Redis does not answer."""
    await redis.delete(_PREFIX + name)


async def alive(redis: Redis) -> list[WorkerView]:
    """The workers that wrote a note lately; none when Redis does not answer."""
    try:
        keys = [key async for key in redis.scan_iter(match=_PREFIX + "*", count=1000)]
        notes = await redis.mget(keys) if keys else []
    except (RedisError, OSError) as error:
        log.warning("workers could not be listed", error=str(error))
        return []
    return sorted((WorkerView.model_validate_json(note) for note in notes if note), key=lambda view: view.name)
