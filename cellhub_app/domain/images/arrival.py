"""Queries about images that come in: which came before, which bytes are there already, and the new rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Integer, any_, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.domain.images.schemas import NewImage
from cellhub_app.models.image import Image, ImageStatus

_INT64 = 2**64 - 1
_ADD = text("""
    insert into image (id, project_id, uploaded_by, name, status, error, bytes, sha256,
        upload_session, upload_index, created_at, revision, tags)
    select v.id, :project, :owner, v.name, case when v.error is null then 'uploaded' else 'failed' end, v.error, v.bytes, v.sha256,
        cast(:session as uuid), v.upload_index, :moment, 0, '{}'
    from unnest(cast(:ids as uuid[]), cast(:name as text[]), cast(:bytes as bigint[]), cast(:sha256 as text[]),
                cast(:upload_index as int[]), cast(:errors as jsonb[])) as v(id, name, bytes, sha256, upload_index, error)
    on conflict do nothing returning id
""")
# Built once: it goes with every request of an upload, and to build it takes longer than to run it.
_BY_INDEX = select(Image).where(
    col(Image.project_id) == bindparam("project"),
    col(Image.upload_session) == bindparam("session"),
    col(Image.upload_index) == any_(bindparam("indexes", type_=ARRAY(Integer))),
)
_SAME = text("""
    select distinct on (sha256) sha256, id, name from image
    where project_id = :project and sha256 = any(:hashes) and deleted_at is null and status <> 'failed' order by sha256, id
""")
_GIVE_WAY = text("""
    update image set deleted_at = clock_timestamp() where project_id = :project and sha256 = any(:hashes) and deleted_at is null
        and status = 'failed' and id <> all(:ids)
""")
_LOCK = text("select count(pg_advisory_xact_lock(number)) from (select unnest(cast(:numbers as bigint[])) as number order by 1) as numbers")


async def by_upload_index(
    session: AsyncSession, project_id: UUID, upload_session: UUID | None, indexes: Sequence[int | None]
) -> dict[int | None, Image]:
    """Index -> image, of those that an upload session has brought already."""
    wanted = [index for index in indexes if index is not None]
    if upload_session is None or not wanted:
        return {}
    values = {"project": project_id, "session": upload_session, "indexes": wanted}
    return {image.upload_index: image for image in (await session.execute(_BY_INDEX, values)).scalars()}


async def add_new(
    session: AsyncSession, project_id: UUID, owner: UUID, upload_session: UUID | None, created_at: datetime, rows: Sequence[NewImage]
) -> frozenset[UUID]:
    """Insert new images in one statement; answers the ids of those whose index of the upload session was still free."""
    if not rows:
        return frozenset()
    values: dict[str, Any] = {"project": project_id, "owner": owner, "session": upload_session, "moment": created_at}
    values["ids"] = [row.id for row in rows]
    values |= {name: [getattr(row, name) for row in rows] for name in ("name", "bytes", "sha256", "upload_index")}
    values["errors"] = [Jsonb(row.error.model_dump()) if row.error else None for row in rows]
    return frozenset((await session.execute(_ADD, values)).scalars())


async def same_content(session: AsyncSession, project_id: UUID, hashes: Sequence[str]) -> dict[str, tuple[UUID, str]]:
    """sha256 -> (id, name) of the oldest image of the project with these bytes that was read, or still may be."""
    rows = await session.execute(_SAME, {"project": project_id, "hashes": list(hashes)})
    return {row.sha256: (row.id, row.name) for row in rows}


async def replace_failed(session: AsyncSession, project_id: UUID, rows: Sequence[NewImage]) -> None:
    """Put images that failed into the trash where the same bytes have come again: whoever sends them again wants another try."""
    values = {"project": project_id, "hashes": [row.sha256 for row in rows], "ids": [row.id for row in rows]}
    await session.execute(_GIVE_WAY, values)


async def lock_content(session: AsyncSession, project_id: UUID, hashes: Iterable[str]) -> None:
    """Let no other upload bring these bytes into the project until the transaction ends; in a fixed order, against deadlocks."""
    salt = project_id.int & _INT64
    numbers = sorted(((int(word[:16], 16) ^ salt) & _INT64) - 2**63 for word in set(hashes))
    await session.execute(_LOCK, {"numbers": numbers})


async def awaited(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the images whose bytes still wait to be read."""
    query = select(col(Image.id)).where(col(Image.id).in_(ids), col(Image.status).in_([ImageStatus.UPLOADED, ImageStatus.INGESTING]))
    return set((await session.execute(query)).scalars())


async def drop(session: AsyncSession, image_id: UUID) -> None:
    """Remove an image for good, with its jobs."""
    await session.execute(delete(Image).where(col(Image.id) == image_id))
