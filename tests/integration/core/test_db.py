"""Database connections that the server closed while nobody used them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cellhub_app.core.db import make_engine
from tests.fixtures.services import Services
from tests.integration.worker.conftest import until


async def test_connections_that_the_server_closed_are_replaced_before_use(services: Services) -> None:
    engine = make_engine(services.urls.database, pool_size=3)
    async with engine.connect() as first, engine.connect() as second, engine.connect() as third:
        everybody = [(await each.execute(text("select pg_backend_pid()"))).scalar_one() for each in (first, second, third)]
        assert len(set(everybody)) == 3
    killer = make_engine(services.urls.database, pool_size=1)
    async with killer.connect() as connection:
        end_them = text("select pg_terminate_backend(pid, 10000) from unnest(cast(:pids as int[])) pid")
        ended = await connection.execute(end_them, {"pids": everybody})
        assert all(ended.scalars())
    for _ in range(4):
        async with engine.connect() as connection:
            assert (await connection.execute(text("select pg_backend_pid()"))).scalar_one() not in everybody
    await killer.dispose()
    await engine.dispose()


async def test_a_used_connection_is_used_again(services: Services) -> None:
    engine = make_engine(services.urls.database, pool_size=1)
    seen = set()
    for _ in range(5):
        async with engine.begin() as connection:
            seen.add((await connection.execute(text("select pg_backend_pid()"))).scalar_one())
    await engine.dispose()
    assert len(seen) == 1


async def test_a_process_that_stands_still_in_a_transaction_loses_its_locks(services: Services) -> None:
    stands_still, takes_over = (make_engine(services.urls.database, pool_size=1, idle_s=idle_s) for idle_s in (1, 30))

    async def is_free() -> bool:
        async with takes_over.begin() as connection:
            return bool((await connection.execute(text("select pg_try_advisory_xact_lock(4711)"))).scalar_one())

    async def stand_still() -> None:
        async with stands_still.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(4711)"))
            assert not await is_free()
            await until(is_free, within_s=20)
            await connection.execute(text("select 1"))

    with pytest.raises(DBAPIError, match="idle-in-transaction"):
        await stand_still()
    for engine in (stands_still, takes_over):
        await engine.dispose()
