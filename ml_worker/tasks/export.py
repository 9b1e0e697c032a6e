"""The export task: make the ZIP, store it, finish the job. What is in it is domain/exports' business."""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from uuid import UUID

import structlog

from cellhub_app.core.errors import CellHubError, Unavailable
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.exports import service
from cellhub_app.domain.exports.building import ExportUnwanted, build
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.jobs.leases import Finished
from cellhub_app.models.export import storage_key

LEFTOVER_AFTER_S = 24 * 3600
log = structlog.get_logger(__name__)


async def run_export(runtime: Runtime, job: Claimed) -> None:
    """Make one export; a cancelled one ends quietly, a failure is written on the job."""
    assert job.export_id is not None  # noqa: S101 - an export job has an export
    started = time.monotonic()
    try:
        size = await _make(runtime, job.export_id)
    except ExportUnwanted:
        log.info("export was not wanted any more", export_id=str(job.export_id))
        return
    except CellHubError as error:
        async with runtime.work() as session:
            await work.fail(session, job, error.code, error.detail, retry=isinstance(error, Unavailable))
        return
    async with runtime.work() as session:
        if await work.finish(session, [Finished(job, {"export": time.monotonic() - started})]):
            await service.mark_ready(session, job.project_id, job.export_id, size)
        else:
            await service.discard(session, runtime.storage, job.export_id)
    log.info("export made", export_id=str(job.export_id), bytes=size)


async def _make(runtime: Runtime, export_id: UUID) -> int:
    folder = _temporary_folder(runtime)
    with tempfile.TemporaryDirectory(prefix="export-", dir=folder) as name:
        target = Path(name) / "export.zip"
        size = await build(runtime.work, runtime.storage, export_id, target)
        await runtime.storage.put(storage_key(export_id), target)
    return size


def _temporary_folder(runtime: Runtime) -> Path:
    folder = runtime.settings.home / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


async def expire_exports(runtime: Runtime) -> int:
    """Delete ZIPs whose time is over, and what a killed worker left half made; answers how many ZIPs."""
    async with runtime.work() as session:
        gone = await service.expire(session, runtime.storage)
    await asyncio.to_thread(_remove_leftovers, _temporary_folder(runtime))
    return gone


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob("export-*"):
        if time.time() - path.stat().st_mtime > LEFTOVER_AFTER_S:
            shutil.rmtree(path, ignore_errors=True)
