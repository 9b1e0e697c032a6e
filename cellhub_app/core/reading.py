"""Reading in the shortest way: one statement, one round trip, plain tuples, on connections of their own.

A session with a transaction costs a begin, a commit and objects that nobody keeps; what goes with every request is read here instead.
Each statement sees the database as it is at that moment, as it does in a session (read committed).
"""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import Executable

from cellhub_app.core.db import CONNECTION_OPTIONS, has_hung_up, telling_of_values
from cellhub_app.core.errors import Unavailable
from cellhub_app.core.settings import get_settings

Rows = Sequence[Sequence[Any]]
Fetch = Callable[[Executable, Mapping[str, Any]], Awaitable[Rows]]
WAITS_AT_MOST_S = 30.0
# Built without arguments and never changed: it only says how PostgreSQL's statements are spelled.
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_pool: AsyncConnectionPool | None = None


@lru_cache(maxsize=1024)
def spelled(statement: Executable) -> tuple[str, Mapping[str, Any]]:
    """The text of a statement, and the values that it brings itself; kept, so build statements once. Lists (`in_`) are not spelled out."""
    compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
    return str(compiled), dict(compiled.params)


async def read(statement: Executable, values: Mapping[str, Any]) -> Rows:
    """The rows of a statement that was built once, with its bound values filled in. Raises psycopg.Error, Invalid, Unavailable."""
    text, own = spelled(statement)
    pool = await _open()
    connection = await pool.getconn()
    try:
        with telling_of_values():
            async with connection.cursor(binary=True) as cursor:
                await cursor.execute(text, {**own, **values})  # type: ignore[call-overload]
                return await cursor.fetchall()
    finally:
        await pool.putconn(connection)


def within(session: AsyncSession) -> Fetch:
    """The same inside a session's transaction, where what it wrote is seen."""

    async def fetch(statement: Executable, values: Mapping[str, Any]) -> Rows:
        return (await session.execute(statement, dict(values))).all()

    return fetch


async def close_reading() -> None:
    """Give the connections back."""
    global _pool
    if _pool is not None:
        closing, _pool = _pool, None
        await closing.close()


async def _open() -> AsyncConnectionPool:
    global _pool  # noqa: PLW0603
    if _pool is None:
        settings = get_settings()
        _pool = AsyncConnectionPool(
            settings.database_url,
            min_size=0,
            max_size=settings.database_pool_size,
            timeout=WAITS_AT_MOST_S,
            check=_check,
            kwargs={"autocommit": True, "application_name": f"cellhub-{os.getpid()}-reads", "options": CONNECTION_OPTIONS},
            open=False,
        )
        await _pool.open()
    return _pool


async def _check(connection: AsyncConnection[Any]) -> None:
    if has_hung_up(connection):
        await connection.close()  # only then the pool gives it up
        raise Unavailable("The database hung up.")
