"""Who sits in front of this tab, and what is told to them. Every state of a page builds on it."""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import reflex as rx
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import CellHubError
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.log import bind_user
from cellhub_app.domain.access import Principal, has_proven_address
from cellhub_app.domain.accounts import presence
from cellhub_app.domain.jobs import overview
from cellhub_app.web import chip, live, routes
from cellhub_app.web.batches import endings
from cellhub_app.web.gifts import gifts
from cellhub_app.web.guard import Call, guarded, unguarded
from cellhub_app.web.live import News, Topic
from cellhub_app.web.theme import face_colour, initials

SESSION_COOKIE = "cellhub_session"
MESSAGES_KEPT = 4
Link = tuple[str, str]
NO_LINK: Link = ("", "")

Undo = Callable[[Call, list[str]], Awaitable[None]]
UNDOABLE: dict[str, Undo] = {}


def undoable(name: str) -> Callable[[Undo], Undo]:
    """Register what takes an act back; a message's button names it and the ids it was done to."""

    def register(undo: Undo) -> Undo:
        UNDOABLE[name] = undo
        return undo

    return register


class SessionState(rx.State):
    """The signed-in person as pages show them, and the messages in the corner."""

    user_name: str = ""
    user_email: str = ""
    user_initials: str = ""
    user_colour: str = ""
    is_admin: bool = False
    is_verified: bool = True
    awaits_letter: bool = False
    queue_chip: str = ""
    queue_time: str = ""
    messages: list[dict[str, str]] = []
    _undo: dict[str, tuple[str, list[str]]] = {}
    _entered: str = ""

    def _session_token(self) -> str:
        """The opaque token of the browser's session cookie, as it was when the socket connected."""
        try:
            cookie = SimpleCookie(self.router.headers.cookie).get(SESSION_COOKIE)
        except CookieError:
            return ""
        return cookie.value if cookie else ""

    async def _call(self, session: AsyncSession) -> Call:
        """Who sits in front of the tab, as the database knows them now. Raises NotSignedIn."""
        principal = await presence.browser_principal(session, self._session_token())
        bind_user(principal.user_id)
        self._recognise(principal)
        tab = self.router
        return Call(principal, session, tab.headers.user_agent, tab.session.client_ip)

    def _recognise(self, principal: Principal) -> None:
        verified = principal.email_verified
        self._put(is_admin=principal.is_admin, is_verified=verified, awaits_letter=not has_proven_address(principal))
        if self.user_email == principal.email and self.user_name == principal.name:
            return
        self.user_name, self.user_email = principal.name, principal.email
        self.user_initials, self.user_colour = initials(principal.name), face_colour(principal.email)

    def _signed_out(self) -> Any:
        """Where somebody goes whose session has ended: sign in, then back here."""
        here = self.router.url.path + (f"?{self.router.url.query}" if self.router.url.query else "")
        top: rx.State = self
        while type(top) is not SessionState and top.parent_state is not None:
            top = top.parent_state
        top.reset()
        return rx.redirect(f"{routes.SIGN_IN}?next={quote(here, safe='')}")

    async def _enter(self, call: Call) -> None:
        """Called first by every page that loads: what the tab looked at before is forgotten, the frame stays live.

        A page that loads again, because somebody's access changed, stays live in all its parts.
        """
        if self._entered != self.router.url.path:
            live.leave(self._tab)
            self._entered = self.router.url.path
        await live.watch(call, self._tab, Topic(SessionState, call.principal.user_id, live.SELDOM_S), SessionState.load_shell)
        self.queue_chip, self.queue_time = await chip.read(call)

    def _is_at(self, *pages: str) -> bool:
        """Whether the tab still shows one of these pages; an event that was sent to it may come back after it went on."""
        here = self.router.route_id
        return (routes.HOME if here == "/index" else here) in pages

    def _shows_its_thing(self) -> bool:
        """Whether the tab shows what the handlers of this page are about; only `load` is called before."""
        return True

    @property
    def _tab(self) -> str:
        return self.router.session.client_token

    @classmethod
    async def _read_news(cls, call: Call, _topic_id: UUID, news: News) -> Any:
        """The chip of the queue, the person's batches that just ended, and what was given to them."""
        ended = {str(event.data["batchId"]) for event in news.events if _ends_own_batch(event, call.principal)}
        told = await overview.these(call.session, call.principal, [UUID(batch_id) for batch_id in ended]) if ended else []
        return await chip.follow(call, news), told, await gifts(call, news)

    def _show_news(self, found: Any) -> None:
        (how_far, left), ended, given = found
        self._put(queue_chip=how_far, queue_time=left)
        for told in endings(ended):
            self._tell(told.kind, told.title, told.detail, link=told.link)
        for gift in given:
            self._tell("success", gift.title, gift.detail, link=gift.link)

    def _put(self, **values: Any) -> None:
        """Set what is different; a field that is set travels to the browser even when it is the same as before."""
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)

    @guarded
    async def load_shell(self, call: Call) -> None:
        """Look anew at who this is and what runs."""
        self.queue_chip, self.queue_time = await chip.read(call)

    def _report(self, error: CellHubError) -> None:
        detail = error.detail if error.detail != error.title else ""
        self._tell("error", error.title, detail)

    def _tell(
        self, kind: str, title: str, detail: str = "", undo: tuple[str, list[str]] | None = None, action: str = "", link: Link = NO_LINK
    ) -> None:
        """Show a message; with `undo` it has a button that takes the act back, with `link` (address, words) it leads somewhere.

        An error that is shown already is not shown twice.
        """
        message = {"id": uuid4().hex, "kind": kind, "title": title, "detail": detail, "action_label": action}
        message |= {"href": link[0], "link_label": link[1]}
        said = (kind, title, detail)
        others = [known for known in self.messages if kind != "error" or (known["kind"], known["title"], known["detail"]) != said]
        self.messages = [*others, message][-MESSAGES_KEPT:]
        if undo:
            self._undo = {message["id"]: undo, **dict(list(self._undo.items())[: MESSAGES_KEPT - 1])}

    @unguarded
    def dismiss(self, message_id: str) -> None:
        """Forget a message."""
        self.messages = [message for message in self.messages if message["id"] != message_id]
        self._undo.pop(message_id, None)

    @guarded
    async def undo(self, call: Call, message_id: str) -> None:
        """Take back what the message tells of."""
        name, ids = self._undo.pop(message_id, ("", []))
        self.messages = [message for message in self.messages if message["id"] != message_id]
        if name in UNDOABLE:
            await UNDOABLE[name](call, ids)


def _ends_own_batch(event: Event, principal: Principal) -> bool:
    return event.type is EventType.BATCH_FINISHED and event.data.get("startedBy") == str(principal.user_id)
