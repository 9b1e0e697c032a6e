"""How a worker process begins and ends: what is opened, what runs beside the loops, what a signal does."""

import asyncio
import os
import signal
import sys
import threading
from typing import Any, Literal

import structlog
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError

from cellhub_app.core.limits import WAKE_EVERY_S
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime, close_runtime, open_runtime
from cellhub_app.domain.flows.preview import PREVIEWS_FIRST
from cellhub_app.domain.jobs import workers
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.schemas import WorkerView
from ml_worker.context import KEY, WorkerContext
from ml_worker.tasks.bring_in import BringIn
from ml_worker.tasks.export import run_export
from ml_worker.tasks.ingest import Ingest
from ml_worker.tasks.lease_keeper import LeaseKeeper
from ml_worker.tasks.leftovers import clear_scratch
from ml_worker.tasks.loop import Capacity, Work, WorkLoop
from ml_worker.tasks.measuring import Measuring
from ml_worker.tasks.reader_pool import ReaderPool
from ml_worker.tasks.tiles import Tiles
from ml_worker.tasks.upkeep import Upkeep
from ml_worker.tasks.warming import warm_up

log = structlog.get_logger(__name__)

GRACE_S = 8.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)
HUNG_THREADS_MAX = 3
INGEST_IN_HAND = 4
TRIALS_IN_HAND = 2
IMPORTS_IN_HAND = 1
TILES_AT_ONCE = 2
EXPORT_LIMIT_S = 6 * 3600.0


class Patience(Retry):
    """Waits for Redis for as long as the worker lives, so that its polling survives any outage."""

    def __init__(self) -> None:
        super().__init__(ExponentialBackoff(cap=2.0, base=0.1), retries=-1)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Patience":
        return self

    def give_up(self) -> None:
        """From now on one try is enough: the worker ends."""
        self._retries = 0


PATIENCE = Patience()


async def start_gpu(ctx: dict[str, Any]) -> None:
    """Open the services, load torch, begin to segment."""
    context = await _open(ctx, "gpu")
    from ml_worker.tasks.engine import open_engine

    engine = await open_engine(context.runtime)
    context.device, context.closers = engine.device, [engine.close]
    context.hung_threads = engine.hung_threads
    _add_loop(context, JobKind.SEGMENT, engine.work, engine.capacity, engine.speeds)
    _add_loop(context, JobKind.TRIAL, engine.try_out, Capacity(TRIALS_IN_HAND))
    # Somebody looks at a preview right now: there is room for one however many images of face-offs are in hand.
    _add_loop(context, JobKind.TRIAL, engine.try_out, Capacity(1, above=PREVIEWS_FIRST - 1))
    _begin(context)
    context.tasks.append(asyncio.create_task(clear_scratch(), name="clear scratch"))


async def start_io(ctx: dict[str, Any]) -> None:
    """Open the services, begin to read files, make exports, take imports in and do chores."""
    context = await _open(ctx, "io")
    readers = context.runtime.settings.ingest_concurrency
    pool = ReaderPool(readers)
    # A plane that somebody looks at does not wait behind ten thousand files that came in.
    looked_at = ReaderPool(TILES_AT_ONCE)
    context.tiles = Tiles(context.runtime, looked_at)
    context.closers = [pool.close, looked_at.close]
    _add_loop(context, JobKind.INGEST, Ingest(context.runtime, pool).work, Capacity(INGEST_IN_HAND * readers))
    exports = Capacity(context.runtime.settings.export_concurrency, hold_limit_s=EXPORT_LIMIT_S)
    _add_loop(context, JobKind.EXPORT, _exporting(context.runtime), exports)
    _add_loop(context, JobKind.IMPORT, BringIn(context.runtime, pool).work, Capacity(IMPORTS_IN_HAND, hold_limit_s=EXPORT_LIMIT_S))
    _begin(context)
    context.tasks.append(asyncio.create_task(Measuring(context.runtime, pool).run(), name="measuring"))
    context.tasks.append(asyncio.create_task(Upkeep(context.runtime).run(), name="upkeep"))
    context.tasks.append(asyncio.create_task(warm_up(ReaderPool(1)), name="warming up"))


