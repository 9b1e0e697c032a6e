"""Asking people into a project or a team, and letting them go: what the two pages have in common."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.settings import get_settings
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.invitations import service as invitations
from cellhub_app.domain.invitations.places import Place
from cellhub_app.web.components.people import InvitationRow, Member, MemberRow, invitation_row, member_row
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t


class PeopleState(rx.State, mixin=True):
    """Who is in the place that the page shows, and who was asked in. The page says which place, reads it and lets people go."""

    members: list[MemberRow] = []
    invitations: list[InvitationRow] = []
    sends_mail: bool = True
    added: int = 0

    def _place(self) -> Place:
        raise NotImplementedError

    async def _read(self, call: Call) -> None:
        raise NotImplementedError

    async def _let_go(self, call: Call, user_id: UUID) -> None:
        raise NotImplementedError

    async def _put_people(self, call: Call, people: Iterable[Member], *, may_invite: bool) -> None:
        waiting = await invitations.pending(call.session, call.principal, self._place()) if may_invite else []
        self._put(
            members=[member_row(member, call.principal.user_id) for member in people],
            invitations=[invitation_row(view) for view in waiting],
            sends_mail=bool(get_settings().smtp_url),
        )

    async def _record(self, call: Call, action: Action, **detail: Any) -> None:
        place = self._place()
        await call.record(action, place.kind, place.id, **detail)

    async def _ask_in(self, call: Call, email: str, role: StrEnum) -> None:
        made = await invitations.invite(call.session, call.principal, self._place(), email, role)
        await self._record(call, Action.INVITE, email=made.email, role=made.role)
        await self._read(call)
        self.added += 1
        self._tell("success", t("{email} is invited", email=made.email))

    @guarded
    async def resend(self, call: Call, invitation_id: UUID) -> None:
        """Write to somebody once more."""
        made = await invitations.resend(call.session, call.principal, self._place(), invitation_id)
        await self._read(call)
        self._tell("success", t("A new letter is on its way to {email}", email=made.email))

    @guarded
    async def take_back(self, call: Call, invitation_id: UUID) -> None:
        """Take an invitation back."""
        try:
            await invitations.take_back(call.session, call.principal, self._place(), invitation_id)
            await self._record(call, Action.INVITE_REVOKE)
        finally:
            await self._read(call)

    @guarded
    async def remove(self, call: Call, user_id: UUID) -> None:
        """Let somebody go."""
        await self._let_go(call, user_id)
        if user_id != call.principal.user_id:
            await self._read(call)
