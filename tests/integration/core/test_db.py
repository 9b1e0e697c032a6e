"""Database connections that the server closed while nobody used them."""

from sqlalchemy import text

from cellhub_app.core.db import make_engine
from tests.fixtures.services import Services


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
