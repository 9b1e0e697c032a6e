"""Which planes of images have raw tiles: asked by whoever looks, written by workers, forgotten after some days."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, and_, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.errors import Conflict, NotFound
from cellhub_app.core.ids import now
from cellhub_app.core.limits import TILES_KEEP_DAYS
from cellhub_app.core.reading import Fetch
from cellhub_app.core.storage import Storage
from cellhub_app.domain.access import Sight, Viewer, may_see, sight_of, values_of
from cellhub_app.domain.images.service import ImageNotFound
from cellhub_app.models.image import Image, ImageStatus
from cellhub_app.models.pyramid import Pyramid, pyramid_key

FORGOTTEN_AT_ONCE = 200


class PlaneNotFound(NotFound):
    """The image has no such plane, or is not read yet."""

    code, title = "planeNotFound", "The image has no such plane"


class TilesBeingMade(Conflict):
    """A worker cuts the plane into tiles now."""

    code, title = "tilesBeingMade", "The full depth of this image is being prepared. Ask again in a second"


class TilesRefused(Conflict):
    """The plane can't be cut into tiles."""

    code, title = "tilesRefused", "The full depth of this image can't be shown"


@dataclass(frozen=True)
class Plane:
    """A plane of an image that the caller may see; `has_tiles` says whether they are there."""

    sha256: str
    frames: int
    timepoints: int
    has_tiles: bool


def _plane(sight: Sight) -> Select[Any]:
    numbers = (
        col(Pyramid.frame) == bindparam("frame", type_=Integer),
        col(Pyramid.timepoint) == bindparam("timepoint", type_=Integer),
    )
    facts: list[Any] = [Image.status, Image.sha256, Image.frames, Image.timepoints, Pyramid.made_at, Pyramid.error]
    query: Select[Any] = select(*facts).join(Pyramid, and_(col(Pyramid.image_id) == col(Image.id), *numbers), isouter=True)
    return query.where(col(Image.id) == bindparam("image_id"), col(Image.deleted_at).is_(None), may_see(col(Image.project_id), sight))


# Built once: a view of a large image asks for dozens of tiles.
_PLANES = {sight: _plane(sight) for sight in Sight}


async def plane(fetch: Fetch, principal: Viewer, image_id: UUID, frame: int, timepoint: int) -> Plane:
    """A plane that the caller may see. Raises ImageNotFound, PlaneNotFound, TilesRefused where it has no tiles and never will."""
    values = {"image_id": image_id, "frame": frame, "timepoint": timepoint, **values_of(principal)}
    rows = await fetch(_PLANES[sight_of(principal)], values)
    if not rows:
        raise ImageNotFound
    status, sha256, frames, timepoints, made_at, error = rows[0]
    if status != ImageStatus.READY:
        raise PlaneNotFound("The image is still being read, or could not be read.")
    if frame >= (frames or 1) or timepoint >= (timepoints or 1):
        raise PlaneNotFound(f"The image has {frames or 1} planes and {timepoints or 1} timepoints, counted from 0.")
    if error:
        raise TilesRefused(error["detail"])
    return Plane(sha256, frames or 1, timepoints or 1, made_at is not None)


async def size_of(session: AsyncSession, image_id: UUID) -> tuple[str, int, int] | None:
    """Name, width and height of an image that is there to be cut into tiles."""
    query = select(col(Image.name), col(Image.width), col(Image.height))
    row = (await session.execute(query.where(col(Image.id) == image_id, col(Image.status) == ImageStatus.READY))).one_or_none()
    return (row[0], row[1] or 1, row[2] or 1) if row else None


async def write(session: AsyncSession, made: Pyramid) -> bool:
    """Say that a plane has tiles, or why not; False when the image is gone."""
    values = made.model_dump()
    there = (await session.execute(select(col(Image.id)).where(col(Image.id) == made.image_id).with_for_update(key_share=True))).first()
    if there is None:
        return False
    statement = insert(Pyramid).values(values)
    changed = {name: statement.excluded[name] for name in ("bytes", "error", "is_kept", "made_at")}
    await session.execute(statement.on_conflict_do_update(index_elements=["image_id", "frame", "timepoint"], set_=changed))
    return True


async def stored_bytes(session: AsyncSession, project_id: UUID) -> int:
    """What the raw tiles of a project take."""
    query = select(func.coalesce(func.sum(col(Pyramid.bytes)), 0)).join(Image, col(Image.id) == col(Pyramid.image_id))
    return int((await session.execute(query.where(col(Image.project_id) == project_id))).scalar_one())


async def forget_old(session: AsyncSession, storage: Storage) -> int:
    """Drop tiles that were made for somebody who looked some days ago, files first; answers of how many planes."""
    before = now() - timedelta(days=TILES_KEEP_DAYS)
    keys = (col(Pyramid.image_id), col(Pyramid.frame), col(Pyramid.timepoint))
    query = select(*keys).where(~col(Pyramid.is_kept), col(Pyramid.made_at) < before).limit(FORGOTTEN_AT_ONCE)
    old = (await session.execute(query)).all()
    for image_id, frame, timepoint in old:
        await storage.delete_prefix(pyramid_key(image_id, frame, timepoint))
        await session.execute(delete(Pyramid).where(keys[0] == image_id, keys[1] == frame, keys[2] == timepoint))
    return len(old)
