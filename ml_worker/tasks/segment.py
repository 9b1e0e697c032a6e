"""Segmenting one image after the other in four stages that overlap: read, network, postprocess, save.

Each job is a coroutine that passes through the stages; the network has a thread of its own and is never kept waiting by a disk or a
database, because enough images are read ahead and finished ones wait elsewhere. How much is read ahead is bounded by megapixels.
"""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.quality import Flaw, assess
from cellhub_app.core.imaging.read import read_plane
from cellhub_app.core.limits import IMAGE_TIME_LIMIT_S
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.models.image import storage_key
from ml_worker.inference.device import usable_cpus
from ml_worker.inference.forward import Maps
from ml_worker.inference.prepared import Parameters, Prepared
from ml_worker.inference.segmenter import Segmenter
from ml_worker.tasks.budget import Budget
from ml_worker.tasks.describe import Described, describe
from ml_worker.tasks.network import NetworkStage
from ml_worker.tasks.saving import Saver
from ml_worker.tasks.threads import Threads

PIXELS_IN_HAND = 16_000_000
READERS_MAX, FINISHERS_MAX = 4, 8


class SegmentPipeline:
    """The stages of one worker. `work` is what the work loop calls for each job."""

    def __init__(self, runtime: Runtime, segmenter: Segmenter) -> None:
        self._runtime, self._segmenter = runtime, segmenter
        self._weights = {card.name: card.weights_sha256 for card in segmenter.models()}
        self._memory = Budget(PIXELS_IN_HAND)
        cpus = usable_cpus()
        self._readers = Threads("read", max(1, min(READERS_MAX, cpus // 4)))
        self._finishers = Threads("finish", max(1, min(FINISHERS_MAX, cpus // 2)))
        self.network = NetworkStage(segmenter)
        self._saver = Saver(runtime, self._others_come)
        self._in_hand = 0
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def hung_threads(self) -> int:
        """Threads that hang."""
        return sum(stage.left_behind for stage in (self._readers, self._finishers, self.network))

    def start(self) -> None:
        """Open the stages."""
        self._tasks = [
            asyncio.create_task(self.network.watch(), name="network watch"),
            asyncio.create_task(self._saver.run(), name="save"),
        ]

    async def close(self) -> None:
        """Close the stages; what is in them is lost."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for stage in (self._readers, self._finishers, self.network):
            stage.close()

    async def work(self, job: Claimed) -> None:
        """Segment the first plane of the job's image and store the result. Raises what any stage raises."""
        self._in_hand += 1
        began = time.perf_counter()
        timings: dict[str, float] = {}
        try:
            async with self._memory.hold(round(job.megapixels * 1e6)):
                result = await self._compute(job, timings)
            timings["waited_s"] = time.perf_counter() - began - sum(timings.values())
            await self._saver.save(job, result, self._weights.get(job.model or ""), timings)
        finally:
            self._in_hand -= 1

    async def _compute(self, job: Claimed, timings: dict[str, float]) -> Described:
        plane, prepared, flaws, timings["read_s"] = await self._read(job)
        maps, timings["network_s"] = await self.network.predict(prepared, _left(timings))
        described, timings["postprocess_s"] = await self._finishers.run(_left(timings), self._describe, prepared, maps, plane)
        return described.of_flawed(flaws)

    async def _read(self, job: Claimed) -> tuple[Plane, Prepared, tuple[Flaw, ...], float]:
        assert job.image_id is not None  # noqa: S101 - a segmentation has an image
        with TemporaryDirectory(prefix="cellhub-segment-") as folder:
            path = await self._runtime.storage.fetch(storage_key(job.image_id, "original"), Path(folder) / "original")
            return await self._readers.run(IMAGE_TIME_LIMIT_S, self._prepare, job, path)

    def _prepare(self, job: Claimed, path: Path) -> tuple[Plane, Prepared, tuple[Flaw, ...], float]:
        began = time.perf_counter()
        plane = read_plane(path, name=job.image_name)
        prepared = self._segmenter.prepare(plane, job.model or "", parameters_of(job))
        return plane, prepared, assess(np.asarray(plane)), time.perf_counter() - began

    def _describe(self, prepared: Prepared, maps: Maps, plane: Plane) -> tuple[Described, float]:
        began = time.perf_counter()
        described = describe(self._segmenter.finish_in_pieces(prepared, maps), np.asarray(plane))
        return described, time.perf_counter() - began

    def _others_come(self, waiting: int) -> bool:
        return self._in_hand > waiting


def _left(timings: dict[str, float]) -> float:
    return max(1.0, IMAGE_TIME_LIMIT_S - sum(timings.values()))


def parameters_of(job: Claimed) -> Parameters:
    """What the batch asked for, over the model's defaults."""
    given = job.parameters
    return Parameters(given.get("threshold"), given.get("min_area_px"), given.get("channel", 0))
