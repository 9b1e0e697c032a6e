"""The outlines on gallery cards after an edit, a restore or an import: drawn from what the database has, seconds later."""

import asyncio
from uuid import UUID

from cellhub_app.core.geometry import codec
from cellhub_app.core.imaging.thumbnail import draw_overlay
from cellhub_app.core.queue import ask_for_outlines
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.annotations import pictures
from cellhub_app.domain.annotations.pictures import Due
from cellhub_app.models.image import storage_key


async def draw_outlines(runtime: Runtime, image_id: UUID) -> int | None:
    """Draw an image's newest outlines, if its picture is behind; answers the revision that it shows now."""
    async with runtime.work() as session:
        due = await pictures.due(session, image_id)
    if due is None:
        return None
    await runtime.storage.put(outlines_key(image_id, due.number), await asyncio.to_thread(_picture, due))
    async with runtime.work() as session:
        old = await pictures.drawn(session, image_id, due.number)
    if old is not None:
        await runtime.storage.delete(outlines_key(image_id, old))
    return due.number


def outlines_key(image_id: UUID, revision: int) -> str:
    """Where the picture of a revision's outlines is kept."""
    return storage_key(image_id, f"overlay-{revision}.webp")


def _picture(due: Due) -> bytes:
    return draw_overlay([codec.decode(one) for one in due.outlines], *due.size)


async def ask_again(runtime: Runtime) -> None:
    """Ask for the pictures whose tickets were lost."""
    async with runtime.work() as session:
        behind = await pictures.missed(session)
    for image_id, number in behind:
        await ask_for_outlines(runtime.queue, image_id, number)
