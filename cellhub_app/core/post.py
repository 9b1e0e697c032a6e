"""Letters that a transaction wrote: sent after its commit, without keeping the answer waiting.

What cannot be sent and holds a link is kept in Redis for a few days, so that an admin can pass the link on; without a mail server
the link stands in the server's log as well.
"""

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cellhub_app.core.ids import now
from cellhub_app.core.mail import Letter, send
from cellhub_app.core.security import hash_token
from cellhub_app.core.settings import Settings

log = structlog.get_logger(__name__)

UNSENT = "cellhub:letters:unsent"
UNSENT_KEPT, UNSENT_KEPT_S = 50, 3 * 24 * 3600
LETTERS_PER_HOUR = 10
SETTLES_WITHIN_S = 10.0


@dataclass(frozen=True)
class UnsentLetter:
    """A letter that did not leave, with the link that its reader waits for."""

    to: str
    subject: str
    link: str
    written_at: datetime


class Post:
    """The letters of one process that are on their way."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis, self._settings = redis, settings
        self._under_way: set[asyncio.Task[None]] = set()

    def send_soon(self, letters: list[Letter]) -> None:
        """Send the letters in the background."""
        for letter in letters:
            task = asyncio.create_task(deliver(letter, self._redis, self._settings), name="letter")
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def settle(self) -> None:
        """Wait a while for what is under way; what a mail server still holds up then is given up."""
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=SETTLES_WITHIN_S)
            for task in late:
                task.cancel()


async def deliver(letter: Letter, redis: Redis, settings: Settings) -> None:
    """Send the letter, or keep its link for an admin. An address gets only so many letters an hour, whoever asks for them."""
    try:
        if not await _is_within_limit(redis, letter):
            log.warning("letter not sent: too many to one address", subject=letter.subject)
            return
        if await send(letter, settings) or not letter.link:
            return
        if not settings.smtp_url:
            log.warning("no mail server is set: pass this link on", to=letter.to, subject=letter.subject, link=letter.link)
        await _keep(redis, letter)
    except (RedisError, OSError) as error:
        log.warning("letter lost", subject=letter.subject, error=str(error))


async def _is_within_limit(redis: Redis, letter: Letter) -> bool:
    key = f"cellhub:letters:{hash_token(letter.to.casefold())[:32]}"
    async with redis.pipeline(transaction=True) as pipe:
        pipe.incr(key)
        pipe.expire(key, 3600, nx=True)
        count, _ = await pipe.execute()
    return int(count) <= LETTERS_PER_HOUR


async def _keep(redis: Redis, letter: Letter) -> None:
    line = json.dumps(asdict(UnsentLetter(letter.to, letter.subject, letter.link, now())), default=str)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.lpush(UNSENT, line)
        pipe.ltrim(UNSENT, 0, UNSENT_KEPT - 1)
        pipe.expire(UNSENT, UNSENT_KEPT_S)
        await pipe.execute()


async def unsent_letters(redis: Redis) -> list[UnsentLetter]:
    """What could not be sent in the last days, newest first."""
    lines = [json.loads(line) for line in await redis.lrange(UNSENT, 0, -1)]  # type: ignore[misc]
    return [UnsentLetter(**{**line, "written_at": datetime.fromisoformat(line["written_at"])}) for line in lines]
