"""Fixed-window rate limits in Redis. When Redis is away, requests pass: a limit must not take the house down."""

import time

from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.core.errors import TooManyRequests

ENDING_KEPT = 10_000
_ending: set[str] = set()


async def check_rate(redis: Redis, name: str, who: str, per_minute: int) -> None:
    """Count one request of `who`. Raises TooManyRequests with the seconds left in this minute."""
    window, into = divmod(int(time.time()), 60)
    key = f"cellhub:rate:{name}:{who}:{window}"
    try:
        count = await _count(redis, key)
    except (RedisError, OSError):
        return
    if count > per_minute:
        wait_s = 60 - into
        raise TooManyRequests(f"Too many requests in this minute. Try again in {wait_s} seconds.", retry_after_s=wait_s)


async def _count(redis: Redis, key: str) -> int:
    """Count one under the key. The key's end is set by each process once (what a process has set is kept in its memory)."""
    if key in _ending:
        return int(await redis.incr(key))
    async with redis.pipeline(transaction=False) as pipe:
        pipe.incr(key)
        pipe.expire(key, 61)
        count, _ = await pipe.execute()
    if len(_ending) >= ENDING_KEPT:
        _ending.clear()
    _ending.add(key)
    return int(count)
