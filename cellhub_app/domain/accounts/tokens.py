"""Personal tokens, for programs that act in somebody's name: named, scoped, ending by themselves; the secret is shown once."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotAllowed
from cellhub_app.core.ids import now
from cellhub_app.core.security import PERSONAL, hash_token, new_token
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import repository
from cellhub_app.domain.accounts.schemas import MadeToken, NewToken, TokenView
from cellhub_app.models.session import Scope, Session, SessionKind

TOKENS_AT_ONCE = 50


async def make(session: AsyncSession, principal: Principal, new: NewToken) -> MadeToken:
    """A new token. Raises NotAllowed for a scope beyond the caller's role, Conflict when there are too many."""
    if Scope.ADMIN in new.scopes and not principal.is_admin:
        raise NotAllowed("Only admins have tokens for administration.")
    if len(await tokens(session, principal)) >= TOKENS_AT_ONCE:
        raise Conflict(f"You have {TOKENS_AT_ONCE} tokens already; end some first.")
    secret = PERSONAL + new_token()
    row = Session(
        user_id=principal.user_id,
        kind=SessionKind.TOKEN,
        token_hash=hash_token(secret),
        expires_at=now() + timedelta(days=new.days),
        name=new.name,
        scopes=sorted(set(new.scopes)),
    )
    session.add(row)
    await session.flush()
    return MadeToken(**_view(row).model_dump(), token=secret)


async def tokens(session: AsyncSession, principal: Principal) -> list[TokenView]:
    """The caller's tokens that have not ended, the latest used first."""
    rows = await repository.open_sessions(session, principal.user_id, now())
    return [_view(row) for row in rows if row.kind == SessionKind.TOKEN]


def _view(row: Session) -> TokenView:
    return TokenView(
        id=row.id,
        name=row.name,
        scopes=[Scope(scope) for scope in row.scopes or []],
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )
