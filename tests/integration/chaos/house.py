"""A whole CellHub to be hurt: its processes by name, its tables, and a disk of its own that can be filled."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg.rows import dict_row

from cellhub_app.cli.stack_home import Home
from cellhub_app.cli.stack_services import Urls, service_urls
from tests.fixtures.processes import command_of, descendants, is_alive
from tests.fixtures.services import RunningStack
from tests.integration.worker.conftest import until

LEASE_S = 4
# How often to ask for what takes seconds: asking costs the workers, which are to be the last in line for a core, more than it tells us.
PATIENTLY_S = 0.25
API = "/api/v1"
PROGRAMS = {
    "web": "granian", "gpu-worker": "ml_worker.worker.GpuWorker", "io-worker": "ml_worker.worker.IoWorker",
    "postgres": "bin/postgres", "valkey": "valkey-server",
}  # fmt: skip


@dataclass
class SmallDisk:
    """A folder on a file system of a few megabytes (a tmpfs, which needs root), so that its being full harms nobody else."""

    path: Path
    is_mounted: bool = field(default=False, init=False)

    @contextmanager
    def mounted(self, megabytes: int = 96) -> Iterator["SmallDisk"]:
        """The disk while the block lasts; where it can't be mounted, an ordinary folder that can't be filled."""
        self.path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(self.path)]
        with suppress(FileNotFoundError):
            self.is_mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
        try:
            yield self
        finally:
            if self.is_mounted:
                subprocess.run(["umount", "--lazy", str(self.path)], check=True)

    @contextmanager
    def full(self) -> Iterator[None]:
        """No byte is free while the block lasts."""
        filler = self.path / "filler"
        with filler.open("wb", buffering=0) as out, suppress(OSError):
            while out.write(bytes(64 * 1024)):
                pass
        with filler.open("ab", buffering=0) as out, suppress(OSError):
            while out.write(b"\0"):
                pass
        try:
            yield
        finally:
            filler.unlink()


@dataclass
class House:
    """A running CellHub, the signed-in admin, and what happens behind the doors."""

    stack: RunningStack
    disk: SmallDisk
    http: httpx.AsyncClient

    @property
    def url(self) -> str:
        """Where pages and API are."""
        return self.stack.base_url

    @property
    def urls(self) -> Urls:
        """Where the services are."""
        home = Home(self.stack.home)
        return service_urls(home.ports(), home.secrets())

    def pids(self, name: str) -> list[int]:
        """The living processes of one program, the oldest first."""
        return sorted(pid for pid in descendants(self.stack.process.pid) if is_alive(pid) and PROGRAMS[name] in command_of(pid))

    def main_pid(self, name: str) -> int:
        """The process that the supervisor started for a program."""
        return self.pids(name)[0]

    def signal(self, name: str, number: int) -> list[int]:
        """Send a signal to every process of a program; answers which."""
        found = self.pids(name)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return found

    async def sign_in(self) -> None:
        """Become the admin."""
        body = {"email": self.stack.admin_email, "password": self.stack.admin_password}
        tokens = (await self.http.post(f"{API}/auth/login", json=body)).raise_for_status().json()
        self.http.headers["Authorization"] = f"Bearer {tokens['accessToken']}"

    @asynccontextmanager
    async def tables(self) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """The database, as the role that runs."""
        async with await psycopg.AsyncConnection.connect(self.urls.database, row_factory=dict_row, autocommit=True) as connection:
            yield connection

    async def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """What a query answers; waits for a database that is just starting."""
        found: list[dict[str, Any]] = []

        async def answers() -> bool:
            try:
                async with self.tables() as connection:
                    found[:] = await (await connection.execute(query, values)).fetchall()  # type: ignore[call-overload]
            except psycopg.OperationalError:
                return False
            return True

        await until(answers)
        return found

    async def is_ready(self) -> bool:
        """Whether the web process says that all is well."""
        try:
            return (await self.http.get("/health/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def gpu_worker_listens(self) -> bool:
        """Whether a segmentation worker shows itself in the queue."""
        try:
            answer = await self.http.get(f"{API}/queue")
        except httpx.TransportError:
            return False
        return answer.status_code == 200 and any(worker["kind"] == "gpu" for worker in answer.json()["workers"])

    async def current_revisions(self, project: UUID) -> dict[UUID, int]:
        """The newest revision of each segmented image."""
        query = "select image_id, head from segmentation s join image i on i.id = s.image_id where i.project_id = %(project)s"
        return {row["image_id"]: row["head"] for row in await self.rows(query, project=project)}
