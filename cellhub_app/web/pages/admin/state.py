"""The accounts of this server, and the letters that did not leave it."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from cellhub_app.core.pagination import PageRequest
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.accounts import administration
from cellhub_app.domain.accounts.schemas import PersonChange, PersonView
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.flows import people
from cellhub_app.models.user import Role, UserStatus
from cellhub_app.web import routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.i18n import t
from cellhub_app.web.session import SessionState
from cellhub_app.web.theme import face_colour, initials

PAGE = 50


@dataclass
class PersonRow:
    """Somebody with an account."""

    id: str
    name: str
    email: str
    role: str
    status: str
    is_confirmed: bool
    seen_at: str
    initials: str
    colour: str
    is_me: bool


@dataclass
class LetterRow:
    """A letter that did not leave."""

    address: str
    subject: str
    link: str
    written_at: str


class AdminState(SessionState):
    """The admin page."""

    rows: list[PersonRow] = []
    letters: list[LetterRow] = []
    status: str = ""
    query: str = ""
    pending: int = 0
    has_more: bool = False
    is_loaded: bool = False
    sends_mail: bool = True
    _cursor: str | None = None

    @guarded
    async def load(self, call: Call) -> None:
        """Show the people and the letters."""
        if not self._is_at(routes.ADMIN):
            return
        await self._enter(call)
        await self._read(call)
        self.is_loaded = True

    async def _read(self, call: Call) -> None:
        self.rows = []
        await self._append(call, None)
        self.pending = await administration.count_pending(call.session, call.principal)
        unsent = await administration.unsent(call.principal)
        self.letters = [LetterRow(letter.to, letter.subject, letter.link, letter.written_at.isoformat()) for letter in unsent]
        self.sends_mail = bool(get_settings().smtp_url)

    async def _append(self, call: Call, cursor: str | None) -> None:
        status = UserStatus(self.status) if self.status else None
        found = await administration.people(call.session, call.principal, PageRequest.of(PAGE, cursor), status=status, q=self.query)
        self.rows = [*self.rows, *(_row(person, call) for person in found.data)]
        self._cursor, self.has_more = found.next_cursor, found.has_more

    @guarded
    async def narrow(self, call: Call, status: UserStatus | None = None) -> None:
        """Show people in one status only, or all."""
        self.status = status or ""
        await self._read(call)

    @guarded
    async def search(self, call: Call, query: str) -> None:
        """Show people whose address or name holds this."""
        self.query = query[:254]
        await self._read(call)

    @guarded
    async def show_more(self, call: Call) -> None:
        """Show the next people."""
        await self._append(call, self._cursor)

    @guarded
    async def set_status(self, call: Call, user_id: UUID, status: Literal[UserStatus.ACTIVE, UserStatus.SUSPENDED]) -> None:
        """Open or suspend an account."""
        await self._change(call, user_id, PersonChange(status=status))

    @guarded
    async def set_role(self, call: Call, user_id: UUID, role: Role) -> None:
        """Let somebody do more or less."""
        await self._change(call, user_id, PersonChange(role=role))

    async def _change(self, call: Call, user_id: UUID, wanted: PersonChange) -> None:
        try:
            person = await people.change_person(call.session, call.principal, user_id, wanted)
            await call.record(Action.ACCOUNT_CHANGE, "user", user_id, role=person.role, status=person.status)
            self._tell("success", t("{name}: {role}, {status}", name=person.name, role=person.role, status=person.status))
        finally:
            await self._read(call)


def _row(person: PersonView, call: Call) -> PersonRow:
    return PersonRow(
        id=str(person.id),
        name=person.name,
        email=person.email,
        role=person.role,
        status=person.status,
        is_confirmed=person.email_verified,
        seen_at=person.last_seen_at.isoformat() if person.last_seen_at else "",
        initials=initials(person.name),
        colour=face_colour(person.email),
        is_me=person.id == call.principal.user_id,
    )
