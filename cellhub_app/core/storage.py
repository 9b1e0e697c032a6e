"""Object storage: one thin face over obstore, for a local directory and for S3."""

import asyncio
import errno
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from cellhub_app.core.errors import NotFound, StorageFull, Unavailable
from cellhub_app.core.ids import new_id
from cellhub_app.core.retry import Backoff, CircuitBreaker, retry

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ObjectStore

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_FULL = re.compile(rf"(os error|Errno) ({errno.EFBIG}|{errno.ENOSPC}|{errno.EDQUOT})\b")
STREAM_BYTES = 256 * 1024
PUT_AT_ONCE = 8
Result = TypeVar("Result")


class Stored(NamedTuple):
    """An object that is there, and when it was written."""

    key: str
    written_at: datetime


class Opened:
    """An object that is there, not read yet; `size` in bytes."""

    def __init__(self, result: "GetResult") -> None:
        self._result = result
        self.size = int(result.meta["size"])

    async def whole(self) -> bytes:
        """All of it."""
        return bytes(await self._result.bytes_async())

    async def pieces(self) -> AsyncIterator[bytes]:
        """One piece of about 256 KB after the other."""
        async for piece in self._result.stream(min_chunk_size=STREAM_BYTES):
            yield bytes(piece)


class Storage:
    """Objects under keys such as `images/<id>/original`; keys are made by us, never from a user's file name."""

    def __init__(self, url: str) -> None:
        self._local_root: Path | None = None
        self._breaker = CircuitBreaker("The file storage")
        self._store = self._open(url)

    def _open(self, url: str) -> "ObjectStore":
        parts = urlsplit(url)
        if parts.scheme == "file":
            self._local_root = Path(unquote(parts.path))
            self._local_root.mkdir(parents=True, exist_ok=True)
            return LocalStore(prefix=self._local_root)
        return from_url(url)

    async def put(self, key: str, data: bytes | bytearray | Path) -> None:
        """Write an object whole, replacing what was there. Raises StorageFull, Unavailable."""
        checked = _checked(key)
        await self._call(lambda: obstore.put_async(self._store, checked, data))

    async def put_many(self, objects: Sequence[tuple[str, bytes | bytearray | Path]]) -> None:
        """Write many objects; on a local disk in one thread, because fifty hops to threads and back cost more than fifty small files."""
        root = self._local_root
        if root is not None:
            files = [(root / _checked(key), data) for key, data in objects]
            await self._call(lambda: asyncio.to_thread(_write_files, files))
            return
        gate = asyncio.Semaphore(PUT_AT_ONCE)

        async def put(key: str, data: bytes | bytearray | Path) -> None:
            async with gate:
                await self.put(key, data)

        await asyncio.gather(*(put(key, data) for key, data in objects))

    async def move(self, key: str, target: str) -> None:
        """Give an object another key, replacing what was there: a rename on a local disk, copy and delete on S3. Raises NotFound."""
        source, goal = _checked(key), _checked(target)
        await self._call(lambda: obstore.rename_async(self._store, source, goal))

    async def list(self, prefix: str) -> AsyncIterator[list[Stored]]:
        """The objects under the folder `prefix`, some hundreds at a time."""
        folder = _checked(prefix.rstrip("/"))
        async for batch in obstore.list(self._store, prefix=folder):
            yield [Stored(str(meta["path"]), meta["last_modified"]) for meta in batch]

    async def open(self, key: str) -> "Opened":
        """An object to be read, whole or in pieces. Raises NotFound, Unavailable."""
        return Opened(await self._call(lambda: obstore.get_async(self._store, _checked(key))))

    async def open_part(self, key: str, start: int, end: int) -> "Opened":
        """The bytes [start, end) of an object to be read. Raises NotFound, Unavailable."""
        return Opened(await self._call(lambda: obstore.get_async(self._store, _checked(key), options={"range": (start, end)})))

    async def get(self, key: str) -> bytes:
        """Read an object whole. Raises NotFound, Unavailable."""
        return await (await self.open(key)).whole()

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """An object in pieces of about 256 KB. Raises NotFound at once, before the first piece is asked for."""
        return (await self.open(key)).pieces()

    async def size(self, key: str) -> int:
        """Bytes of an object. Raises NotFound, Unavailable."""
        return int((await self._call(lambda: obstore.head_async(self._store, _checked(key))))["size"])

    async def exists(self, key: str) -> bool:
        """Whether there is such an object."""
        try:
            await self.size(key)
        except NotFound:
            return False
        return True

    async def delete(self, *keys: str) -> None:
        """Remove objects; those that are not there are passed over."""
        for key in keys:
            try:
                await self._call(partial(obstore.delete_async, self._store, _checked(key)))
            except NotFound:
                continue

    async def delete_prefix(self, prefix: str) -> None:
        """Remove every object whose key starts with the folder `prefix`."""
        keys = [str(meta["path"]) async for batch in obstore.list(self._store, prefix=_checked(prefix.rstrip("/"))) for meta in batch]
        await self.delete(*keys)

    async def fetch(self, key: str, target: Path) -> Path:
        """A local file with the object's bytes: the object itself on a local disk, else a copy at `target`. Read only."""
        if self._local_root is not None:
            path = self._local_root / _checked(key)
            if not path.is_file():
                raise NotFound("The file is not in the storage.")
            return path
        with target.open("wb") as out:
            async for piece in await self.stream(key):
                out.write(piece)
        return target

    async def _call(self, call: Callable[[], Awaitable[Result]]) -> Result:
        try:
            return await self._breaker.call(lambda: _noticing_full(call), on=(BaseError, OSError))
        except (NotFoundError, FileNotFoundError) as error:
            self._breaker.reset()
            raise NotFound("The file is not in the storage.") from error
        except (BaseError, OSError) as error:
            raise Unavailable("The file storage does not answer. Try again in a moment.") from error


def _write_files(files: Sequence[tuple[Path, bytes | bytearray | Path]]) -> None:
    """Each file appears under its name whole or not at all."""
    for path, data in files:
        staged = path.with_name(f"{path.name}.{new_id().hex}")
        try:
            _write_file(staged, data)
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)


def _write_file(path: Path, data: bytes | bytearray | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(data, Path):
        # A second name for the same bytes where the disk is the same; the first one is dropped by its owner and never written again.
        try:
            os.link(data, path)
        except OSError:
            shutil.copyfile(data, path)
    else:
        path.write_bytes(data)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


async def _noticing_full(call: Callable[[], Awaitable[Result]]) -> Result:
    """The call, tried again where that may help; a full disk answers, and is no reason to leave the storage alone."""
    try:
        return await retry(call, on=OSError, backoff=Backoff(attempts=3))
    except (BaseError, OSError) as error:
        if _FULL.search(str(error)):
            raise StorageFull from error
        raise
