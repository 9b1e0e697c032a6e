"""Services come back: what a worker does until they do."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from psycopg import Error as DriverError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cellhub_app.core.errors import StorageFull, Unavailable
from cellhub_app.core.retry import Backoff

log = structlog.get_logger(__name__)

OUTAGE = (OperationalError, InterfaceError, PoolTimeout, DriverError, OSError, Unavailable)
PATIENCE = Backoff(first_s=0.25, max_s=5.0)
Result = TypeVar("Result")


def is_outage(error: BaseException) -> bool:
    """Whether the database or the storage is away, rather than what was asked of it wrong. Deadlocks count: trying again helps.

    A full disk does not: somebody has to free space first, and whoever waits for the image is told so.
    """
    if isinstance(error, StorageFull):
        return False
    return isinstance(error, OUTAGE) or (isinstance(error, DBAPIError) and error.connection_invalidated)


async def insist(call: Callable[[], Awaitable[Result]], what: str, *, is_wanted: Callable[[], bool] = lambda: True) -> Result | None:
    """Call until it succeeds, through any outage; None once it is not wanted any more. Raises what is not an outage."""
    attempt = 0
    while is_wanted():
        try:
            return await call()
        except (DBAPIError, *OUTAGE) as error:
            if not is_outage(error):
                raise
            attempt += 1
            log.warning("a service does not answer, trying again", what=what, attempt=attempt, error=str(error).split("\n", 1)[0])
            await asyncio.sleep(PATIENCE.delay_s(min(attempt, 10)))
    return None
