"""Who stands behind a request, an event or a stream, as the database knows them now: the session's row decides, each time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core import security
from cellhub_app.core.errors import NotSignedIn
from cellhub_app.core.ids import now
from cellhub_app.core.limits import SESSION_IDLE_DAYS
from cellhub_app.core.reading import Fetch, within
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import repository
from cellhub_app.models.session import Scope, SessionKind
from cellhub_app.models.user import Role, UserStatus

SEEN_EVERY = timedelta(minutes=1)


class TokenEnded(NotSignedIn):
    """A personal token of `principal` that stands no more; whoever sends it is told no more than of one that never was."""

    def __init__(self, principal: Principal, why: str) -> None:
        super().__init__()
        self.principal, self.why = principal, why


@dataclass(frozen=True)
class Present:
    """Somebody whose session stands; `is_due` when that they were here ought to be noted (see seen())."""

    principal: Principal
    is_due: bool


async def browser_present(fetch: Fetch, token: str) -> Present:
    """Who stands behind a browser's session token, as the database knows them now. Raises NotSignedIn."""
    return _present(await repository.standing_by_token(fetch, security.hash_token(token)) if token else None)


async def api_present(fetch: Fetch, access_token: str) -> Present:
    """Who stands behind an access token or a personal one; the session's row decides. Raises NotSignedIn, TokenEnded."""
    if access_token.startswith(security.PERSONAL):
        found = await repository.standing_by_token(fetch, security.hash_token(access_token), SessionKind.TOKEN)
        if found is not None and not is_alive(found, now()):
            raise TokenEnded(principal_of(found), _why_ended(found))
        return _present(found)
    claims = security.read_access_token(get_settings().secret_key.get_secret_value(), access_token)
    found = await repository.standing_by_id(fetch, claims.session_id)
    if found and (found.kind != SessionKind.API or found.user_id != claims.user_id):
        raise NotSignedIn
    return _present(found)


async def browser_principal(session: AsyncSession, token: str) -> Principal:
    """Who stands behind a browser's session token, noting that they were here. Raises NotSignedIn."""
    return await _noted(session, await browser_present(within(session), token))


async def api_principal(session: AsyncSession, access_token: str) -> Principal:
    """Who stands behind an access token, noting that they were here. Raises NotSignedIn."""
    return await _noted(session, await api_present(within(session), access_token))


async def still_signed_in(session: AsyncSession, principal: Principal) -> Principal:
    """The same person as the database knows them now, for streams that outlive a request. Raises NotSignedIn."""
    return await _noted(session, _present(await repository.standing_by_id(within(session), principal.session_id)))


async def seen(session: AsyncSession, principal: Principal) -> None:
    """Note that a session and its person were here."""
    await repository.touch(session, principal.session_id, principal.user_id, now())


async def _noted(session: AsyncSession, present: Present) -> Principal:
    if present.is_due:
        await seen(session, present.principal)
    return present.principal


def _present(found: repository.Standing | None) -> Present:
    moment = now()
    if found is None or not is_alive(found, moment):
        raise NotSignedIn
    return Present(principal_of(found), moment - found.last_seen_at > SEEN_EVERY)


def _why_ended(found: repository.Standing) -> str:
    if found.status != UserStatus.ACTIVE:
        return "account"
    return "revoked" if found.revoked_at is not None else "expired"


def is_alive(found: repository.Standing, moment: datetime) -> bool:
    if found.revoked_at is not None or found.expires_at <= moment or found.status != UserStatus.ACTIVE:
        return False
    return found.kind != SessionKind.BROWSER or moment - found.last_seen_at <= timedelta(days=SESSION_IDLE_DAYS)


def principal_of(found: repository.Standing) -> Principal:
    verified = found.email_verified_at is not None
    scopes = None if found.scopes is None else frozenset(map(Scope, found.scopes))
    return Principal(found.user_id, found.session_id, Role(found.role), found.name, found.email, verified, scopes)
