"""Presence lives in Valkey and fades by itself; who may be seen is asked of the database each time."""

import json
from collections.abc import Collection, Sequence
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.domain.access import GRANTED, SEES_EVERY_PROJECT, Principal, readable_projects
from cellhub_app.domain.presence.schemas import Attention, Beat
from cellhub_app.models.image import Image
from cellhub_app.models.user import User, UserStatus

FADES_AFTER_S = 15.0


def _key(image_id: UUID) -> str:
    return f"cellhub:presence:{image_id}"


def _field(user_id: UUID, tab_id: UUID) -> str:
    """Each person writes below their own id, so that nobody can speak for somebody else."""
    return f"{user_id}:{tab_id}"


async def beats(redis: Redis, image_id: UUID) -> dict[str, Beat]:
    """What each tab said last, also those that have faded. Raises RedisError."""
    found = await redis.hgetall(_key(image_id))  # type: ignore[misc]  # the library's types are those of both its clients
    return {field: _read(field, value) for field, value in found.items()}


def _read(field: str, value: str) -> Beat:
    said = json.loads(value)
    return Beat(UUID(field.partition(":")[0]), Attention(object_id=said["object"], is_editing=said["editing"]), said["at"])


async def write(redis: Redis, image_id: UUID, tab_id: UUID, beat: Beat, faded: Sequence[str]) -> None:
    """Note what a tab says, and forget those that have faded. Raises RedisError."""
    about = beat.attention
    value = json.dumps({"object": str(about.object_id) if about.object_id else None, "editing": about.is_editing, "at": beat.at_s})
    pipe = redis.pipeline(transaction=False)
    pipe.hset(_key(image_id), _field(beat.user_id, tab_id), value)
    if faded:
        pipe.hdel(_key(image_id), *faded)
    pipe.expire(_key(image_id), int(FADES_AFTER_S))
    await pipe.execute()


async def forget(redis: Redis, image_id: UUID, user_id: UUID, tab_id: UUID) -> bool:
    """Forget a tab; whether it was there. Raises RedisError."""
    return bool(await redis.hdel(_key(image_id), _field(user_id, tab_id)))  # type: ignore[misc]


async def project_of(session: AsyncSession, principal: Principal, image_id: UUID) -> UUID | None:
    """The project of an image that the caller may see."""
    query = select(col(Image.project_id)).where(col(Image.id) == image_id, col(Image.deleted_at).is_(None))
    return (await session.execute(query.where(col(Image.project_id).in_(readable_projects(principal))))).scalar_one_or_none()


async def members(session: AsyncSession, project_id: UUID, ids: Collection[UUID]) -> Sequence[User]:
    """Those of these people who may still see the project."""
    granted = select(GRANTED.c.user_id).where(GRANTED.c.project_id == project_id)
    may_see = or_(col(User.role).in_(SEES_EVERY_PROJECT), col(User.id).in_(granted))
    query = select(User).where(col(User.id).in_(ids), col(User.status) == UserStatus.ACTIVE, may_see)
    return (await session.execute(query.order_by(col(User.name), col(User.id)))).scalars().all()
