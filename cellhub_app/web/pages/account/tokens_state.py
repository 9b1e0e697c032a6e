"""Personal tokens for programs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from cellhub_app.domain.accounts import sessions, tokens
from cellhub_app.domain.accounts.schemas import NewToken, TokenView
from cellhub_app.domain.activity.schemas import Action
from cellhub_app.domain.schema import Schema
from cellhub_app.models.session import Scope
from cellhub_app.web import routes
from cellhub_app.web.guard import Call, guarded
from cellhub_app.web.session import SessionState

JUST_MADE = timedelta(seconds=1)
REACH = {"read": [Scope.READ], "write": [Scope.READ, Scope.WRITE], "admin": [Scope.READ, Scope.WRITE, Scope.ADMIN]}


class TokenForm(Schema):
    """What the form says."""

    token_name: str
    reach: Literal["read", "write", "admin"]
    days: Literal["7", "30", "90", "366"]


@dataclass
class TokenRow:
    """A token as the list shows it."""

    id: str
    name: str
    reach: str
    made_at: str
    used_at: str
    ends_at: str


class TokensState(SessionState):
    """The tokens on the page of one's account; a fresh secret stays on the page until one leaves it."""

    rows: list[TokenRow] = []
    secret: str = ""
    made: int = 0

    @guarded
    async def load_tokens(self, call: Call) -> None:
        """Show the tokens; a secret that was shown is forgotten."""
        if not self._is_at(routes.ACCOUNT):
            return
        self.secret = ""
        await self._read(call)

    async def _read(self, call: Call) -> None:
        self.rows = [_row(view) for view in await tokens.tokens(call.session, call.principal)]

    @guarded
    async def make(self, call: Call, form: TokenForm) -> None:
        """Make a token and show its secret, this once."""
        new = NewToken(name=form.token_name, scopes=REACH[form.reach], days=int(form.days))
        done = await tokens.make(call.session, call.principal, new)
        await call.record(Action.TOKEN_CREATE, "session", done.id, name=done.name, scopes=done.scopes)
        self.secret, self.made = done.token, self.made + 1
        await self._read(call)

    @guarded
    async def end(self, call: Call, token_id: UUID) -> None:
        """End a token at once."""
        try:
            await sessions.end_one(call.session, call.principal, token_id)
            await call.record(Action.TOKEN_REVOKE, "session", token_id)
        finally:
            await self._read(call)


def _row(view: TokenView) -> TokenRow:
    reach = next((name for name, scopes in REACH.items() if set(scopes) == set(view.scopes)), " ".join(view.scopes))
    used = view.last_seen_at.isoformat() if view.last_seen_at - view.created_at > JUST_MADE else ""
    return TokenRow(str(view.id), view.name, reach, view.created_at.isoformat(), used, view.expires_at.isoformat())
