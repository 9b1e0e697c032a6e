"""The network stage: one thread that takes prepared images from a queue, so that it never waits for the event loop either."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, PriorityQueue
from threading import Thread

import structlog

from cellhub_app.core.errors import Stopped
from cellhub_app.core.limits import IMAGE_TIME_LIMIT_S
from ml_worker.inference.forward import Maps
from ml_worker.inference.prepared import Prepared
from ml_worker.inference.room import Told, is_large, unheard
from ml_worker.inference.segmenter import Segmenter
from ml_worker.tasks.threads import TookTooLong

log = structlog.get_logger(__name__)

BATCH_ON_GPU = 16
WATCH_EVERY_S = 1.0


FIRST, IN_TURN, LAST = range(3)
_numbers = count()


@dataclass(order=True)
class _Place:
    """A place in the queue: by rank, then by the order of asking. Without a request the thread is to end."""

    rank: int
    request: "_Request | None" = field(compare=False)
    number: int = field(default_factory=lambda: next(_numbers))


@dataclass(eq=False)
class _Request:
    prepared: Prepared
    limit_s: float
    rank: int
    done: Told = unheard
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    answer: "asyncio.Future[tuple[Maps, float]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, settle: Callable[[], None]) -> None:
        """Settle the answer in its own loop, unless nobody waits any more."""
        self.loop.call_soon_threadsafe(lambda: None if self.answer.done() else settle())


def _may_share(first: _Request, other: _Request) -> bool:
    """Whether both may be of one batch.

    Nobody who looks at an image waits for another one, and nobody for one that is worked on in parts.
    """
    is_alike = (first.prepared.model, first.rank) == (other.prepared.model, other.rank)
    return is_alike and not is_large(*first.prepared.shape) and not is_large(*other.prepared.shape)


class _Thread:
    """One thread on the queue, and since when it is busy with what."""

    def __init__(self, segmenter: Segmenter, requests: "PriorityQueue[_Place]", batch: int) -> None:
        self._segmenter, self._requests, self._batch = segmenter, requests, batch
        self.busy_with: tuple[float, list[_Request]] | None = None
        self.is_left_behind = False
        Thread(target=self._run, name="network", daemon=True).start()

    def _run(self) -> None:
        while not self.is_left_behind and self._serve(self._requests.get().request):
            pass

    def _serve(self, first: _Request | None) -> bool:
        """Answer a request and those of its batch; whether to go on. A function, so that the thread holds no image while it waits."""
        if first is None:
            return False
        batch = [first, *self._more(first)]
        wanted = [request for request in batch if not request.answer.done()]
        if wanted:
            self.busy_with = (time.monotonic(), wanted)
            self._predict(wanted)
            self.busy_with = None
        return True

    def _between(self, batch: list[_Request]) -> None:
        """Between two tiles: ends where nobody waits for the image any more, and lets those pass who look at another one right now."""
        if self.is_left_behind or all(request.answer.done() for request in batch):
            raise Stopped
        while batch[0].rank != FIRST and (hurried := self._hurried()) is not None:
            began, busy_with = time.monotonic(), self.busy_with
            self.busy_with = (began, [hurried, *batch])
            self._predict([hurried])
            if busy_with is not None:
                self.busy_with = (busy_with[0] + time.monotonic() - began, busy_with[1])

    def _hurried(self) -> _Request | None:
        """The next request, if it goes before all others."""
        try:
            place = self._requests.get_nowait()
        except Empty:
            return None
        if place.rank == FIRST:
            return place.request
        self._requests.put(place)
        return None

    def _more(self, first: _Request) -> list[_Request]:
        found: list[_Request] = []
        while len(found) + 1 < self._batch:
            try:
                place = self._requests.get_nowait()
            except Empty:
                break
            if place.request is None or not _may_share(first, place.request):
                self._requests.put(place)
                break
            found.append(place.request)
        return found

    def _predict(self, batch: list[_Request]) -> None:
        began = time.perf_counter()
        try:
            maps = self._segmenter.predict([request.prepared for request in batch], lambda: self._between(batch), batch[0].done)
        except Stopped:
            log.info("the network stopped, because nobody waits for these images any more", images=len(batch))
            return
        except Exception as error:  # whatever went wrong belongs to one image, found by trying each alone
            log.exception("the network failed", images=len(batch))
            self._isolate(batch, error)
            return
        seconds = (time.perf_counter() - began) / len(batch)
        for request, one in zip(batch, maps, strict=True):
            request.tell(lambda request=request, one=one: request.answer.set_result((one, seconds)))  # type: ignore[misc]

    def _isolate(self, batch: list[_Request], error: Exception) -> None:
        if len(batch) > 1:
            for request in batch:
                self._predict([request])
        else:
            # Where it happened is in the log; an answer that knew it would keep the frames there, and so its own image, from being let go.
            error.__traceback__ = error.__cause__ = error.__context__ = None
            batch[0].tell(lambda: batch[0].answer.set_exception(error))


class NetworkStage:
    """Takes prepared images in the order of asking and answers with their maps."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._batch = BATCH_ON_GPU if segmenter.device.type == "cuda" else 1
        self._requests: PriorityQueue[_Place] = PriorityQueue()
        self._thread = self._fresh()
        self._loading: dict[str, asyncio.Task[None]] = {}
        self.left_behind = 0

    def _fresh(self) -> _Thread:
        return _Thread(self._segmenter, self._requests, self._batch)

    async def predict(
        self, prepared: Prepared, limit_s: float = IMAGE_TIME_LIMIT_S, *, first: bool = False, done: Told = unheard
    ) -> tuple[Maps, float]:
        """The maps of an image, and the seconds that it kept the network busy. Raises TookTooLong and what the segmenter raises.

        A model's first use loads it beside the queue, so that images of other models go on meanwhile. `first`: before all that waits,
        because somebody looks at it right now; it passes between two tiles of a large image, too. Who is cancelled stops it at a tile.
        `done` is called by the thread after each tile of an image that shares no batch with others.
        """
        if not self._segmenter.is_loaded(prepared.model):
            await self._load(prepared.model)
        request = _Request(prepared, limit_s, FIRST if first else IN_TURN, done)
        self._requests.put(_Place(request.rank, request))
        try:
            return await request.answer
        finally:
            del request  # an error in the answer holds this frame: the image would stay until the next full garbage collection

    async def _load(self, model: str) -> None:
        """One thread loads a model, however many images wait for it; asyncio has few threads, and others need them."""
        if model not in self._loading:
            task = self._loading[model] = asyncio.create_task(asyncio.to_thread(self._segmenter.load, model), name=f"load {model}")
            task.add_done_callback(lambda _: self._loading.pop(model))
        await asyncio.shield(self._loading[model])

    async def watch(self) -> None:
        """Leave a thread behind that takes too long over its images, and go on with another; until cancelled."""
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            busy = self._thread.busy_with
            if busy is None or time.monotonic() - busy[0] < min(request.limit_s for request in busy[1]):
                continue
            log.error("the network hangs and was left behind", images=len(busy[1]))
            self.left_behind += 1
            self._thread.is_left_behind = True
            self._thread = self._fresh()
            for request in busy[1]:
                if not request.answer.done():
                    request.answer.set_exception(TookTooLong(request.limit_s))

    def close(self) -> None:
        """Let the thread end once the queue is empty."""
        self._requests.put(_Place(LAST, None))
