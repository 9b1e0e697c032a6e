"""The embedded PostgreSQL: what its two roles may do, and what it refuses."""

from pathlib import Path

import psycopg
import pytest

from cellhub_app.cli.stack_home import Home
from cellhub_app.cli.stack_process import StackError, Supervisor
from cellhub_app.cli.stack_services import start_postgres
from tests.fixtures.services import Services

REWRITING = ("delete from audit", "update audit set action = ''", "truncate audit", "delete from alembic_version")
ADDING = "insert into audit values (gen_random_uuid(), null, 'x', '', null, '{}', '', '', now())"


def test_the_running_role_cannot_change_the_schema(clean_services: Services) -> None:
    with psycopg.connect(clean_services.urls.database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table mine (id int)")


@pytest.mark.parametrize("statement", REWRITING)
def test_the_running_role_cannot_rewrite_what_happened(clean_services: Services, statement: str) -> None:
    with psycopg.connect(clean_services.urls.database) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_the_running_role_can_add_to_the_audit_log_and_read_it(clean_services: Services) -> None:
    with psycopg.connect(clean_services.urls.database) as connection:
        connection.execute(ADDING)
        assert connection.execute("select count(*) from audit").fetchone() == (1,)


def test_a_table_that_a_later_migration_adds_is_open_to_the_running_role(clean_services: Services) -> None:
    urls = clean_services.urls
    with psycopg.connect(urls.database_owner, autocommit=True) as owner, psycopg.connect(urls.database, autocommit=True) as app:
        owner.execute("create table later (id int)")
        try:
            app.execute("insert into later values (1)")
            assert app.execute("select id from later").fetchone() == (1,)
        finally:
            owner.execute("drop table later")


def test_nobody_gets_in_without_a_password(clean_services: Services) -> None:
    address = clean_services.urls.database.rpartition("@")[2]
    with pytest.raises(psycopg.OperationalError, match="no password"):
        psycopg.connect(f"postgresql://postgres@{address}")


async def test_data_of_another_major_version_is_refused_in_one_sentence(service_home: Path) -> None:
    home = Home(service_home / "old")
    home.prepare()
    (home.path / "postgres").mkdir()
    (home.path / "postgres" / "PG_VERSION").write_text("14\n")
    supervisor = Supervisor(home.logs)
    with pytest.raises(StackError, match=r"made by PostgreSQL 14, and this CellHub runs PostgreSQL \d+: dump it"):
        await start_postgres(home, home.choose_ports(), supervisor)
    assert supervisor.children == []
    await supervisor.stop_all()
