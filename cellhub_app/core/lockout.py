"""Guessing made slow: after a few failures in a row, each further attempt waits twice as long as the one before.

Counted in Redis for an account and for an address, known or not, so that a refusal tells nothing about who has an account. When Redis
is away, attempts pass, as they do in ratelimit.py.
"""

import hashlib
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.core.errors import TooManyRequests

FREE_OF_ACCOUNT, FREE_OF_ADDRESS = 5, 30
LONGEST_WAIT_S = 900
FORGOTTEN_AFTER_S = 24 * 3600


@dataclass(frozen=True)
class Attempt:
    """Somebody at `ip` tries to be the account called `account`; begin() before the secret is looked at, succeed() when it was right."""

    redis: Redis
    account: str
    ip: str

    @property
    def _guarded(self) -> list[tuple[str, int]]:
        named = hashlib.sha256(self.account.strip().casefold().encode()).hexdigest()[:32]
        of_account = [(f"cellhub:guess:account:{named}", FREE_OF_ACCOUNT)]
        return of_account + ([(f"cellhub:guess:ip:{self.ip}", FREE_OF_ADDRESS)] if self.ip else [])

    async def begin(self) -> None:
        """Count the attempt as failed until it succeeds. Raises TooManyRequests with the seconds to wait."""
        try:
            waits = [await _count(self.redis, key, free) for key, free in self._guarded]
        except (RedisError, OSError):
            return
        if wait_s := max(waits):
            raise TooManyRequests(f"Too many wrong attempts. Try again in {_words(wait_s)}.", retry_after_s=wait_s)

    async def succeed(self) -> None:
        """Forget the failures of the account; the address only gets this one attempt back, because many may sit behind it."""
        (account, _), *address = self._guarded
        try:
            await self.redis.delete(account, f"{account}:wait")
            for key, _ in address:
                await self.redis.decr(key)
        except (RedisError, OSError):
            return

    async def withdraw(self) -> None:
        """Take the attempt back: nothing was guessed wrong, but nobody is in yet either."""
        try:
            for key, _ in self._guarded:
                await self.redis.decr(key)
        except (RedisError, OSError):
            return


async def _count(redis: Redis, key: str, free: int) -> int:
    """Seconds to wait, 0 when the attempt may go on. Of attempts at the same moment only one passes a wait that is over."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.incr(key)
        pipe.expire(key, FORGOTTEN_AFTER_S)
        count, _ = await pipe.execute()
    if count <= free:
        return 0
    wait_s = min(2 ** min(count - free, 20), LONGEST_WAIT_S)
    if await redis.set(f"{key}:wait", 1, nx=True, ex=wait_s):
        return 0
    await redis.decr(key)
    return max(1, int(await redis.ttl(f"{key}:wait")))


def _words(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
