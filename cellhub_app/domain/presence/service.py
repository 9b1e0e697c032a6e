"""Who looks at an image right now: said by each open tab every few seconds, told to the others when it changes.

Nothing of it is the truth about anything: where Valkey does not answer, people work on and do not see each other.
"""

import time
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import Event, EventType, publish
from cellhub_app.domain.access import Principal
from cellhub_app.domain.presence import repository
from cellhub_app.domain.presence.repository import FADES_AFTER_S
from cellhub_app.domain.presence.schemas import Attention, Beat, Here

log = structlog.get_logger(__name__)
TABS_MAX = 200


class ImageNotFound(NotFound):
    """There is no such image for this caller."""

    code, title = "imageNotFound", "There is no such image, or it is not shared with you"


async def attend(session: AsyncSession, redis: Redis, principal: Principal, image_id: UUID, tab_id: UUID, attention: Attention) -> None:
    """Say that a tab of the caller's shows an image; the others hear of it when it is new. Raises ImageNotFound."""
    project_id = await _project_of(session, principal, image_id)
    beat = Beat(principal.user_id, attention, time.time())
    try:
        known = await repository.beats(redis, image_id)
        faded = [field for field, said in known.items() if _has_faded(said, beat.at_s)]
        before = known.get(f"{principal.user_id}:{tab_id}")
        if before is None and len(known) - len(faded) >= TABS_MAX:
            return
        await repository.write(redis, image_id, tab_id, beat, faded)
        if faded or before is None or before.attention != attention:
            await publish(redis, _changed(project_id, image_id))
    except (RedisError, OSError) as error:
        log.warning("presence was not noted", error=str(error))


async def leave(session: AsyncSession, redis: Redis, principal: Principal, image_id: UUID, tab_id: UUID) -> None:
    """Say that a tab of the caller's shows the image no more. Raises ImageNotFound."""
    project_id = await _project_of(session, principal, image_id)
    try:
        if await repository.forget(redis, image_id, principal.user_id, tab_id):
            await publish(redis, _changed(project_id, image_id))
    except (RedisError, OSError) as error:
        log.warning("presence was not noted", error=str(error))


async def here(session: AsyncSession, redis: Redis, principal: Principal, image_id: UUID) -> list[Here]:
    """The people who look at an image, by name; who may not see it any more is not among them. Raises ImageNotFound."""
    project_id = await _project_of(session, principal, image_id)
    try:
        known = (await repository.beats(redis, image_id)).values()
    except (RedisError, OSError) as error:
        log.warning("presence could not be read", error=str(error))
        return []
    present = [beat for beat in known if not _has_faded(beat, time.time())]
    # Of several tabs of one person the one counts in which they change something, else the one that spoke last.
    busiest = {beat.user_id: beat for beat in sorted(present, key=lambda beat: (beat.attention.is_editing, beat.at_s))}
    people = await repository.members(session, project_id, busiest.keys())
    return [Here(user.id, user.name, user.email, busiest[user.id].attention) for user in people]


async def _project_of(session: AsyncSession, principal: Principal, image_id: UUID) -> UUID:
    project_id = await repository.project_of(session, principal, image_id)
    if project_id is None:
        raise ImageNotFound
    return project_id


def _has_faded(beat: Beat, now_s: float) -> bool:
    return beat.at_s + FADES_AFTER_S < now_s


def _changed(project_id: UUID, image_id: UUID) -> Event:
    return Event(EventType.PRESENCE, project_id, data={"imageId": str(image_id)})
