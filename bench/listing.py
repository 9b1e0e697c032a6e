"""How many pages of a gallery does the server answer? 20 clients ask for pages of 50 for 10 s, in a project of 100,000 images.

The targets are a p95 below 100 ms and 300 requests a second in all. Each client is a connection that is kept open, follows `nextCursor`,
accepts gzip as browsers do, and asks for the next page as soon as it has one; all of them share one process, which only splits bytes.
Writes the rows into the database of the running CellHub (that of CELLHUB_HOME, unless CELLHUB_DATABASE_URL names another) and removes
them; the server's CELLHUB_REQUESTS_PER_MINUTE must be high enough.

Usage: python -m bench.listing [--url http://localhost:8000] [--images 100000] [--clients 20] [--seconds 10]
"""

import argparse
import asyncio
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import psycopg

from bench.rows import SETTLE, clear, fill
from bench.server import API, Account, machine, parser, percentile
from cellhub_app.cli.stack_environment import use_running_services
from cellhub_app.core.runtime import close_runtime, open_runtime
from cellhub_app.core.settings import get_settings


class Connection:
    """One HTTP/1.1 connection that is kept open."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "localhost", parts.port or 80
        self._headers = f"Host: {parts.netloc}\r\nAuthorization: {token}\r\nAccept-Encoding: gzip\r\n\r\n"

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def get(self, path: str) -> tuple[int, bytes]:
        """The status and the body, uncompressed."""
        self._writer.write(f"GET {path} HTTP/1.1\r\n{self._headers}".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        body = await self._body(head)
        if b"content-encoding: gzip" in head:
            body = zlib.decompress(body, wbits=31)
        return int(head.split(b" ", 2)[1]), body

    async def _body(self, head: bytes) -> bytes:
        _, found, rest = head.partition(b"content-length: ")
        if found:
            return await self._reader.readexactly(int(rest.partition(b"\r")[0]))
        if b"transfer-encoding: chunked" not in head:
            return b""
        body = b""
        while size := int(await self._reader.readline(), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readline()
        return body


def next_cursor(body: bytes) -> str:
    """The cursor of the page after this one; empty at the end."""
    _, _, rest = body.rpartition(b'"nextCursor":"')
    return rest.partition(b'"')[0].decode() if rest != body else ""


async def client(connection: Connection, path: str, until: float, times: list[float]) -> None:
    """Read page after page until the time is over. Raises RuntimeError for anything but a page."""
    cursor = ""
    while time.perf_counter() < until:
        began = time.perf_counter()
        status, body = await connection.get(path + (f"&cursor={cursor}" if cursor else ""))
        times.append(1000 * (time.perf_counter() - began))
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:300]!r}")
        cursor = next_cursor(body)


async def crowd(url: str, token: str, project: str, clients: int, seconds: float) -> list[float]:
    """Milliseconds of every answer."""
    path = f"{API}/projects/{project}/images?limit=50"
    times: list[float] = []
    connections = [Connection(url, token) for _ in range(clients)]
    for connection in connections:
        await connection.__aenter__()
    await asyncio.gather(*(client(connection, path, time.perf_counter() + 1, []) for connection in connections))
    until = time.perf_counter() + seconds
    await asyncio.gather(*(client(connection, path, until, times) for connection in connections))
    for connection in connections:
        await connection.__aexit__()
    return times


@asynccontextmanager
async def filled(project: str, count: int) -> AsyncIterator[None]:
    """A project with as many images while the block lasts."""
    runtime = await open_runtime()
    try:
        await fill(runtime, {UUID(project): count})
        with psycopg.connect(get_settings().database_owner_url or get_settings().database_url, autocommit=True) as owner:
            owner.execute(SETTLE)
        yield
    finally:
        await clear(runtime, [UUID(project)])
        await close_runtime()


async def measure(account: Account, project: str, given: argparse.Namespace) -> list[float]:
    """Fill the project and let the clients read."""
    token: Any = account.http.headers["Authorization"]
    async with filled(project, given.images):
        return await crowd(account.url, token, project, given.clients, given.seconds)


def main() -> None:
    """Measure, print the figures."""
    options = parser(__doc__)
    for name, default in (("images", 100_000), ("clients", 20), ("seconds", 10)):
        options.add_argument(f"--{name}", type=int, default=default)
    given = options.parse_args()
    use_running_services(owner=True)
    with Account(given.url) as account:
        times = asyncio.run(measure(account, account.make_project("Listing benchmark"), given))
    print(f"machine: {machine()}; server, database and clients on it together")
    rate = len(times) / given.seconds
    print(f"{given.clients} clients, pages of 50 of {given.images:,} images, {given.seconds} s: {rate:.0f} requests/s")
    print(f"a page answered: median {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms, max {max(times):.0f} ms")


if __name__ == "__main__":
    main()
