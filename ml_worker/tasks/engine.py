"""The part of a GPU worker that needs torch: the segmenter, its pipeline, and how fast this machine is."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import cv2
import numpy as np
import structlog

from cellhub_app.core.limits import CLAIM_WORK_S, IMAGE_TIME_LIMIT_S
from cellhub_app.core.runtime import Runtime
from cellhub_app.core.settings import Settings
from cellhub_app.domain.jobs.claiming import Claimed
from ml_worker.inference.device import usable_cpus
from ml_worker.inference.segmenter import Segmenter
from ml_worker.inference.threads import measured_threads
from ml_worker.tasks.describe import describe
from ml_worker.tasks.loop import Capacity
from ml_worker.tasks.segment import SegmentPipeline
from ml_worker.tasks.trial import Trials

log = structlog.get_logger(__name__)

IMAGES_IN_HAND = 48
WARM_UP_SIDE = 128
SWITCH_INTERVAL_S = 0.0005  # other threads' Python made the network wait 5 ms at a time for the interpreter: 58 ms a pass became 45


@dataclass(frozen=True)
class Engine:
    """What the work loop needs of the pipeline."""

    work: Callable[[Claimed], Awaitable[None]]
    try_out: Callable[[Claimed], Awaitable[None]]
    close: Callable[[], Awaitable[None]]
    hung_threads: Callable[[], int]
    device: str
    speeds: dict[str, float]
    capacity: Capacity


def network_threads(settings: Settings) -> int:
    """Threads of one network pass, measured; one CPU is left to reading, outlines and saving, which keep it busy."""
    return settings.torch_threads or measured_threads(usable_cpus() - 1, settings.home / "cache" / "threads.json")


async def open_engine(runtime: Runtime) -> Engine:
    """Load the models' cards and torch, warm up what is compiled, open the stages."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    segmenter = await asyncio.to_thread(open_segmenter, runtime.settings)
    pipeline = SegmentPipeline(runtime, segmenter)
    pipeline.start()
    speeds = {card.name: card.seconds_per_megapixel for card in segmenter.models()}
    capacity = Capacity(IMAGES_IN_HAND, CLAIM_WORK_S, hold_limit_s=4.0 * IMAGE_TIME_LIMIT_S)
    trials = Trials(runtime, segmenter, pipeline.network)

    async def close() -> None:
        trials.close()
        await pipeline.close()

    def hung_threads() -> int:
        return pipeline.hung_threads + trials.left_behind

    return Engine(pipeline.work, trials.work, close, hung_threads, str(segmenter.device), speeds, capacity)


def open_segmenter(settings: Settings) -> Segmenter:
    cv2.setNumThreads(1)
    segmenter = Segmenter(settings.weights_dir, settings.device or None, network_threads(settings), settings.engine)
    for card in segmenter.models()[-1:]:
        noise = np.random.default_rng(0).integers(0, 255, (WARM_UP_SIDE, WARM_UP_SIDE, 1), dtype=np.uint8)
        describe([segmenter.segment(noise, card.name)], noise)
    return segmenter
