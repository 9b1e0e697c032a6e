"""Reads on connections of their own."""

import asyncio

import pytest
from psycopg import OperationalError
from sqlalchemy import bindparam, column, func, select, table, text

from cellhub_app.core.db import looking, transaction
from cellhub_app.core.reading import read, within
from cellhub_app.core.runtime import Runtime

WHO = select(func.pg_backend_pid(), bindparam("given", type_=None))
SLEEPS = select(func.pg_sleep(bindparam("seconds")))


async def test_a_read_and_a_session_answer_alike(runtime: Runtime) -> None:
    sum_of = select(bindparam("one") + bindparam("two"), bindparam("one"))
    async with runtime.work() as session:
        inside = await within(session)(sum_of, {"one": 20, "two": 22})
    assert [tuple(row) for row in inside] == [tuple(row) for row in await read(sum_of, {"one": 20, "two": 22})] == [(42, 20)]


async def test_times_are_in_utc_whatever_zone_the_server_has(runtime: Runtime) -> None:
    zone = select(column("setting"), column("source")).select_from(table("pg_settings")).where(column("name") == "TimeZone")
    async with transaction() as session, looking() as look:
        told = [*await read(zone, {}), (await session.execute(zone)).one(), (await look.execute(zone)).one()]
        assert (await session.execute(text("show timezone"))).scalar_one() == "UTC"
    assert [tuple(row) for row in told] == [("UTC", "client")] * 3


async def test_connections_that_the_server_closed_are_replaced_before_use(runtime: Runtime) -> None:
    async def pids() -> set[int]:
        return {rows[0][0] for rows in await asyncio.gather(*(read(WHO, {"given": "x"}) for _ in range(3)))}

    before = await pids()
    async with transaction() as session:
        end_them = text("select pg_terminate_backend(pid, 10000) from unnest(cast(:pids as int[])) pid")
        assert all((await session.execute(end_them, {"pids": list(before)})).scalars())
    for _ in range(4):
        assert not before & await pids()


async def test_a_read_that_fails_leaves_its_connection_good(runtime: Runtime) -> None:
    divided = select(1 / bindparam("by"))
    for _ in range(20):
        with pytest.raises(Exception, match="division by zero"):
            await read(divided, {"by": 0})
    assert (await read(WHO, {"given": "x"}))[0][1] == "x"


async def test_a_read_that_is_given_up_leaves_the_pool_whole(runtime: Runtime) -> None:
    for _ in range(runtime.settings.database_pool_size + 1):
        with pytest.raises((TimeoutError, OperationalError)):
            async with asyncio.timeout(0.05):
                await read(SLEEPS, {"seconds": 5})
    assert (await read(WHO, {"given": "x"}))[0][1] == "x"
