"""The bytes of a resumable upload: a file that only grows, and that one request at a time may write.

The lock is the file's own (flock): it holds between web processes and ends with the process that holds it. All work happens in threads.
"""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from cellhub_app.core.errors import Locked, NotFound, TooLarge, Unavailable
from cellhub_app.core.limits import MEGABYTE

PIECE_BYTES = MEGABYTE


class Partial:
    """What has come of one upload."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def create(self) -> None:
        """Begin with no bytes. Raises Unavailable when the disk refuses."""
        await asyncio.to_thread(self._create)

    def _create(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o644, exist_ok=False)
        except OSError as error:
            raise Unavailable("There is no room for this upload now. Try again later.") from error

    async def size(self) -> int:
        """How many bytes have come. Raises NotFound when the file is gone."""
        try:
            return (await asyncio.to_thread(self.path.stat)).st_size
        except FileNotFoundError as error:
            raise NotFound("The bytes of this upload are gone. Start it again.") from error

    async def sha256(self) -> str:
        """The hash of all that has come."""

        def digest() -> str:
            with self.path.open("rb") as source:
                return hashlib.file_digest(source, "sha256").hexdigest()

        return await asyncio.to_thread(digest)

    async def remove(self) -> None:
        """Drop the bytes."""
        await asyncio.to_thread(self.path.unlink, missing_ok=True)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[int]:
        """The open file, written by nobody else while the block lasts. Raises NotFound, Locked."""
        descriptor = await asyncio.to_thread(self._hold)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _hold(self) -> int:
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise NotFound("The bytes of this upload are gone. Start it again.") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise Locked("Another request sends to this upload now. Try again in a moment.") from error
        return descriptor

    async def append(self, descriptor: int, pieces: AsyncIterator[bytes], room: int) -> None:
        """Write what comes, at most `room` bytes; what came before the line broke stays. Raises TooLarge, Unavailable."""
        waiting = bytearray()
        try:
            async for piece in pieces:
                room -= len(piece)
                if room < 0:
                    raise TooLarge("More bytes came than this upload was announced with.")
                waiting += piece
                if len(waiting) >= PIECE_BYTES:
                    data = bytes(waiting)
                    waiting.clear()
                    await _to_the_end(partial(_write, descriptor, data))
        finally:
            _write(descriptor, bytes(waiting))


async def _to_the_end(call: Callable[[], None]) -> None:
    """Call in a thread and wait for it also when cancelled: the descriptor must not be closed under a thread that writes."""
    task = asyncio.create_task(asyncio.to_thread(call))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except OSError as error:
        raise Unavailable("There is no room for this upload now. Try again later.") from error
