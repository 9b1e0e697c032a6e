"""Who looks at an image right now: open pages say so every few seconds."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Services, Signed
from cellhub_app.domain.presence import service as presence
from cellhub_app.domain.presence.schemas import Attention

router = APIRouter(tags=["presence"])


@router.put("/images/{image_id}/people/{tab_id}", status_code=204)
async def attend(image_id: UUID, tab_id: UUID, attention: Attention, session: Look, services: Services, principal: Signed) -> None:
    """A tab of the caller's shows the image, and what in it has their attention; it fades 15 s after it was said last."""
    await presence.attend(session, services.redis, principal, image_id, tab_id, attention)


@router.delete("/images/{image_id}/people/{tab_id}", status_code=204)
async def leave(image_id: UUID, tab_id: UUID, session: Look, services: Services, principal: Signed) -> None:
    """A tab of the caller's shows the image no more."""
    await presence.leave(session, services.redis, principal, image_id, tab_id)
