"""The network stage: one thread, one model at a time, batches where the device likes them."""

import asyncio
import time
from dataclasses import dataclass, field

from cellhub_app.core.limits import IMAGE_TIME_LIMIT_S
from ml_worker.inference.forward import Maps
from ml_worker.inference.segmenter import Prepared, Segmenter
from ml_worker.tasks.threads import Threads

BATCH_ON_GPU = 16


@dataclass
class _Request:
    prepared: Prepared
    limit_s: float
    answer: "asyncio.Future[tuple[Maps, float]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class NetworkStage:
    """Takes prepared images in the order of asking and answers with their maps; it never waits for anything but images."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._batch = BATCH_ON_GPU if segmenter.device.type == "cuda" else 1
        self._requests: asyncio.Queue[_Request] = asyncio.Queue()
        self.threads = Threads("network", 1)

    async def predict(self, prepared: Prepared, limit_s: float = IMAGE_TIME_LIMIT_S) -> tuple[Maps, float]:
        """The maps of an image, and the seconds that it kept the network busy. Raises TookTooLong and what the segmenter raises."""
        request = _Request(prepared, limit_s)
        self._requests.put_nowait(request)
        return await request.answer

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            batch = [await self._requests.get()]
            while len(batch) < self._batch and not self._requests.empty():
                batch.append(self._requests.get_nowait())
            await self._serve([request for request in batch if not request.answer.done()])

    async def _serve(self, batch: list[_Request]) -> None:
        models = dict.fromkeys(request.prepared.model for request in batch)
        for model in models:
            await self._predict([request for request in batch if request.prepared.model == model])

    async def _predict(self, batch: list[_Request]) -> None:
        began = time.perf_counter()
        limit_s = min(request.limit_s for request in batch)
        call = self.threads.run(limit_s, self._segmenter.predict, [request.prepared for request in batch])
        outcome = (await asyncio.gather(call, return_exceptions=True))[0]
        if isinstance(outcome, BaseException):
            await self._isolate(batch, outcome)
            return
        seconds = (time.perf_counter() - began) / len(batch)
        for request, maps in zip(batch, outcome, strict=True):
            if not request.answer.done():
                request.answer.set_result((maps, seconds))

    async def _isolate(self, batch: list[_Request], error: BaseException) -> None:
        """Whatever went wrong belongs to one image, which is found by trying each alone."""
        if len(batch) > 1:
            for request in batch:
                await self._predict([request])
        elif not batch[0].answer.done():
            batch[0].answer.set_exception(error)
