"""What uploads leave behind: sessions whose time is over, bytes that nobody will ask for, large files that were never finished."""

from datetime import timedelta
from uuid import UUID

import structlog

from cellhub_app.core.ids import now
from cellhub_app.core.limits import LEFTOVER_KEEP_HOURS
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.images.arrival import awaited
from cellhub_app.domain.uploads import repository as uploads
from cellhub_app.models.image import INCOMING

log = structlog.get_logger(__name__)


async def forget_uploads(runtime: Runtime) -> None:
    """Drop sessions that ended a day ago, or began a week ago."""
    async with runtime.work() as session:
        if count := await uploads.drop_old(session):
            log.info("old uploads were forgotten", count=count)


async def clear_incoming(runtime: Runtime) -> None:
    """Remove bytes older than a day from temporary storage whose image is not there, was read, or was refused."""
    before = now() - timedelta(hours=LEFTOVER_KEEP_HOURS)
    async for found in runtime.storage.list(INCOMING):
        old = {_image(stored.key): stored.key for stored in found if stored.written_at < before}
        if not old:
            continue
        async with runtime.work() as session:
            kept = await awaited(session, [image for image in old if image])
        gone = [key for image, key in old.items() if image not in kept]
        await runtime.storage.delete(*gone)
        if gone:
            log.info("leftovers were removed from temporary storage", count=len(gone))


def _image(key: str) -> UUID | None:
    try:
        return UUID(key.rsplit("/", 1)[-1])
    except ValueError:
        return None
