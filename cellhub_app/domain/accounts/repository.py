"""Queries about people and their sign-ins."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, literal, not_, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.limits import SESSION_IDLE_DAYS
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.core.reading import Fetch
from cellhub_app.models.link import OneTimeLink
from cellhub_app.models.session import RefreshToken, Session, SessionKind
from cellhub_app.models.user import RecoveryCode, Role, User, UserStatus

_SESSIONS = select(Session, User).join(User, col(User.id) == col(Session.user_id))


class Standing(NamedTuple):
    """What decides whether a session still stands, and for whom."""

    session_id: UUID
    kind: str
    expires_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None
    user_id: UUID
    name: str
    email: str
    role: str
    status: str
    email_verified_at: datetime | None
    scopes: list[str] | None


# Built once: one of them goes with every request.
_STANDING = select(
    col(Session.id),
    col(Session.kind),
    col(Session.expires_at),
    col(Session.last_seen_at),
    col(Session.revoked_at),
    col(User.id),
    col(User.name),
    col(User.email),
    col(User.role),
    col(User.status),
    col(User.email_verified_at),
    col(Session.scopes),
).join_from(Session, User, col(User.id) == col(Session.user_id))
_STANDING_BY_ID = _STANDING.where(col(Session.id) == bindparam("session_id"))
_STANDING_BY_TOKEN = _STANDING.where(col(Session.token_hash) == bindparam("token_hash"), col(Session.kind) == bindparam("kind"))


def _has_email(email: str) -> ColumnElement[bool]:
    return func.lower(col(User.email)) == email.lower()


async def user_by_email(session: AsyncSession, email: str) -> User | None:
    """The account of an address, without regard to case."""
    return (await session.execute(select(User).where(_has_email(email)))).scalar_one_or_none()


async def user(session: AsyncSession, user_id: UUID) -> User | None:
    """The account behind an id."""
    return await session.get(User, user_id)


async def count_admins(session: AsyncSession) -> int:
    """How many active accounts may do everything."""
    is_admin = (col(User.role) == Role.ADMIN, col(User.status) == UserStatus.ACTIVE)
    return (await session.execute(select(func.count()).select_from(User).where(*is_admin))).scalar_one()


async def add_user(session: AsyncSession, user: User) -> bool:
    """Write the account unless its address has one already; says whether it was written."""
    statement = insert(User).values(**user.model_dump()).on_conflict_do_nothing().returning(col(User.id))
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def standing_by_token(fetch: Fetch, token_hash: str, kind: SessionKind = SessionKind.BROWSER) -> Standing | None:
    """How the browser session or personal token behind a secret stands."""
    rows = await fetch(_STANDING_BY_TOKEN, {"token_hash": token_hash, "kind": kind.value})
    return Standing(*rows[0]) if rows else None


async def standing_by_id(fetch: Fetch, session_id: UUID) -> Standing | None:
    """How a session stands."""
    rows = await fetch(_STANDING_BY_ID, {"session_id": session_id})
    return Standing(*rows[0]) if rows else None


async def session_by_id(session: AsyncSession, session_id: UUID) -> Row[Session, User] | None:
    """A session with its person, to be changed."""
    return (await session.execute(_SESSIONS.where(col(Session.id) == session_id))).one_or_none()


async def refresh_token(session: AsyncSession, token_hash: str) -> RefreshToken | None:
    """The refresh token behind a hash, locked so that only one request can spend it."""
    query = select(RefreshToken).where(col(RefreshToken.token_hash) == token_hash).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def touch(session: AsyncSession, session_id: UUID, user_id: UUID, seen_at: datetime) -> None:
    """Note that a session and its person were here."""
    await session.execute(update(Session).where(col(Session.id) == session_id).values(last_seen_at=seen_at))
    await session.execute(update(User).where(col(User.id) == user_id).values(last_seen_at=seen_at))


async def open_sessions(session: AsyncSession, user_id: UUID, moment: datetime) -> Sequence[Session]:
    """A person's sessions and tokens that have not ended, the latest seen first."""
    idle_since = moment - timedelta(days=SESSION_IDLE_DAYS)
    is_idle = and_(col(Session.kind) == SessionKind.BROWSER, col(Session.last_seen_at) < idle_since)
    alive = (col(Session.revoked_at).is_(None), col(Session.expires_at) > moment, not_(is_idle))
    query = select(Session).where(col(Session.user_id) == user_id, *alive).order_by(col(Session.last_seen_at).desc(), col(Session.id))
    return (await session.execute(query)).scalars().all()


