"""Signing in and out. Nobody learns from an answer, or from its timing, who has an account."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core import security
from cellhub_app.core.errors import NotAllowed, NotSignedIn
from cellhub_app.core.ids import now
from cellhub_app.core.limits import PASSWORD_MAX_LENGTH, REFRESH_TOKEN_DAYS, SESSION_ABSOLUTE_DAYS
from cellhub_app.core.lockout import Attempt
from cellhub_app.core.reading import within
from cellhub_app.core.runtime import get_runtime
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import codes, repository
from cellhub_app.domain.accounts.presence import is_alive, principal_of
from cellhub_app.domain.accounts.sessions import end_all
from cellhub_app.models.session import RefreshToken, Session, SessionKind
from cellhub_app.models.user import Role, User, UserStatus


class SignInRefused(NotSignedIn):
    """The address or the password is wrong; which of them is not told."""

    code, title = "signInRefused", "The e-mail address or the password is not right"


class SecondFactorNeeded(NotSignedIn):
    """The password is right, and a code is asked for (told only to who knows the password)."""

    code, title = "secondFactorNeeded", "Give the code of your authenticator app too"

    def __init__(self, user_id: UUID) -> None:
        super().__init__()
        self.user_id = user_id


class AccountClosed(NotAllowed):
    """The password is right, but the account is not open (told only to who knows the password)."""

    code, title = "accountClosed", "This account is not open"


@dataclass(frozen=True)
class Tokens:
    """An access token with its life in seconds, and the refresh token that renews it once."""

    access_token: str
    refresh_token: str
    expires_in_s: int


@dataclass(frozen=True)
class SignIn:
    """A fresh sign-in: `token` for a browser, `tokens` for an API client."""

    principal: Principal
    token: str = ""
    tokens: Tokens | None = None


@dataclass(frozen=True)
class Whence:
    """What is remembered of a sign-in: browser or program, how it calls itself, its address."""

    kind: SessionKind
    user_agent: str = ""
    ip: str = ""


async def sign_in(
    session: AsyncSession, *, email: str, password: str, kind: SessionKind, user_agent: str = "", ip: str = "", code: str = ""
) -> SignIn:
    """Start a browser or API session. Raises SignInRefused, AccountClosed, SecondFactorNeeded, TooManyRequests."""
    attempt = Attempt(get_runtime().redis, email, ip)
    await attempt.begin()
    user = await repository.user_by_email(session, email.strip())
    fits = len(password) <= PASSWORD_MAX_LENGTH and await security.verify_password(
        password, user.password_hash if user else None, get_settings().bcrypt_cost
    )
    if user is None or not fits:
        raise SignInRefused
    if user.second_factor_at is not None and not code:
        await attempt.withdraw()
        raise SecondFactorNeeded(user.id)
    return await _let_in(session, attempt, user, code, Whence(kind, user_agent, ip))


async def sign_in_with_code(session: AsyncSession, half: str, code: str, whence: Whence) -> SignIn:
    """The second step of signing in, with what half_signed_in() gave after the first.

    Raises SignInRefused, NotSignedIn when too much time has passed, AccountClosed, TooManyRequests.
    """
    user_id = security.read_half_token(get_settings().secret_key.get_secret_value(), half)
    user = await repository.user(session, user_id)
    if user is None or user.second_factor_at is None:
        raise SignInRefused
    attempt = Attempt(get_runtime().redis, user.email, whence.ip)
    await attempt.begin()
    return await _let_in(session, attempt, user, code, whence)


def half_signed_in(user_id: UUID) -> str:
    """Says for five minutes that somebody knew the password of this account."""
    return security.make_half_token(get_settings().secret_key.get_secret_value(), user_id)


async def _let_in(session: AsyncSession, attempt: Attempt, user: User, code: str, whence: Whence) -> SignIn:
    if user.second_factor_at is not None and not await codes.passes(session, user, code):
        raise SignInRefused("The code is not right. Take the one that the app shows now, or a recovery code.")
    await attempt.succeed()
    if user.status != UserStatus.ACTIVE:
        waits = user.status == UserStatus.PENDING
        raise AccountClosed("An admin still has to open this account." if waits else "This account is suspended. Ask an admin.")
    moment = now()
    token = security.new_token() if whence.kind is SessionKind.BROWSER else ""
    row = Session(
        user_id=user.id,
        kind=whence.kind,
        token_hash=security.hash_token(token) if token else None,
        expires_at=moment + timedelta(days=SESSION_ABSOLUTE_DAYS),
        user_agent=whence.user_agent[:300],
        ip=whence.ip[:64],
    )
    user.last_seen_at = moment
    session.add(row)
    await session.flush()
    return SignIn(_principal(row, user), token, None if token else _tokens(session, row))


def _tokens(session: AsyncSession, row: Session) -> Tokens:
    refresh_token = security.new_token()
    ends = min(now() + timedelta(days=REFRESH_TOKEN_DAYS), row.expires_at)
    session.add(RefreshToken(session_id=row.id, token_hash=security.hash_token(refresh_token), expires_at=ends))
    access_token, life_s = security.make_access_token(get_settings().secret_key.get_secret_value(), row.id, row.user_id)
    return Tokens(access_token, refresh_token, life_s)


async def refresh(session: AsyncSession, refresh_token: str) -> Tokens | None:
    """Exchange a refresh token for a new pair. Raises NotSignedIn.

    None means that the token was spent before: somebody may have stolen it, so its whole session is revoked here, and the
    door must commit that before it refuses.
    """
    moment = now()
    token = await repository.refresh_token(session, security.hash_token(refresh_token))
    found = await repository.session_by_id(session, token.session_id) if token else None
    if token is None or found is None:
        raise NotSignedIn("The refresh token is not one of ours. Sign in again.")
    row, user = found
    if token.spent_at is not None:
        await end_all(session, user.id, row.id)
        return None
    standing = await repository.standing_by_id(within(session), row.id)
    if token.expires_at <= moment or standing is None or not is_alive(standing, moment):
        raise NotSignedIn("The session has ended. Sign in again.")
    token.spent_at = moment
    row.last_seen_at = moment
    return _tokens(session, row)


def _principal(row: Session, user: User) -> Principal:
    return Principal(user.id, row.id, Role(user.role), user.name, user.email, user.email_verified_at is not None)


async def sign_out(session: AsyncSession, principal: Principal, *, everywhere: bool = False) -> None:
    """End the caller's session, in every tab and stream at once; or all their sessions."""
    await end_all(session, principal.user_id, None if everywhere else principal.session_id)


async def end_browser_session(session: AsyncSession, token: str) -> Principal | None:
    """End the session behind a browser's token; answers whose it was, or None when it had ended before."""
    found = await repository.standing_by_token(within(session), security.hash_token(token))
    if found is None or not is_alive(found, now()):
        return None
    await end_all(session, found.user_id, found.session_id)
    return principal_of(found)
