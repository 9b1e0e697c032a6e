"""Workers on real services: in this process, or in one of their own that can be killed."""

import asyncio
import os
import subprocess
import sys
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest_asyncio
from arq.connections import RedisSettings
from arq.worker import create_worker
from sqlalchemy import text

from cellhub_app.core.events import Event, EventType, follow
from cellhub_app.core.imaging.read import probe
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.settings import ROOT
from cellhub_app.domain.access import Principal
from cellhub_app.domain.flows.upload import Incoming, IncomingFile, add_images
from cellhub_app.domain.images.repository import chosen
from cellhub_app.domain.jobs import service
from cellhub_app.domain.jobs.schemas import BatchView
from cellhub_app.models.image import Image, storage_key
from ml_worker.context import KEY, WorkerContext
from ml_worker.tasks.life import start_gpu, start_io
from ml_worker.worker import GpuWorker, IoWorker
from tests.fixtures import rows
from tests.fixtures.samples import SampleFile
from tests.fixtures.services import Services

WAITS_S = 90.0
Startup = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Lab:
    """A person and their project."""

    runtime: Runtime
    who: Principal
    project_id: UUID

    async def ready(self, files: Sequence[SampleFile]) -> list[UUID]:
        """Images that were read already."""
        found = []
        for file in files:
            info = probe(file.data, file.name)
            async with self.runtime.work() as session:
                known = {name: getattr(info, name) for name in ("width", "height", "channels", "frames", "timepoints")}
                [image] = await rows.images(session, self.project_id, [file.name], **known)
            await self.runtime.storage.put(storage_key(image, "original"), file.data)
            found.append(image)
        return found

    async def upload(self, files: Sequence[tuple[str, bytes]]) -> dict[str, UUID]:
        """Name -> id of files as they come through a door, to be read by a worker."""
        incoming = [IncomingFile.of_bytes(name, data) for name, data in files]
        answer = await add_images(self.runtime, self.who, self.project_id, nullcontext(Incoming(incoming)))
        assert answer.refused == []
        return {image.name: image.id for image in answer.accepted}

    async def segment(self, images: Sequence[UUID], model: str = "classical") -> UUID:
        """A batch over the images."""
        async with self.runtime.work() as session:
            batch = await service.add_batch(session, project_id=self.project_id, user_id=self.who.user_id, model=model, parameters={})
            await service.line_up(session, batch, chosen(self.project_id, images))
        return batch.id

    async def batch(self, batch_id: UUID) -> BatchView:
        """How far it is."""
        async with self.runtime.work() as session:
            return await service.batch(session, self.who, batch_id)

    async def finished(self, batch_id: UUID) -> BatchView:
        """The batch once nothing is left to do."""
        await until(lambda: self._is_finished(batch_id))
        return await self.batch(batch_id)

    async def _is_finished(self, batch_id: UUID) -> bool:
        return (await self.batch(batch_id)).finished_at is not None

    async def image(self, image_id: UUID) -> Image:
        """The row as it is now."""
        async with self.runtime.work() as session:
            found = await session.get(Image, image_id)
            assert found is not None
            return found

    async def column(self, query: str, **values: object) -> list[object]:
        """The first column of a query's rows."""
        async with self.runtime.work() as session:
            return list((await session.execute(text(query), values)).scalars())


async def until(condition: Callable[[], Awaitable[object]], within_s: float = WAITS_S, every_s: float = 0.05) -> None:
    """Wait for the condition. Raises TimeoutError when it does not come true in time."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(every_s)


@pytest_asyncio.fixture(loop_scope="session")
async def lab(runtime: Runtime) -> Lab:
    async with runtime.work() as session:
        who = await rows.person(session)
        return Lab(runtime, who, await rows.project(session, who))


class Heard(list[Event]):
    """The events that were published since it began to listen."""

    def of(self, kind: EventType) -> list[Event]:
        """Those of a type, in their order."""
        return [event for event in self if event.type is kind]

    async def waits_for(self, kind: EventType) -> None:
        """Until there is one of that type."""

        async def is_there() -> bool:
            return bool(self.of(kind))

        await until(is_there)


@asynccontextmanager
async def listening(runtime: Runtime) -> AsyncIterator[Heard]:
    """Hear what is told to pages."""
    heard, begun = Heard(), asyncio.Event()

    async def listen() -> None:
        async for event in follow(runtime.redis):
            begun.set()
            heard.extend([event] if event else [])

    async with asyncio.TaskGroup() as group:
        listener = group.create_task(listen())
        await begun.wait()
        yield heard
        listener.cancel()


@asynccontextmanager
async def arq_worker(settings: type, on_startup: Startup, services: Services) -> AsyncIterator[WorkerContext]:
    """A worker in this process, woken by real tickets."""
    redis = RedisSettings.from_dsn(services.urls.redis)
    worker = create_worker(settings, redis_settings=redis, on_startup=on_startup, handle_signals=False)
    task = asyncio.create_task(worker.async_run())

    async def has_begun() -> bool:
        return bool(KEY in worker.ctx and WorkerContext.of(worker.ctx).tasks) or task.done()

    try:
        await until(has_begun)
        yield WorkerContext.of(worker.ctx)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        worker.tasks.clear()  # arq's close() would cancel a ticket in hand, raise that, and leave the worker running
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # arq calls redis-py's close() by its old name
            await worker.close()


@pytest_asyncio.fixture(loop_scope="session")
async def gpu(runtime: Runtime, services: Services) -> AsyncIterator[WorkerContext]:
    """A GPU worker in this process."""
    async with arq_worker(GpuWorker, start_gpu, services) as context:
        yield context


@pytest_asyncio.fixture(loop_scope="session")
async def io(runtime: Runtime, services: Services) -> AsyncIterator[WorkerContext]:
    """An io worker in this process."""
    async with arq_worker(IoWorker, start_io, services) as context:
        yield context


@contextmanager
def worker_process(kind: str, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`arq ml_worker.worker.<kind>` in a process of its own, killed at the end if it still runs."""
    command = [Path(sys.prefix) / "bin" / "arq", f"ml_worker.worker.{kind}"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
