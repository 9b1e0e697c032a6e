"""Words that people stick on images."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import CursorResult, String, Update, any_, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.errors import Invalid
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images import repository
from cellhub_app.domain.images.selection import Chosen, conditions
from cellhub_app.models.image import Image

TAG_MAX_LENGTH = 60
TAGS_PER_IMAGE = 50
TAGS_LISTED = 100


def clean(tag: str) -> str:
    """The tag with single spaces. Raises Invalid for an empty or an overlong one."""
    words = " ".join("".join(character if character.isprintable() else " " for character in tag).split())
    if not words:
        raise Invalid("A tag needs at least one letter.")
    if len(words) > TAG_MAX_LENGTH:
        raise Invalid(f"A tag may have {TAG_MAX_LENGTH} characters; this one has {len(words)}.")
    return words


async def add(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen, tag: str) -> int:
    """Put a tag on the chosen images; answers how many did not have it. Raises Invalid, SelectionEmpty, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    return await _changed(session, project_id, _adding(project_id, chosen, tag))


async def remove(session: AsyncSession, principal: Principal, project_id: UUID, chosen: Chosen, tag: str) -> int:
    """Take a tag off the chosen images; answers how many had it. Raises Invalid, SelectionEmpty, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    return await _changed(session, project_id, _removing(project_id, chosen, tag))


async def change(session: AsyncSession, principal: Principal, project_id: UUID, ids: Sequence[UUID], tag: str, *, off: bool) -> list[UUID]:
    """Put a tag on named images, or take it off; answers which are different now, so that it can be taken back. Raises the same."""
    await require(session, principal, project_id, Permission.EDIT)
    query = (_removing if off else _adding)(project_id, Chosen(ids), tag).returning(col(Image.id))
    changed = list((await session.execute(query)).scalars())
    _tell(session, project_id, len(changed))
    return changed


def _adding(project_id: UUID, chosen: Chosen, tag: str) -> Update:
    word, tags = literal(clean(tag), String), col(Image.tags)
    room = (word != func.all(tags), func.cardinality(tags) < TAGS_PER_IMAGE)
    query = update(Image).where(repository.present(project_id), *conditions(project_id, chosen), *room)
    return query.values(tags=func.array_append(tags, word))


def _removing(project_id: UUID, chosen: Chosen, tag: str) -> Update:
    word, tags = literal(clean(tag), String), col(Image.tags)
    query = update(Image).where(repository.present(project_id), *conditions(project_id, chosen), word == any_(tags))
    return query.values(tags=func.array_remove(tags, word))


async def used(session: AsyncSession, principal: Principal, project_id: UUID) -> list[tuple[str, int]]:
    """The project's tags and how many images have each, the most used first. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    tag = func.unnest(col(Image.tags)).label("tag")
    each = select(tag).where(repository.present(project_id), func.cardinality(col(Image.tags)) > 0).subquery()
    query = select(each.c.tag, func.count()).group_by(each.c.tag).order_by(func.count().desc(), each.c.tag).limit(TAGS_LISTED)
    return [(name, number) for name, number in (await session.execute(query)).all()]


async def _changed(session: AsyncSession, project_id: UUID, query: Update) -> int:
    changed = await session.execute(query)
    assert isinstance(changed, CursorResult)  # noqa: S101 - an update says how many rows it changed
    _tell(session, project_id, changed.rowcount)
    return changed.rowcount


def _tell(session: AsyncSession, project_id: UUID, changed: int) -> None:
    if changed:
        emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True, "tags": True}))
