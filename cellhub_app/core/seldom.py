"""Doing something once an hour for one cause, whichever process meets the cause first and however often it is met.

What this process knows of is kept in its memory, so that meeting it again asks nobody; Redis tells the other processes. When Redis is
away, each process does it once an hour.
"""

import time
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

HOUR_S = 3600
REMEMBERED = 10_000
_done: set[tuple[int, Hashable]] = set()


def is_done(cause: Hashable) -> bool:
    """Whether this process knows that it was done in this hour; asks nobody."""
    return (int(time.time()) // HOUR_S, cause) in _done


@asynccontextmanager
async def once_an_hour(redis: Redis, cause: Hashable, shared: str) -> AsyncIterator[bool]:
    """Whether to do it now. `shared` names the cause among all processes; when the block fails, the next one who comes tries again."""
    hour = int(time.time()) // HOUR_S
    key = f"cellhub:seldom:{shared}:{hour}"
    is_first = await _claim(redis, key)
    try:
        yield is_first
    except BaseException:
        if is_first:
            await _give_back(redis, key)
        raise
    if len(_done) >= REMEMBERED:
        _done.clear()
    _done.add((hour, cause))


async def _claim(redis: Redis, key: str) -> bool:
    try:
        return bool(await redis.set(key, 1, nx=True, ex=HOUR_S))
    except (RedisError, OSError):
        return True


async def _give_back(redis: Redis, key: str) -> None:
    try:
        await redis.delete(key)
    except (RedisError, OSError):
        return
