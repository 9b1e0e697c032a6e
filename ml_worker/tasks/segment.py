"""Segmenting one image after the other in four stages that overlap: read, network, postprocess, save.

Of a stack one plane after the other is read and segmented, and all are stored together; nobody holds more than one of its planes in memory.
A plane larger than memory lies on disk, as do its maps, and passes through every stage in parts (core/imaging/tiff_large.py,
inference/room.py); between two of them it is asked whether the job is still wanted.

Each job is a coroutine that passes through the stages; the network has a thread of its own and is never kept waiting by a disk or a
database, because enough images are read ahead and finished ones wait elsewhere. How much is read ahead is bounded by megapixels.
"""

import asyncio
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import numpy as np

from cellhub_app.core.errors import Invalid, NotFound, Stopped
from cellhub_app.core.imaging import planes
from cellhub_app.core.imaging.flaws import Flaw
from cellhub_app.core.imaging.info import Plane
from cellhub_app.core.imaging.quality import assess
from cellhub_app.core.imaging.read import Stack
from cellhub_app.core.imaging.refusals import AGAIN, Unreadable
from cellhub_app.core.limits import IMAGE_TIME_LIMIT_S
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.schemas import FRAMES
from cellhub_app.models.image import storage_key
from ml_worker.inference.device import usable_cpus
from ml_worker.inference.forward import Maps
from ml_worker.inference.prepared import Parameters, Prepared
from ml_worker.inference.room import is_large
from ml_worker.inference.segmenter import Segmenter
from ml_worker.tasks.budget import Budget
from ml_worker.tasks.describe import Described, describe
from ml_worker.tasks.headway import Headway, Parts, telling
from ml_worker.tasks.leftovers import SEGMENTING
from ml_worker.tasks.network import NetworkStage
from ml_worker.tasks.saving import FIRST, Saver
from ml_worker.tasks.threads import Threads

PIXELS_IN_HAND = 16_000_000
READERS_MAX, FINISHERS_MAX = 4, 8


class _Wanted:
    """Called by threads between two steps: it stops them once the block is left, because nobody waits for the plane any more."""

    def __init__(self) -> None:
        self._is_over = Event()

    def __enter__(self) -> None:
        """From here on somebody waits."""

    def __exit__(self, *_: object) -> None:
        self._is_over.set()

    def __call__(self) -> None:
        if self._is_over.is_set():
            raise Stopped


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
        self._parts = Parts()
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
        """Segment the planes of the job's image that were asked for and store the result. Raises what any stage raises."""
        self._in_hand += 1
        began = time.perf_counter()
        timings: dict[str, float] = {}
        try:
            headway = Headway(len(job.planes), self._parts.of(job.model or ""))
            async with telling(self._runtime.redis, job, headway):
                found = await self._compute(job, timings, headway)
                timings["waited_s"] = time.perf_counter() - began - sum(timings.values())
                await self._saver.save(job, found, self._weights.get(job.model or ""), timings)
        finally:
            self._in_hand -= 1

    async def _compute(self, job: Claimed, timings: dict[str, float], headway: Headway) -> dict[int, Described]:
        """Frame -> what was found there. A job that is cancelled ends here, between two steps of a plane."""
        _refuse_lacking(job)
        assert job.image_id is not None  # noqa: S101 - a segmentation has an image
        found: dict[int, Described] = {}
        stack: Stack | None = None
        with TemporaryDirectory(prefix=SEGMENTING) as folder, ExitStack() as opened:
            for frame in job.planes:
                async with self._memory.hold(round(job.megapixels * 1e6)):
                    if stack is None:
                        key = storage_key(job.image_id, "original")
                        stack = opened.enter_context(closing(Stack(await self._runtime.storage.fetch(key, Path(folder) / "original"))))
                    found[frame] = await self._plane(job, stack, frame, timings, headway)
                    headway.next_plane()
        return found

    async def _plane(self, job: Claimed, stack: Stack, frame: int, timings: dict[str, float], headway: Headway) -> Described:
        limit_s, took, wanted = IMAGE_TIME_LIMIT_S * job.patience, dict[str, float](), _Wanted()
        with wanted:
            prepare = self._readers.run(limit_s, self._prepare, job, stack, frame, wanted)
            plane, prepared, flaws, took["read_s"] = await prepare
            maps, took["network_s"] = await self.network.predict(prepared, _left(limit_s, took), done=headway.looked)
            describing = self._finishers.run(_left(limit_s, took), self._describe, prepared, maps, plane, wanted, headway)
            described, took["postprocess_s"] = await describing
        if is_large(*prepared.shape):
            self._parts.note(prepared.model, took["network_s"], took["postprocess_s"])
        timings |= {stage: timings.get(stage, 0.0) + seconds for stage, seconds in took.items()}
        # Galleries show the outlines of the first plane; hundreds of other pictures would only wait in memory.
        return (described if frame == FIRST else replace(described, overlay=b"")).of_flawed(flaws)

    def _prepare(self, job: Claimed, stack: Stack, frame: int, wanted: "_Wanted") -> tuple[Plane, Prepared, tuple[Flaw, ...], float]:
        began = time.perf_counter()
        z, timepoint = planes.plane_of(frame, job.frames or 1)
        try:
            plane = stack.read(z, timepoint, _name(job, frame), wanted)
        except NotFound as error:
            raise Unreadable("damaged", "the file does not have it", AGAIN).named(_name(job, frame)) from error
        prepared = self._segmenter.prepare(plane, job.model or "", parameters_of(job))
        return plane, prepared, assess(np.asarray(plane)), time.perf_counter() - began

    def _describe(self, prepared: Prepared, maps: Maps, plane: Plane, wanted: "_Wanted", headway: Headway) -> tuple[Described, float]:
        began = time.perf_counter()
        described = describe(self._segmenter.finish_in_pieces(prepared, maps, headway.outlined), np.asarray(plane), wanted)
        return described, time.perf_counter() - began

    def _others_come(self, waiting: int) -> bool:
        return self._in_hand > waiting


def _refuse_lacking(job: Claimed) -> None:
    """Raises Invalid for planes that the image does not have: while it was still being read nobody could tell."""
    count = planes.count(job.frames, job.timepoints)
    if sentence := planes.refusal(job.image_name or "The image", job.parameters.get(FRAMES, "first"), count):
        raise Invalid(sentence)


def _name(job: Claimed, frame: int) -> str:
    """What a refusal calls the plane."""
    words = planes.words(frame, job.frames or 1, planes.count(job.frames, job.timepoints))
    name = job.image_name or "the file"
    return f"{words} of {name}" if words and FRAMES in job.parameters else name


def _left(limit_s: float, timings: dict[str, float]) -> float:
    return max(1.0, limit_s - sum(timings.values()))


def parameters_of(job: Claimed) -> Parameters:
    """What the batch asked for, over the model's defaults."""
    given = job.parameters
    return Parameters(given.get("threshold"), given.get("min_area_px"), given.get("channel", 0))
