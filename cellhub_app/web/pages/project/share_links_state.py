"""Share links of a project: making, listing, revoking."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from cellhub_app.core.errors import Invalid
from cellhub_app.core.ids import now
from cellhub_app.domain.access import Permission, allows
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.projects import service as projects
from cellhub_app.domain.schema import Schema
from cellhub_app.domain.shares import service as shares
from cellhub_app.domain.shares.schemas import PASSWORD_MIN_LENGTH, NewShareLink, ShareLinkView
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.pages.project.state import ProjectState

Life = Literal["1", "7", "30", "date"]


class ShareForm(Schema):
    """What the form says."""

    life: Life
    last_day: date | Literal[""] | None = None
    share_password: str = ""


@dataclass
class ShareRow:
    """A link as the list shows it."""

    id: str
    made_by: str
    made_at: str
    ends_at: str
    is_expired: bool
    is_backed: bool
    has_password: bool
    opened_at: str
    opened: int


class ShareLinksState(ProjectState):
    """The links on the tab of members; a fresh link's address stays on the page until one leaves it."""

    share_rows: list[ShareRow] = []
    share_url: str = ""
    share_is_locked: bool = False
    share_life: Life = "7"
    shares_made: int = 0
    asked_about: str = ""

    @guarded
    async def load_share_links(self, call: Call) -> None:
        """Show the links; an address that was shown is forgotten."""
        self.share_url, self.asked_about, self.share_rows = "", "", []
        if self.project_id and allows((await projects.get(call.session, call.principal, UUID(self.project_id))).role, Permission.MANAGE):
            await self._read_links(call)

    async def _read_links(self, call: Call) -> None:
        found = await shares.links(call.session, call.principal, UUID(self.project_id))
        self.share_rows = [_row(view) for view in found]

    @guarded
    async def choose_life(self, _call: Call, life: Life) -> None:
        """Show the field of the last day only where it counts."""
        self.share_life = life

    @guarded
    async def make_link(self, call: Call, form: ShareForm) -> None:
        """Make a link and show its address, this once."""
        if 0 < len(form.share_password) < PASSWORD_MIN_LENGTH:
            raise Invalid(t("A password of a link has at least {count} characters; or leave it empty.", count=PASSWORD_MIN_LENGTH))
        new = NewShareLink(expires_at=_end(form), password=form.share_password or None)
        made = await shares.make(call.session, call.principal, UUID(self.project_id), new)
        await call.record(Action.SHARE_CREATE, "project", UUID(self.project_id), linkId=str(made.id), hasPassword=made.has_password)
        self.share_url, self.share_is_locked = made.url, made.has_password
        self.shares_made, self.share_life = self.shares_made + 1, "7"
        await self._read_links(call)

    @guarded
    async def ask_revoke(self, _call: Call, link_id: UUID | Literal[""]) -> None:
        """Ask before a link is revoked, for that cannot be taken back; or ask no more."""
        self.asked_about = str(link_id)

    @guarded
    async def revoke_link(self, call: Call, link_id: UUID) -> None:
        """End a link at once."""
        try:
            await shares.revoke(call.session, call.principal, UUID(self.project_id), link_id)
            await call.record(Action.SHARE_REVOKE, "project", UUID(self.project_id), linkId=str(link_id))
            self.share_url, self.asked_about = "", ""
        finally:
            await self._read_links(call)


def _end(form: ShareForm) -> datetime:
    """The moment at which a link ends: so many days from now, or with the last day that was chosen."""
    if form.life != "date":
        return now() + timedelta(days=int(form.life))
    if not isinstance(form.last_day, date):
        raise Invalid(t("Choose the last day of the link."))
    return datetime.combine(form.last_day, time.max, tzinfo=now().tzinfo)


def _row(view: ShareLinkView) -> ShareRow:
    return ShareRow(
        id=str(view.id),
        made_by=view.created_by,
        made_at=view.created_at.isoformat(),
        ends_at=view.expires_at.isoformat(),
        is_expired=view.is_expired,
        is_backed=view.is_backed,
        has_password=view.has_password,
        opened_at=view.last_opened_at.isoformat() if view.last_opened_at else "",
        opened=view.open_count,
    )
