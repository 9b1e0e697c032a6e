"""Share links of a project, for its owners; who opens one comes in through shared.py."""

from uuid import UUID

from fastapi import APIRouter

from cellhub_app.api.deps import Look, Recorded, Signed, Work
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.shares import service as shares
from cellhub_app.domain.shares.schemas import MadeShareLink, NewShareLink, ShareLinkView

router = APIRouter(prefix="/projects/{project_id}/share-links", tags=["sharing"])


@router.get("", response_model=list[ShareLinkView])
async def list_share_links(project_id: UUID, session: Look, principal: Signed) -> list[ShareLinkView]:
    """The links that were not revoked, newest first; for owners."""
    return await shares.links(session, principal, project_id)


@router.post("", status_code=201, response_model=MadeShareLink)
async def make_share_link(project_id: UUID, new: NewShareLink, session: Work, principal: Signed, record: Recorded) -> MadeShareLink:
    """Make a link with which anybody may look at the project until it ends. Its address is in this answer only."""
    made = await shares.make(session, principal, project_id, new)
    await record(Action.SHARE_CREATE, "project", project_id, linkId=str(made.id), hasPassword=made.has_password)
    return made


@router.delete("/{link_id}", status_code=204)
async def revoke_share_link(project_id: UUID, link_id: UUID, session: Work, principal: Signed, record: Recorded) -> None:
    """End a link at once, also on the pages that were opened with it."""
    await shares.revoke(session, principal, project_id, link_id)
    await record(Action.SHARE_REVOKE, "project", project_id, linkId=str(link_id))
