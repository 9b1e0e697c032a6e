"""What tests of the SDK share: a line that can be made to break, and calls from a thread."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
from starlette.types import ASGIApp

Result = TypeVar("Result")
Fault = Callable[[httpx.Request], str]


class Half(httpx.SyncByteStream):
    """The first half of some bytes, and then a broken line."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content[: len(self._content) // 2]
        raise httpx.ReadError("the line broke")


class Line(httpx.BaseTransport):
    """Carries a thread's requests to the application in the test's loop.

    `fault` may say "lost" before or "answer lost" after it acted, or "cut" to let only half of the answer's bytes through.
    """

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = httpx.ASGITransport(app)
        self._loop = loop
        self.fault: Fault = lambda _: ""
        self.carried: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        kind = self.fault(request)
        if kind == "lost":
            raise httpx.ReadError("the line broke")
        asynchronous = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        answer = asyncio.run_coroutine_threadsafe(self._carry(asynchronous), self._loop).result(60)
        self.carried.append(f"{request.method} {request.url.path} {answer.status_code}")
        if kind == "answer lost":
            raise httpx.ReadError("the line broke")
        return httpx.Response(answer.status_code, headers=answer.headers, stream=Half(answer.read())) if kind == "cut" else answer

    async def _carry(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        raw = b"".join([piece async for piece in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(raw))


def once(path_end: str, kind: str) -> Fault:
    """A fault of the first request to that path only."""
    faults = iter([kind])
    return lambda request: next(faults, "") if request.url.path.endswith(path_end) else ""


async def do(call: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
    return await asyncio.to_thread(call, *arguments, **named)


def files(folder: Path, count: int) -> list[Path]:
    for index in range(count):
        (folder / f"{index:03}.png").write_bytes(b"x" * (index + 1))
    return sorted(folder.glob("*.png"))
