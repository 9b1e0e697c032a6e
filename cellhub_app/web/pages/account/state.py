"""One's own account: name, address, password, where one is signed in, and how to leave."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import reflex as rx

from cellhub_app.core.settings import get_settings
from cellhub_app.domain.accounts import profile, sessions
from cellhub_app.domain.accounts.schemas import EmailChange, PasswordChange, PasswordGiven, ProfileChange, SessionView
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import people
from cellhub_app.models.session import SessionKind
from cellhub_app.web import live, routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import counted, t
from cellhub_app.web.live import News, Topic
from cellhub_app.web.session import SessionState


@dataclass
class Place:
    """Somewhere one is signed in."""

    id: str
    device: str
    ip: str
    seen_at: str
    is_current: bool
    is_program: bool


class AccountState(SessionState):
    """The page of one's own account."""

    places: list[Place] = []
    has_others: bool = False
    is_loaded: bool = False
    sends_mail: bool = True
    asks_close: bool = False
    saved: int = 0

    @guarded
    async def load(self, call: Call) -> None:
        """Show the account as it is."""
        if not self._is_at(routes.ACCOUNT):
            return
        await self._enter(call)
        await live.watch(call, self._tab, Topic(AccountState, call.principal.user_id, live.SELDOM_S), AccountState.load)
        self.sends_mail, self.asks_close = bool(get_settings().smtp_url), False
        await self._read(call)
        self.is_loaded = True

    async def _read(self, call: Call) -> None:
        self.places = [_place(view) for view in await sessions.sessions(call.session, call.principal)]
        self.has_others = len(self.places) > 1

    @classmethod
    async def _read_news(cls, call: Call, _topic_id: UUID, news: News) -> Any:
        """Nothing here follows what happens in projects; a change of access loads the page again."""

    def _show_news(self, found: Any) -> None:
        """See _read_news."""

    @guarded
    async def rename(self, call: Call, form: ProfileChange) -> None:
        """Be called otherwise."""
        self.user_name = (await profile.rename(call.session, call.principal, form.name)).name
        self._tell("success", t("Your name was changed"))

    @guarded
    async def send_verification(self, call: Call) -> None:
        """Write to the address once more."""
        await profile.send_verification(call.session, call.principal)
        self._tell("success", t("A letter is on its way to {email}", email=call.principal.email))

    @guarded
    async def change_email(self, call: Call, form: EmailChange) -> None:
        """Write to another address, which counts once its letter was followed."""
        await profile.ask_for_other_email(call.session, call.principal, form.email, form.password)
        await call.record(Action.EMAIL_CHANGE, "user", call.principal.user_id)
        self.saved += 1
        self._tell("success", t("A letter is on its way to {email}", email=form.email), t("The address counts once its link was followed."))

    @guarded
    async def change_password(self, call: Call, form: PasswordChange) -> None:
        """Set another password; all other sessions end."""
        await profile.change_password(call.session, call.principal, form.password, form.new_password)
        await call.record(Action.PASSWORD_CHANGE, "user", call.principal.user_id)
        await self._read(call)
        self.saved += 1
        self._tell("success", t("Your password was changed"), t("You are signed out everywhere else."))

    @guarded
    async def end(self, call: Call, session_id: UUID) -> None:
        """Sign out one place."""
        try:
            await sessions.end_one(call.session, call.principal, session_id)
            await call.record(Action.SESSION_END, "session", session_id)
        finally:
            await self._read(call)

    @guarded
    async def end_others(self, call: Call) -> None:
        """Sign out everywhere but here."""
        count = await sessions.end_others(call.session, call.principal)
        await call.record(Action.SESSION_END, count=count)
        await self._read(call)
        self._tell("success", t("{sessions} ended", sessions=counted(count, "session", "sessions")))

    @guarded
    async def ask_close(self, _call: Call, is_asked: bool) -> None:
        """Open or close the question whether the account shall go."""
        self.asks_close = is_asked

    @guarded
    async def close(self, call: Call, form: PasswordGiven) -> Any:
        """Delete the account for good."""
        await call.record(Action.ACCOUNT_CLOSE, "user", call.principal.user_id)
        await people.close_account(call.session, call.principal, form.password)
        self.asks_close = False
        return rx.redirect(routes.SIGN_IN)


def _place(view: SessionView) -> Place:
    seen_at = view.last_seen_at.isoformat()
    return Place(str(view.id), view.device, view.ip, seen_at, view.is_current, view.kind is SessionKind.API)
