"""Reading an uploaded file: what it is, how it looks. Untrusted bytes are decoded in a child process only (reader.py)."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from cellhub_app.core.errors import ImageRefused, NotFound
from cellhub_app.core.queue import JobStatus
from cellhub_app.core.runtime import Runtime, emit
from cellhub_app.domain.images import pyramids
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.domain.jobs.news import Subject, job_event
from cellhub_app.models.image import incoming_key, storage_key
from cellhub_app.models.pyramid import Pyramid
from ml_worker.tasks.outage import insist
from ml_worker.tasks.reader_pool import ReaderPool
from ml_worker.tasks.scanner import Scanner
from ml_worker.tasks.tiles import Tiles, are_made_at_once
from ml_worker.tasks.unpack import Unpacking, is_archive

PICTURES = ("display", "thumbnail")


@dataclass(frozen=True)
class _Read:
    """What was read from a file, and the tiles of its first plane where it is large."""

    facts: dict[str, Any]
    tiles: Pyramid | None


class Ingest:
    """What the work loop calls for each uploaded file."""

    def __init__(self, runtime: Runtime, pool: ReaderPool) -> None:
        self._runtime, self._pool = runtime, pool
        self._scanner = Scanner(runtime.settings.clamav_url)
        self._unpacking = Unpacking(runtime, pool)
        self._tiles = Tiles(runtime, pool)

    async def work(self, job: Claimed) -> None:
        """Read one file, store its pictures and facts. A refusal is written on the image; other trouble is raised."""
        began = time.perf_counter()
        try:
            with TemporaryDirectory(prefix="cellhub-ingest-") as folder:
                original = await self._checked(job, Path(folder) / "original")
                if is_archive(job):
                    await self._unpacking.work(job, original, Path(folder))
                    return
                read = await self._read(job, original, Path(folder))
        except ImageRefused as refusal:
            await insist(partial(self._refuse, job, refusal), "refuse an image")
            return
        read_s = time.perf_counter() - began
        await insist(lambda: self._save(job, read, read_s), "save what was read")

    async def _checked(self, job: Claimed, target: Path) -> Path:
        """The bytes, once the virus scanner (where there is one) has passed them; it is waited for like the database."""
        assert job.image_id is not None  # noqa: S101 - an ingest job has an image
        original = await self._fetch(job.image_id, target)
        await insist(lambda: self._scanner.check(original, job.image_name or "the file"), "check a file for viruses")
        return original

    async def _read(self, job: Claimed, original: Path, folder: Path) -> "_Read":
        assert job.image_id is not None  # noqa: S101 - an ingest job has an image
        pictures = {name: folder / f"{name}.webp" for name in PICTURES}
        task = {"path": str(original), "name": job.image_name or "the file", **{name: str(path) for name, path in pictures.items()}}
        facts, is_drawn = await self._pool.read(task)
        tiles = None
        # What is not drawn may have short sides and many channels.
        if not is_drawn or are_made_at_once(facts):
            asked = {name: value for name, value in task.items() if not (is_drawn and name in PICTURES)}
            tiles = await self._tiles.of_first_plane(job.image_id, asked, facts)
        await self._keep(job.image_id)
        keys = {name: storage_key(job.image_id, f"{name}.webp") for name in PICTURES}
        await asyncio.gather(*(self._runtime.storage.put(keys[name], pictures[name]) for name in PICTURES))
        return _Read(facts, tiles)

    async def _fetch(self, image_id: UUID, target: Path) -> Path:
        """The bytes as they came, or where an attempt before this one has put them."""
        storage = self._runtime.storage
        try:
            return await storage.fetch(incoming_key(image_id), target)
        except NotFound:
            return await storage.fetch(storage_key(image_id, "original"), target)

    async def _keep(self, image_id: UUID) -> None:
        """The checks are passed: the bytes become the image's original, if they did not in an attempt before."""
        with suppress(NotFound):
            await self._runtime.storage.move(incoming_key(image_id), storage_key(image_id, "original"))

    async def _refuse(self, job: Claimed, refusal: ImageRefused) -> None:
        assert job.image_id is not None  # noqa: S101 - an ingest job has an image
        async with self._runtime.work() as session:
            status = await work.fail(session, job, refusal.reason, refusal.detail, retry=False)
        if status is JobStatus.FAILED:
            await self._runtime.storage.delete(incoming_key(job.image_id))

    async def _save(self, job: Claimed, read: "_Read", read_s: float) -> None:
        began = time.perf_counter()
        async with self._runtime.work() as session:
            if not await work.hold(session, [job]):
                return
            stored = await work.image_read(session, job, read.facts)
            if read.tiles is not None:
                await pyramids.write(session, read.tiles)
            timings = {"read_s": round(read_s, 4), "save_s": round(time.perf_counter() - began, 4)}
            await work.finish(session, [Finished(job, timings)])
            emit(session, job_event(Subject.of(job), JobStatus.SUCCEEDED, **_shown(stored)))


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    names = {"bit_depth": "bitDepth", "pixel_size_um": "pixelSizeUm", "pixel_size_origin": "pixelSizeOrigin"}
    return {names.get(name, name): value for name, value in facts.items() if name != "format"}
