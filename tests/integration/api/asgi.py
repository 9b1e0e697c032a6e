"""Speaking ASGI by hand, where httpx is too kind: bodies in pieces, streams that do not end, websockets."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Scope

PATIENCE_S = 10


def http_scope(method: str, path: str, headers: dict[str, str] | None = None) -> Scope:
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": raw,
        "client": ("127.0.0.1", 1), "server": ("localhost", 80),
    }  # fmt: skip


async def ask(app: ASGIApp, scope: Scope, pieces: Iterable[bytes]) -> tuple[int, bytes, int]:
    """The status, the body, and how many pieces of the request were read."""
    waiting = iter(pieces)
    read, status, body, is_sent = 0, 0, b"", False

    async def receive() -> Message:
        nonlocal read, is_sent
        if is_sent:
            await asyncio.Event().wait()
        piece = next(waiting, None)
        is_sent = piece is None
        read += not is_sent
        return {"type": "http.request", "body": piece or b"", "more_body": not is_sent}

    async def send(message: Message) -> None:
        nonlocal status, body
        status = message.get("status", status)
        body += message.get("body", b"")

    await app(scope, receive, send)
    return status, body, read


async def websocket(app: ASGIApp, path: str, headers: dict[str, str]) -> list[Message]:
    """What the app sends to a client that wants to connect and then goes away."""
    scope = http_scope("GET", path, headers) | {"type": "websocket", "scheme": "ws", "subprotocols": []}
    scope.pop("method")
    incoming = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1000}])
    sent: list[Message] = []

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


class Stream:
    """A stream of server-sent events as a client reads it."""

    def __init__(self) -> None:
        self.status = 0
        self.is_over = asyncio.Event()
        self._events: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._text = ""

    async def send(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        self._text += message.get("body", b"").decode()
        *blocks, self._text = self._text.split("\n\n")
        for block in blocks:
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            if fields:
                self._events.put_nowait((fields["event"], fields["data"]))

    async def next(self) -> tuple[str, str]:
        """The next event's name and data."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._events.get()

    @property
    def waiting(self) -> int:
        """Events that came and were not looked at."""
        return self._events.qsize()


@asynccontextmanager
async def events(app: ASGIApp, path: str, headers: dict[str, str]) -> AsyncIterator[Stream]:
    """An event stream that is open while the block lasts."""
    stream, leave = Stream(), asyncio.Event()
    first: list[Any] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if first:
            return first.pop()
        await leave.wait()
        return {"type": "http.disconnect"}

    async def run() -> None:
        try:
            await app(http_scope("GET", path, headers), receive, stream.send)
        finally:
            stream.is_over.set()

    task = asyncio.create_task(run())
    try:
        yield stream
    finally:
        leave.set()
        async with asyncio.timeout(PATIENCE_S):
            await task
