"""The folder CELLHUB_HOME: who uses it now, its secrets, its ports, its logs and caches."""

import fcntl
import json
import os
import secrets
import socket
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cellhub_app.cli.stack_process import StackError

LEFTOVERS_END_WITHIN_S = 15.0


@dataclass(frozen=True)
class Secrets:
    """Generated once, kept in a file that only its owner reads, given to children by their environment."""

    postgres: str
    owner: str
    app: str
    valkey: str
    secret_key: str


@dataclass(frozen=True)
class Ports:
    """Loopback ports of the embedded services."""

    postgres: int
    valkey: int


class Home:
    """Paths and small files of one CELLHUB_HOME."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.cache = self.path / "cache"
        self.metrics = self.path / "metrics"
        self._lock_fd: int | None = None

    def prepare(self) -> None:
        """Make the folders. Raises StackError when that is not possible."""
        try:
            for folder in (self.path, self.logs, self.cache, self.metrics):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"CellHub cannot write its data folder {self.path} ({error.strerror})."
            raise StackError(f"{problem} Choose another with CELLHUB_HOME.") from None
        if not os.access(self.path, os.W_OK) or (self.has_secrets() and not os.access(self.path / "secrets", os.R_OK)):
            problem = f"The data folder {self.path} belongs to another user ({self.path.owner()})."
            raise StackError(f"{problem} Start CellHub as that user, or choose another folder with CELLHUB_HOME.")

    def lock(self, address: str) -> int:
        """Claim the folder for this process and note the address it will serve.

        Returns the descriptor that holds the claim. Raises StackError when another CellHub runs from the same folder.
        """
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LEFTOVERS_END_WITHIN_S
        while not _claim(descriptor):
            pid, _, running_at = os.pread(descriptor, 1024, 0).decode().partition("\n")
            if not pid.isdigit() or _lives(int(pid)) or time.monotonic() > deadline:
                os.close(descriptor)
                who = f"at {running_at.strip()} (process {pid})"
                raise StackError(f"CellHub already runs from {self.path} {who}. Use that one, or stop it with Ctrl-C there.")
            time.sleep(0.1)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n{address}\n".encode(), 0)
        self._lock_fd = descriptor
        return descriptor

    def unlock(self) -> None:
        """Give the claim back."""
        if self._lock_fd is not None:
            os.close(self._lock_fd)
            self._lock_fd = None

    def secrets(self) -> Secrets:
        """The passwords and keys of this installation, made on the first call."""
        path = self.path / "secrets"
        known = json.loads(path.read_text()) if path.exists() else {}
        missing = [field.name for field in fields(Secrets) if field.name not in known]
        if missing:
            known.update({name: secrets.token_urlsafe(32) for name in missing})
            _write_private(path, json.dumps(known))
        return Secrets(**{field.name: known[field.name] for field in fields(Secrets)})

    def has_secrets(self) -> bool:
        """Whether a stack was ever started from this folder."""
        return (self.path / "secrets").exists()

    def ports(self) -> Ports:
        """The ports of the last start."""
        return Ports(**json.loads((self.path / "ports.json").read_text()))

    def choose_ports(self) -> Ports:
        """The ports of the last start where they are still free, otherwise others, noted for the next time."""
        path = self.path / "ports.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        chosen = Ports(*(_usable(known.get(field.name)) for field in fields(Ports)))
        path.write_text(json.dumps(asdict(chosen)))
        return chosen


def why_not_listen(port: int, host: str = "127.0.0.1") -> int | None:
    """The error number that a server would get if it listened there now; None when it could."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno
    return None


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _usable(port: int | None) -> int:
    return port if port is not None and why_not_listen(port) is None else free_port()


def _claim(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)
