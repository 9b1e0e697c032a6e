"""What uploads leave behind (sessions whose time is over, bytes that nobody will ask for, large files that were never finished), and what
killed workers do.
"""

import asyncio
import shutil
import time
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir
from uuid import UUID

import structlog

from cellhub_app.core.ids import now
from cellhub_app.core.limits import LEFTOVER_KEEP_HOURS
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.images.arrival import awaited
from cellhub_app.domain.uploads import repository as uploads
from cellhub_app.domain.uploads import resumable
from cellhub_app.models.image import INCOMING

log = structlog.get_logger(__name__)

SEGMENTING, TRYING = "cellhub-segment-", "cellhub-trial-"
SCRATCH_PREFIXES = (SEGMENTING, TRYING)


async def forget_uploads(runtime: Runtime) -> None:
    """Drop sessions and large files on their way that ended a day ago, or began a week ago."""
    async with runtime.work() as session:
        await resumable.drop_old(session)
        if count := await uploads.drop_old(session):
            log.info("old uploads were forgotten", count=count)


async def clear_incoming(runtime: Runtime) -> None:
    """Remove bytes older than a day from temporary storage whose image is not there, was read, or was refused."""
    before = now() - timedelta(hours=LEFTOVER_KEEP_HOURS)
    async for found in runtime.storage.list(INCOMING):
        old = {stored.key: _image(stored.key) for stored in found if stored.written_at < before}
        if not old:
            continue
        async with runtime.work() as session:
            kept = await awaited(session, [image for image in old.values() if image])
        gone = [key for key, image in old.items() if image not in kept]
        await runtime.storage.delete(*gone)
        if gone:
            log.info("leftovers were removed from temporary storage", count=len(gone))


async def clear_partial(runtime: Runtime) -> None:
    """Remove large files to which nothing was added for a day."""
    if count := await asyncio.to_thread(_clear, runtime.settings.partial_folder, time.time() - LEFTOVER_KEEP_HOURS * 3600):
        log.info("unfinished large files were removed", count=count)


async def clear_scratch() -> None:
    """Remove copies of images that a worker left in its temporary folder when it was killed, a day after."""
    if count := await asyncio.to_thread(_clear_folders, Path(gettempdir()), time.time() - LEFTOVER_KEEP_HOURS * 3600):
        log.info("copies of images were removed that killed workers had left", count=count)


def _clear_folders(folder: Path, before: float) -> int:
    old = [path for prefix in SCRATCH_PREFIXES for path in folder.glob(f"{prefix}*") if path.is_dir() and path.stat().st_mtime < before]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _clear(folder: Path, before: float) -> int:
    old = [path for path in folder.iterdir() if path.stat().st_mtime < before] if folder.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _image(key: str) -> UUID | None:
    try:
        return UUID(key.rsplit("/", 1)[-1])
    except ValueError:
        return None
