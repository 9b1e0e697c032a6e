"""Intensities of objects that people drew or changed: read from the original, in a child process (measured.py), a moment after the edit."""

import asyncio
import json
import math
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from sqlalchemy.exc import DBAPIError

from cellhub_app.core.errors import CellHubError
from cellhub_app.core.limits import INGEST_TIME_LIMIT_S, TILES_S_PER_MEGAPIXEL
from cellhub_app.core.metrics import measure
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.annotations import intensities
from cellhub_app.domain.annotations.intensities import Waiting
from cellhub_app.models.image import storage_key
from ml_worker.tasks.outage import OUTAGE
from ml_worker.tasks.reader_pool import ReaderPool

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5
REST = 4  # times as long as the work took: somebody who edits a large image for an hour must not have it read all the time


class Measuring:
    """Looks for objects without intensities, for as long as the worker lives."""

    def __init__(self, runtime: Runtime, pool: ReaderPool) -> None:
        self._runtime, self._pool = runtime, pool

    async def run(self) -> None:
        """Work until cancelled; outages are waited out."""
        while True:
            began = time.monotonic()
            try:
                while await self.measure_some():
                    pass
            except (DBAPIError, *OUTAGE) as error:
                log.warning("measuring waits", error=str(error).split("\n", 1)[0])
            await asyncio.sleep(max(LOOK_EVERY_S, REST * (time.monotonic() - began)))

    async def measure_some(self) -> bool:
        """Measure the objects of one frame; False when nothing waits."""
        async with self._runtime.work() as session:
            waiting = await intensities.next_waiting(session)
        if waiting is None:
            return False
        measures = await self._read(waiting)
        async with self._runtime.work() as session:
            await intensities.fill(session, waiting, measures)
        return True

    async def _read(self, waiting: Waiting) -> list[list[float]]:
        """Whole vectors; of a file that can't be read any more, and of outlines too large for it, the intensities are not-a-number."""
        outlines = [geometry.hex() for _, _, geometry, _ in waiting.objects]
        with TemporaryDirectory(prefix="cellhub-measure-") as folder:
            try:
                path = await self._runtime.storage.fetch(storage_key(waiting.image_id, "original"), Path(folder) / "original")
                measured = Path(folder) / "measured.json"
                task = {"path": str(path), "name": waiting.name, "frame": waiting.frame, "outlines": outlines, "measured": str(measured)}
                await self._pool.ask(task, INGEST_TIME_LIMIT_S + TILES_S_PER_MEGAPIXEL * waiting.megapixels)
                vectors: list[list[float] | None] = json.loads(measured.read_text())
            except CellHubError as refusal:
                if isinstance(refusal, OUTAGE):
                    raise
                log.warning("the intensities of an image can't be read", image=str(waiting.image_id), reason=str(refusal))
                vectors = [None] * len(outlines)
        missing = [math.nan] * (len(measure.columns(waiting.channels)) - len(waiting.objects[0][3]))
        return [vector or [*shape, *missing] for vector, (*_, shape) in zip(vectors, waiting.objects, strict=True)]
