"""Fixed-window rate limits in Redis. When Redis is away, requests pass: a limit must not take the house down."""

import time

from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.core.errors import TooManyRequests


async def check_rate(redis: Redis, name: str, who: str, per_minute: int) -> None:
    """Count one request of `who`. Raises TooManyRequests with the seconds left in this minute."""
    window, into = divmod(int(time.time()), 60)
    key = f"cellhub:rate:{name}:{who}:{window}"
    try:
        async with redis.pipeline(transaction=False) as pipe:
            pipe.incr(key)
            pipe.expire(key, 61)
            count, _ = await pipe.execute()
    except (RedisError, OSError):
        return
    if count > per_minute:
        wait_s = 60 - into
        raise TooManyRequests(f"Too many requests in this minute. Try again in {wait_s} seconds.", retry_after_s=wait_s)