async def link(session: AsyncSession, token_hash: str) -> OneTimeLink | None:
    """The link behind a hash, locked until the transaction ends."""
    query = select(OneTimeLink).where(col(OneTimeLink.token_hash) == token_hash).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def spend_links(session: AsyncSession, user_id: UUID, moment: datetime) -> None:
    """Make all open links to a person useless."""
    mine = (col(OneTimeLink.user_id) == user_id, col(OneTimeLink.used_at).is_(None))
    await session.execute(update(OneTimeLink).where(*mine).values(used_at=moment))


async def revoke(
    session: AsyncSession, user_id: UUID, revoked_at: datetime, session_id: UUID | None = None, *, but: UUID | None = None
) -> list[UUID]:
    """End one session or token of a person, all of them, or all sessions but one; answers which."""
    statement = update(Session).where(col(Session.user_id) == user_id, col(Session.revoked_at).is_(None))
    if session_id is not None:
        statement = statement.where(col(Session.id) == session_id)
    if but is not None:
        statement = statement.where(col(Session.id) != but, col(Session.kind) != SessionKind.TOKEN)
    return list((await session.execute(statement.values(revoked_at=revoked_at).returning(col(Session.id)))).scalars())


async def page(session: AsyncSession, request: PageRequest, *, status: UserStatus | None, q: str) -> Page[User]:
    """One page of all accounts, newest first; `q` is a part of the address or the name."""
    query = select(User)
    if status is not None:
        query = query.where(col(User.status) == status)
    if q:
        query = query.where(or_(col(User.email).icontains(q, autoescape=True), col(User.name).icontains(q, autoescape=True)))
    created, identifier, cursor = col(User.created_at), col(User.id), request.cursor
    backwards = cursor is not None and cursor.backwards
    if cursor is not None:
        here, place = tuple_(literal(cursor.moment), literal(cursor.id)), tuple_(created, identifier)
        query = query.where(place > here if backwards else place < here)
    order = (created.asc(), identifier.asc()) if backwards else (created.desc(), identifier.desc())
    rows = (await session.execute(query.order_by(*order).limit(request.limit + 1))).scalars().all()
    return paginate(rows, request, lambda user: (user.created_at.isoformat(), user.id))


async def count_pending(session: AsyncSession) -> int:
    """How many wait for an admin."""
    query = select(func.count()).select_from(User).where(col(User.status) == UserStatus.PENDING)
    return (await session.execute(query)).scalar_one()


async def lock_admins(session: AsyncSession) -> Sequence[UUID]:
    """The active admins, locked so that two changes cannot remove the last two at once."""
    query = select(col(User.id)).where(col(User.role) == Role.ADMIN, col(User.status) == UserStatus.ACTIVE)
    return (await session.execute(query.order_by(col(User.id)).with_for_update())).scalars().all()


async def delete_user(session: AsyncSession, user_id: UUID) -> None:
    """Delete an account and what belongs to it alone."""
    await session.execute(delete(User).where(col(User.id) == user_id))


async def lock_user(session: AsyncSession, user_id: UUID) -> User | None:
    """The account behind an id, locked until the transaction ends."""
    query = select(User).where(col(User.id) == user_id).with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def forget_recovery_codes(session: AsyncSession, user_id: UUID) -> None:
    """Make all of a person's recovery codes useless."""
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))


async def spend_recovery_code(session: AsyncSession, user_id: UUID, code_hash: str, moment: datetime) -> bool:
    """Use a recovery code; False when there is none like it left."""
    unused = (col(RecoveryCode.user_id) == user_id, col(RecoveryCode.code_hash) == code_hash, col(RecoveryCode.used_at).is_(None))
    spent = await session.execute(update(RecoveryCode).where(*unused).values(used_at=moment).returning(col(RecoveryCode.id)))
    return spent.first() is not None