def _exporting(runtime: Runtime) -> Work:
    async def work(job: Claimed) -> None:
        await run_export(runtime, job)

    return work


async def _open(ctx: dict[str, Any], kind: Literal["gpu", "io"]) -> WorkerContext:
    runtime = await open_runtime()
    context = WorkerContext(kind, runtime, LeaseKeeper(runtime.settings.database_url))
    ctx[KEY] = context
    _end_at_once_on_signals(context)
    return context


def _add_loop(context: WorkerContext, kind: JobKind, work: Work, capacity: Capacity, speeds: dict[str, float] | None = None) -> None:
    context.loops.append(WorkLoop(context.runtime, kind, context.name, context.keeper, work, capacity, speeds))


def _begin(context: WorkerContext) -> None:
    context.keeper.start()
    context.tasks += [asyncio.create_task(loop.run(), name=f"{loop.kind} loop") for loop in context.loops]
    context.tasks.append(asyncio.create_task(_beat(context), name="heartbeat"))
    _handle_signals(context)
    log.info("worker started", worker=context.name, kind=context.kind, device=context.device)


async def _beat(context: WorkerContext) -> None:
    while True:
        try:
            await workers.beat(context.runtime.redis, _view(context))
        except (RedisError, OSError) as error:
            log.warning("the heartbeat could not be written", error=str(error))
        if context.hung_threads() >= HUNG_THREADS_MAX:
            log.critical("too many threads hang, starting anew", hung=context.hung_threads())
            os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(WAKE_EVERY_S)


def _view(context: WorkerContext) -> WorkerView:
    rate = round(sum(loop.rate for loop in context.loops), 2)
    model = next((loop.model for loop in context.loops if loop.model), None)
    name, kind, device, started_at = context.name, context.kind, context.device, context.started_at
    return WorkerView(name=name, kind=kind, device=device, model=model, images_per_second=rate, started_at=started_at)


def _end_at_once_on_signals(context: WorkerContext) -> None:
    """Nothing is in hand before the worker begins, and torch takes seconds to load. Without ARQ's handlers (in tests) nothing changes."""
    loop = asyncio.get_running_loop()
    if threading.current_thread() is threading.main_thread():
        removed = [loop.remove_signal_handler(number) for number in SIGNALS]
        context.owns_signals = all(removed)


def _handle_signals(context: WorkerContext) -> None:
    """ARQ's own handlers ask Redis before they let us finish; ours finish first."""
    loop, main = asyncio.get_running_loop(), asyncio.current_task()
    leaving: list[asyncio.Task[None]] = []

    def on_signal() -> None:
        if leaving and main is not None:
            main.cancel()
        else:
            leaving.append(loop.create_task(leave()))

    async def leave() -> None:
        await stop(context)
        if main is not None:
            main.cancel()

    if context.owns_signals:
        for number in SIGNALS:
            loop.add_signal_handler(number, on_signal)


async def shut_down(ctx: dict[str, Any]) -> None:
    """What ARQ calls last. A process of the worker's own ends right here: nothing is open any more, and the interpreter would take torch
    apart for seconds (20 s on a busy machine, where we are nice), or wait for threads that hang.
    """
    if context := ctx.get(KEY):
        await stop(context)
        if context.owns_signals:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1 if context.hung_threads() else 0)


async def stop(context: WorkerContext) -> None:
    """Claim no more, finish what is in hand for a few seconds, give the rest back, close everything. Once is enough."""
    if context.is_stopping:
        return
    context.is_stopping = True
    PATIENCE.give_up()
    await asyncio.gather(*(loop.stop(GRACE_S) for loop in context.loops))
    for task in context.tasks:
        task.cancel()
    await asyncio.gather(*context.tasks, return_exceptions=True)
    for close in context.closers:
        await close()
    context.keeper.stop()
    try:
        await workers.fade(context.runtime.redis, context.name)
    except (RedisError, OSError) as error:
        log.info("the heartbeat will fade by itself", error=str(error))
    await close_runtime()
    log.info("worker stopped", worker=context.name)
