"""One engine a process, made by open_db() when its loop runs and never at import (web processes fork)."""

import os
import select
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
import structlog
from psycopg import AsyncConnection, sql
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from cellhub_app.core.errors import Invalid
from cellhub_app.core.settings import get_settings

log = structlog.get_logger(__name__)

# The driver gives times in the session's zone, and the API promises UTC, whatever zone the server was set up with.
CONNECTION_OPTIONS = "-c statement_timeout=60000 -c lock_timeout=10000 -c TimeZone=UTC"
_IDLE_OPTION = " -c idle_in_transaction_session_timeout={idle_s}s"
# A NUL is refused by the driver, without a state; a number out of range and a character that the encoding lacks by the server.
_OF_VALUES = frozenset({None, "22003", "22021"})
_engine: AsyncEngine | None = None
_sessions: async_sessionmaker[AsyncSession] | None = None
_lookers: async_sessionmaker[AsyncSession] | None = None


def sqlalchemy_url(url: str) -> str:
    """The URL with psycopg named as its driver."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)


def make_engine(url: str, *, pool_size: int = 5, idle_s: int = 30) -> AsyncEngine:
    """An engine whose connections are checked before use and named after the process.

    A transaction in which nothing is asked for `idle_s` is rolled back by the server: a process that stands still inside one
    must not keep its locks, or nobody could take its work over.
    """
    engine = create_async_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,  # or a failed statement would take its values into the log, hashes and addresses too
        connect_args={"application_name": f"cellhub-{os.getpid()}", "options": CONNECTION_OPTIONS + _IDLE_OPTION.format(idle_s=idle_s)},
    )
    event.listen(engine.sync_engine, "checkout", _refuse_hung_up)
    return engine


def _refuse_hung_up(_connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Take a fresh connection when the server has hung up on this one (and so on the others)."""
    driver: AsyncConnection[Any] | None = record.driver_connection
    if driver is None or has_hung_up(driver):
        raise InvalidatePoolError


def has_hung_up(connection: AsyncConnection[Any]) -> bool:
    """Whether the server has ended an idle connection: it says so, or closes, while nobody asks.

    Costs one system call; a ping before each use costs a round trip and a tenth of an upload's time.
    """
    if connection.closed:
        return True
    unread = select.poll()
    unread.register(connection.fileno(), select.POLLIN)
    return bool(unread.poll(0))


def open_db(pool_size: int | None = None) -> AsyncEngine:
    """Make this process's engine; later calls return the same one."""
    global _engine, _sessions, _lookers  # noqa: PLW0603 - one engine a process is the point
    if _engine is None:
        settings = get_settings()
        _engine = make_engine(settings.database_url, pool_size=pool_size or settings.database_pool_size, idle_s=settings.lease_s)
        _sessions = async_sessionmaker(_engine, expire_on_commit=False)
        alone = _engine.execution_options(isolation_level="AUTOCOMMIT")
        _lookers = async_sessionmaker(alone, expire_on_commit=False, autoflush=False)
    return _engine


async def close_db() -> None:
    """Give all connections back."""
    global _engine, _sessions, _lookers  # noqa: PLW0603
    if _engine is not None:
        await _engine.dispose()
    _engine = _sessions = _lookers = None


@contextmanager
def telling_of_values() -> Iterator[None]:
    """Say plainly that a value cannot be stored: text with a NUL, a number out of range. Raises Invalid."""
    try:
        yield
    except (DataError, psycopg.DataError) as error:
        cause = getattr(error, "orig", error)
        if getattr(cause, "sqlstate", None) not in _OF_VALUES:
            raise
        log.warning("values refused by the database", error=str(cause))
        raise Invalid("Some text holds a character that cannot be stored, or a number is out of range.") from error


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """A session whose work is committed at the end, or rolled back when an error leaves the block."""
    if _sessions is None:
        open_db()
    assert _sessions is not None  # noqa: S101 - open_db() has just set it
    with telling_of_values():
        async with _sessions() as session, session.begin():
            yield session


@asynccontextmanager
async def looking() -> AsyncIterator[AsyncSession]:
    """A session that only reads: each statement stands for itself, so that nothing is begun or committed."""
    if _lookers is None:
        open_db()
    assert _lookers is not None  # noqa: S101 - open_db() has just set it
    with telling_of_values():
        async with _lookers() as session:
            yield session


async def schema_version() -> str | None:
    """The migration that the database is at; None before the first. Fails when the database does not answer."""
    async with transaction() as session:
        return (await session.execute(text("select version_num from alembic_version"))).scalar_one_or_none()


async def copy_rows(session: AsyncSession, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows with COPY inside the session's transaction."""
    await session.flush()
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert driver is not None  # noqa: S101 - a checked-out connection has its driver
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns)))
    async with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            await copy.write_row(row)
