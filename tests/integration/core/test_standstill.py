"""A process that stops in the middle of a COPY must not keep what it had locked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from cellhub_app.core.db import CONNECTION_OPTIONS
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.standstill import Standstill
from tests.fixtures.services import Services
from tests.integration.worker.conftest import until

LOCK = "select pg_advisory_xact_lock(4712)"
IS_FREE = "select pg_try_advisory_xact_lock(4712)"
COPY = "copy audit (id, action, resource_type, detail, ip, user_agent, created_at) from stdin"


async def write_much(copy: psycopg.AsyncCopy) -> None:
    """More than any buffer on the way holds."""
    for _ in range(5000):
        await copy.write_row((uuid4(), "standstill", "", "{}", "", "x" * 300, "now"))


@asynccontextmanager
async def copying(services: Services, limits: str = "") -> AsyncIterator[psycopg.AsyncCopy]:
    """A transaction that has locked something and is in the middle of a COPY."""
    async with await psycopg.AsyncConnection.connect(services.urls.database, options=CONNECTION_OPTIONS + limits) as connection:
        await connection.execute(LOCK)
        async with connection.cursor() as cursor, cursor.copy(COPY) as copy:
            await write_much(copy)
            yield copy
        await connection.rollback()


async def is_free(runtime: Runtime) -> bool:
    async with runtime.work() as session:
        return bool(await session.scalar(text(IS_FREE)))


async def test_a_copy_that_stands_still_is_ended_and_its_locks_are_free(services: Services, runtime: Runtime) -> None:
    standstill = Standstill()

    async def ended() -> int:
        async with runtime.work() as session:
            return await standstill.end(session, after_s=1)

    async def stand_still() -> None:
        async with copying(services, " -c statement_timeout=200 -c idle_in_transaction_session_timeout=200"):
            assert not await is_free(runtime)
            await until(ended, within_s=20)
            await until(lambda: is_free(runtime), within_s=20)

    with pytest.raises(psycopg.errors.AdminShutdown):
        await stand_still()


async def test_a_copy_that_moves_is_left_alone(services: Services, runtime: Runtime) -> None:
    standstill = Standstill()

    async def bytes_read() -> int:
        async with runtime.work() as session:
            return int(await session.scalar(text("select sum(bytes_processed) from pg_stat_progress_copy")) or 0)

    async def has_moved() -> bool:
        return await bytes_read() > before

    async with copying(services) as copy, runtime.work() as session:
        for _ in range(5):
            assert await standstill.end(session, after_s=0.001) == 0
            before = await bytes_read()
            await write_much(copy)
            await until(has_moved)
