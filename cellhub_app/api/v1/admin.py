"""For admins only."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Paged, Signed
from cellhub_app.core.pagination import Page
from cellhub_app.domain.activity import service as activity
from cellhub_app.domain.activity.schemas import Action, ActivityView
from cellhub_app.domain.schema import PageView

router = APIRouter(prefix="/admin", tags=["admin"])


@router.get("/activity", response_model=PageView[ActivityView])
async def list_activity(
    session: Look,
    principal: Signed,
    page: Paged,
    userId: UUID | None = None,  # noqa: N803 - the name in the URL
    action: Action | None = None,
) -> Page[ActivityView]:
    """Who did what, newest first."""
    return await activity.page(session, principal, page, user_id=userId, action=action)
