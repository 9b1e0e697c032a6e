"""The two kinds of ARQ workers: `arq ml_worker.worker.GpuWorker` segments, `arq ml_worker.worker.IoWorker` reads files and makes exports.

A ticket only wakes a work loop, which claims rows of `job`; only tiles are cut and outlines drawn in the ticket itself.
Importing this module loads no torch and opens no service.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from arq.connections import RedisSettings
from arq.worker import Function, func
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeout

from cellhub_app.core.log import configure_logging
from cellhub_app.core.queue import GPU_QUEUE, IO_QUEUE, OUTLINES_TICKET, TILES_TICKET, JobKind
from cellhub_app.core.settings import get_settings
from ml_worker.context import WorkerContext
from ml_worker.tasks.life import PATIENCE, shut_down, start_gpu, start_io
from ml_worker.tasks.outlining import draw_outlines
from ml_worker.tasks.priority import step_back

TICKET_TIMEOUT_S = 10
TILES_TIMEOUT_S = 900
OUTLINES_TIMEOUT_S = 120
POLL_DELAY_S = 0.05
HEALTH_EVERY_S = 15


def _ticket(kind: JobKind) -> Function:
    async def look(ctx: dict[str, Any]) -> None:
        WorkerContext.of(ctx).wake(kind)

    return func(look, name=kind.ticket, keep_result=0, timeout=TICKET_TIMEOUT_S, max_tries=1)


async def _cut(ctx: dict[str, Any], image: str, frame: int, timepoint: int) -> None:
    tiles = WorkerContext.of(ctx).tiles
    assert tiles is not None  # noqa: S101 - an io worker has them
    await tiles.make(UUID(image), frame, timepoint)


async def _draw(ctx: dict[str, Any], image: str) -> None:
    await draw_outlines(WorkerContext.of(ctx).runtime, UUID(image))


async def _begin_gpu(ctx: dict[str, Any]) -> None:
    step_back()
    configure_logging("gpu-worker")
    await start_gpu(ctx)


async def _begin_io(ctx: dict[str, Any]) -> None:
    step_back()
    configure_logging("io-worker")
    await start_io(ctx)


def _redis_settings() -> RedisSettings:
    settings = RedisSettings.from_dsn(get_settings().redis_url)
    settings.retry, settings.retry_on_error = PATIENCE, [RedisConnectionError, RedisTimeout]
    return settings


_CUT = func(_cut, name=TILES_TICKET, keep_result=0, timeout=TILES_TIMEOUT_S, max_tries=1)
_DRAW = func(_draw, name=OUTLINES_TICKET, keep_result=0, timeout=OUTLINES_TIMEOUT_S, max_tries=1)


class GpuWorker:
    """Segments images and tries models out; the only process that loads torch."""

    functions: Sequence[Function] = (_ticket(JobKind.SEGMENT), _ticket(JobKind.TRIAL))
    queue_name = GPU_QUEUE
    redis_settings = _redis_settings()
    on_startup = _begin_gpu
    on_shutdown = shut_down
    poll_delay = POLL_DELAY_S
    job_timeout = TICKET_TIMEOUT_S
    keep_result = 0
    max_tries = 1
    log_results = False
    health_check_interval = HEALTH_EVERY_S


class IoWorker:
    """Reads uploaded files, makes exports, takes imports in, does the chores."""

    functions: Sequence[Function] = (*(_ticket(kind) for kind in (JobKind.INGEST, JobKind.EXPORT, JobKind.IMPORT)), _CUT, _DRAW)
    queue_name = IO_QUEUE
    redis_settings = _redis_settings()
    on_startup = _begin_io
    on_shutdown = shut_down
    poll_delay = POLL_DELAY_S
    job_timeout = TICKET_TIMEOUT_S
    keep_result = 0
    max_tries = 1
    log_results = False
    health_check_interval = HEALTH_EVERY_S
