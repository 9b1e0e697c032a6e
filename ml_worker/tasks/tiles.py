"""Raw tiles: made while an image is read where it is large, else when somebody looks at it for the first time."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import structlog

from cellhub_app.core.errors import ImageRefused, NotFound
from cellhub_app.core.imaging.places import DESCRIPTION
from cellhub_app.core.limits import INGEST_TIME_LIMIT_S, TILED_ABOVE_SIDE, TILES_S_PER_MEGAPIXEL
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.images import pyramids
from cellhub_app.models.image import storage_key
from cellhub_app.models.pyramid import Pyramid, pyramid_key
from ml_worker.tasks.reader_pool import ReaderPool

log = structlog.get_logger(__name__)


def are_made_at_once(facts: Mapping[str, Any]) -> bool:
    """Whether an image is so large that its first plane is cut into tiles while it is read."""
    return bool(max(facts["width"], facts["height"]) > TILED_ABOVE_SIDE)


class Tiles:
    """Cuts planes in guarded processes and stores what they make."""

    def __init__(self, runtime: Runtime, pool: ReaderPool) -> None:
        self._runtime, self._pool = runtime, pool

    async def of_first_plane(self, image_id: UUID, task: dict[str, Any], facts: Mapping[str, Any]) -> Pyramid:
        """The tiles of a large image that is being read, stored for good; `task` names the file and, to be drawn too, its pictures."""
        made = await self._cut(image_id, {**task, "frame": 0, "timepoint": 0}, facts["width"] * facts["height"] / 1e6)
        made.is_kept = True
        return made

    async def make(self, image_id: UUID, frame: int, timepoint: int) -> None:
        """Cut a plane that somebody looks at, and write down that it is there, or why it can't be."""
        async with self._runtime.work() as session:
            found = await pyramids.size_of(session, image_id)
        if found is None:
            return
        name, width, height = found
        made = await self._made(image_id, {"name": name, "frame": frame, "timepoint": timepoint}, width * height / 1e6)
        async with self._runtime.work() as session:
            is_there = await pyramids.write(session, made)
        if not is_there:
            await self._runtime.storage.delete_prefix(pyramid_key(image_id, frame, timepoint))

    async def _made(self, image_id: UUID, task: dict[str, Any], megapixels: float) -> Pyramid:
        try:
            with TemporaryDirectory(prefix="cellhub-original-") as folder:
                path = await self._runtime.storage.fetch(storage_key(image_id, "original"), Path(folder) / "original")
                return await self._cut(image_id, {**task, "path": str(path)}, megapixels)
        except (ImageRefused, NotFound) as refusal:
            log.info("a plane could not be cut into tiles", image=str(image_id), reason=refusal.detail)
            error = {"code": refusal.code, "detail": refusal.detail}
            return Pyramid(image_id=image_id, frame=task["frame"], timepoint=task["timepoint"], error=error)

    async def _cut(self, image_id: UUID, task: dict[str, Any], megapixels: float) -> Pyramid:
        frame, timepoint = task["frame"], task["timepoint"]
        with TemporaryDirectory(prefix="cellhub-tiles-") as folder:
            limit_s = INGEST_TIME_LIMIT_S + TILES_S_PER_MEGAPIXEL * megapixels
            answer = await self._pool.ask({**task, "tiles": folder}, limit_s)
            parts = await asyncio.to_thread(_parts, Path(folder))
            objects = [(pyramid_key(image_id, frame, timepoint, part), Path(folder) / part) for part in parts]
            await self._runtime.storage.put_many(objects)
        return Pyramid(image_id=image_id, frame=frame, timepoint=timepoint, bytes=answer["bytes"])


def _parts(folder: Path) -> list[str]:
    """The files of a folder, the description last: where it is, all is."""
    return sorted((path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()), key=DESCRIPTION.__eq__)
