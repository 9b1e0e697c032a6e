"""Fixed-window rate limits in Redis. When Redis is away, requests pass: a limit must not take the house down."""

import time
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.core.errors import TooManyRequests

REMEMBERED = 10_000
_ending: set[str] = set()
_met: set[tuple["Limit", int]] = set()


@dataclass(frozen=True)
class Limit:
    """So many a minute of one kind for one person, address, or whatever `who` names."""

    name: str
    who: str
    per_minute: int


async def check_rates(redis: Redis, *limits: Limit) -> None:
    """Count one request under each limit, in one question. Raises TooManyRequests with the seconds left in this minute."""
    window = int(time.time()) // 60
    for limit in limits:
        check_known(limit)
    try:
        counts = await _count(redis, [f"cellhub:rate:{limit.name}:{limit.who}:{window}" for limit in limits])
    except (RedisError, OSError):
        return
    over = [limit for limit, count in zip(limits, counts, strict=True) if count > limit.per_minute]
    for limit in over:
        _remember(limit, window)
        check_known(limit)


def check_known(limit: Limit) -> None:
    """Raise TooManyRequests when this process has seen already that the limit was met in this minute; asks nobody and counts nothing."""
    window, into = divmod(int(time.time()), 60)
    if (limit, window) in _met:
        wait_s = 60 - into
        raise TooManyRequests(f"Too many requests in this minute. Try again in {wait_s} seconds.", retry_after_s=wait_s)


async def check_rate(redis: Redis, name: str, who: str, per_minute: int) -> None:
    """Count one request of `who` under one limit. Raises TooManyRequests with the seconds left in this minute."""
    await check_rates(redis, Limit(name, who, per_minute))


def _remember(limit: Limit, window: int) -> None:
    if len(_met) >= REMEMBERED:
        _met.clear()
    _met.add((limit, window))


async def _count(redis: Redis, keys: list[str]) -> list[int]:
    """Count one under each key. A key's end is set by each process once (what a process has set is kept in its memory)."""
    if len(keys) == 1 and keys[0] in _ending:
        return [int(await redis.incr(keys[0]))]
    fresh = [key for key in keys if key not in _ending]
    async with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.incr(key)
        for key in fresh:
            pipe.expire(key, 61)
        answers = await pipe.execute()
    if len(_ending) >= REMEMBERED:
        _ending.clear()
    _ending.update(fresh)
    return [int(count) for count in answers[: len(keys)]]
