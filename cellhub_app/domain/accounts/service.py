"""Registering, signing in and out. Nobody learns from an answer, or from its timing, who has an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core import security
from cellhub_app.core.address import checked_email
from cellhub_app.core.errors import Conflict, NotAllowed, NotFound, NotSignedIn
from cellhub_app.core.ids import now
from cellhub_app.core.limits import PASSWORD_MAX_LENGTH, REFRESH_TOKEN_DAYS, SESSION_ABSOLUTE_DAYS, SESSION_IDLE_DAYS
from cellhub_app.core.lockout import Attempt
from cellhub_app.core.reading import Fetch, within
from cellhub_app.core.runtime import get_runtime, send_later
from cellhub_app.core.settings import Registration, get_settings
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import codes, letters, links, repository
from cellhub_app.domain.accounts.rules import check_password, shown_name
from cellhub_app.domain.accounts.schemas import RegisteredView, UserView
from cellhub_app.domain.accounts.sessions import end_all
from cellhub_app.models.link import LinkPurpose
from cellhub_app.models.session import RefreshToken, Scope, Session, SessionKind
from cellhub_app.models.user import Role, User, UserStatus

SEEN_EVERY = timedelta(minutes=1)


class EmailTaken(Conflict):
    """The address has an account already (told to admins only)."""

    code, title = "emailTaken", "This e-mail address has an account already"


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


class RegistrationClosed(NotAllowed):
    """Accounts are made by invitation only."""

    code, title = "registrationClosed", "Registration is by invitation on this server"


async def register(session: AsyncSession, *, email: str, password: str, name: str = "", is_invited: bool = False) -> RegisteredView:
    """Open an account; a known address gets another letter, the same answer and as much work.

    Raises EmailInvalid, PasswordWeak, RegistrationClosed.
    """
    settings = get_settings()
    if settings.registration is Registration.INVITATION and not is_invited:
        raise RegistrationClosed("Registration is by invitation on this server. Ask a member of a project, or an admin, to invite you.")
    address = checked_email(email)
    check_password(password, address, name)
    hashed = await security.hash_password(password, settings.bcrypt_cost)
    status = UserStatus.PENDING if settings.registration is Registration.APPROVAL else UserStatus.ACTIVE
    new = User(email=address, name=shown_name(name, address), password_hash=hashed, status=status)
    written = await repository.add_user(session, new)
    user = await repository.user_by_email(session, address)
    if user is not None:
        purpose = LinkPurpose.VERIFY if written else LinkPurpose.RESET
        link = await links.issue(session, user, purpose, user.email)
        is_pending = status is UserStatus.PENDING
        letter = letters.welcome(address, link, is_pending=is_pending) if written else letters.already_known(user.email, link)
        send_later(session, letter)
    return RegisteredView(email=address, status=status)


async def create_admin(session: AsyncSession, *, email: str, password: str, name: str = "") -> UserView:
    """Open an account that may do everything. Raises EmailInvalid, PasswordWeak, EmailTaken."""
    address = checked_email(email)
    check_password(password, address)
    hashed = await security.hash_password(password, get_settings().bcrypt_cost)
    admin = User(email=address, name=shown_name(name, address), password_hash=hashed, role=Role.ADMIN, email_verified_at=now())
    if not await repository.add_user(session, admin):
        raise EmailTaken(f"{address} has an account already.")
    return view(admin)


async def has_admin(session: AsyncSession) -> bool:
    """Whether anybody may do everything yet; told to the server's own command line only."""
    return await repository.count_admins(session) > 0


async def set_password(session: AsyncSession, *, email: str, password: str) -> None:
    """Give an account another password and end all its sessions, for the server's own command line. Raises NotFound, PasswordWeak."""
    user = await repository.user_by_email(session, email.strip())
    if user is None:
        raise NotFound(f"There is no account for {email}.")
    check_password(password, user.email)
    user.password_hash = await security.hash_password(password, get_settings().bcrypt_cost)
    await repository.spend_links(session, user.id, now())
    await end_all(session, user.id)


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
    if token.expires_at <= moment or standing is None or not _is_alive(standing, moment):
        raise NotSignedIn("The session has ended. Sign in again.")
    token.spent_at = moment
    row.last_seen_at = moment
    return _tokens(session, row)


@dataclass(frozen=True)
class Present:
    """Somebody whose session stands; `is_due` when that they were here ought to be noted (see seen())."""

    principal: Principal
    is_due: bool


async def browser_present(fetch: Fetch, token: str) -> Present:
    """Who stands behind a browser's session token, as the database knows them now. Raises NotSignedIn."""
    return _present(await repository.standing_by_token(fetch, security.hash_token(token)) if token else None)


async def api_present(fetch: Fetch, access_token: str) -> Present:
    """Who stands behind an access token or a personal one; the session's row decides. Raises NotSignedIn."""
    if access_token.startswith(security.PERSONAL):
        return _present(await repository.standing_by_token(fetch, security.hash_token(access_token), SessionKind.TOKEN))
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
    if found is None or not _is_alive(found, moment):
        raise NotSignedIn
    return Present(_standing_principal(found), moment - found.last_seen_at > SEEN_EVERY)


def _is_alive(found: repository.Standing, moment: datetime) -> bool:
    if found.revoked_at is not None or found.expires_at <= moment or found.status != UserStatus.ACTIVE:
        return False
    return found.kind != SessionKind.BROWSER or moment - found.last_seen_at <= timedelta(days=SESSION_IDLE_DAYS)


def _standing_principal(found: repository.Standing) -> Principal:
    verified = found.email_verified_at is not None
    scopes = None if found.scopes is None else frozenset(map(Scope, found.scopes))
    return Principal(found.user_id, found.session_id, Role(found.role), found.name, found.email, verified, scopes)


def _principal(row: Session, user: User) -> Principal:
    return Principal(user.id, row.id, Role(user.role), user.name, user.email, user.email_verified_at is not None)


async def sign_out(session: AsyncSession, principal: Principal, *, everywhere: bool = False) -> None:
    """End the caller's session, in every tab and stream at once; or all their sessions."""
    await end_all(session, principal.user_id, None if everywhere else principal.session_id)


async def end_browser_session(session: AsyncSession, token: str) -> Principal | None:
    """End the session behind a browser's token; answers whose it was, or None when it had ended before."""
    found = await repository.standing_by_token(within(session), security.hash_token(token))
    if found is None or not _is_alive(found, now()):
        return None
    await end_all(session, found.user_id, found.session_id)
    return _standing_principal(found)


async def me(session: AsyncSession, principal: Principal) -> UserView:
    """The caller's own account. Raises NotSignedIn."""
    user = await repository.user(session, principal.user_id)
    if user is None:
        raise NotSignedIn
    return view(user)


def view(user: User) -> UserView:
    """One person, as they see themselves."""
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        status=user.status,
        email_verified=user.email_verified_at is not None,
        second_factor=user.second_factor_at is not None,
        created_at=user.created_at,
    )
