"""Share links: making and ending them, and letting in who opens one.

Whoever opens a link gets a signed token for a cookie of its own; with every request and event the link's row decides whether it
still leads anywhere, and that whoever made it may still make it. A link that ended, one that was revoked and one that never was cannot
be told apart.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.limits import PASSWORD_MAX_LENGTH
from cellhub_app.core.lockout import Attempt
from cellhub_app.core.reading import Fetch, within
from cellhub_app.core.runtime import emit, get_runtime
from cellhub_app.core.security import hash_password, hash_token, make_visit_token, new_token, read_visit_token, verify_password
from cellhub_app.core.settings import get_settings
from cellhub_app.domain.access import Permission, Principal, Visitor, has_proven_address, require
from cellhub_app.domain.shares import repository
from cellhub_app.domain.shares.schemas import MadeShareLink, NewShareLink, OpeningLink, SharedProject, ShareLinkView
from cellhub_app.models.share import ShareLink

PAGE = "/s"
LINKS_AT_ONCE = 50
LONGEST = timedelta(days=366)
# Who comes back later opens the link again, and gives its password again.
VISIT = timedelta(days=7)
KEPT = timedelta(days=30)


class ShareLinkNotFound(NotFound):
    """The project has no such link."""

    code, title = "shareLinkNotFound", "There is no such link in this project, or it was revoked"


class ShareLinkClosed(NotSignedIn):
    """The link leads nowhere: it never did, its time is over, or somebody revoked it; which of them is not told."""

    code, title = "shareLinkClosed", "This link is not open"


class SharePasswordNeeded(NotSignedIn):
    """The link is good, and asks for a password (told only to who has the link)."""

    code, title = "sharePasswordNeeded", "This link asks for a password"


class ShareRefused(NotSignedIn):
    """The password or the link is not right; which of them is not told."""

    code, title = "shareRefused", "The password is not right, or the link is not open"


def cookie_name(link_id: UUID) -> str:
    """The cookie of whoever opened this link: each link has its own."""
    return f"cellhub_share_{link_id.hex}"


async def make(session: AsyncSession, principal: Principal, project_id: UUID, new: NewShareLink) -> MadeShareLink:
    """A new link; its address is told this once. Raises NotAllowed, ProjectNotFound, Invalid for a bad end, Conflict for too many."""
    await require(session, principal, project_id, Permission.MANAGE)
    if not has_proven_address(principal):
        raise NotAllowed("Confirm your own e-mail address first: the page of your account sends you the letter again.")
    _check_end(new.expires_at)
    if await repository.count(session, project_id) >= LINKS_AT_ONCE:
        raise Conflict(f"This project has {LINKS_AT_ONCE} links already; revoke some first.")
    token = new_token()
    hashed = await hash_password(new.password, get_settings().bcrypt_cost) if new.password else None
    row = ShareLink(
        project_id=project_id,
        created_by=principal.user_id,
        token_hash=hash_token(token),
        password_hash=hashed,
        expires_at=new.expires_at,
    )
    session.add(row)
    await session.flush()
    return MadeShareLink(**_view(row, principal.name).model_dump(), url=f"{get_settings().base_url}{PAGE}#{token}")


def _check_end(expires_at: datetime) -> None:
    moment = now()
    if expires_at <= moment:
        raise Invalid("The link would end before it begins. Choose a later day.")
    if expires_at > moment + LONGEST:
        raise Invalid(f"A link leads to a project for {LONGEST.days} days at most. Choose an earlier day.")


async def links(session: AsyncSession, principal: Principal, project_id: UUID) -> list[ShareLinkView]:
    """The links of a project that were not revoked, newest first, for those who may make them. Raises NotAllowed, ProjectNotFound."""
    await require(session, principal, project_id, Permission.MANAGE)
    return [_view(row, name or "", is_backed=backed) for row, name, backed in await repository.of_project(session, project_id)]


async def revoke(session: AsyncSession, principal: Principal, project_id: UUID, link_id: UUID) -> None:
    """End a link at once, on every page that was opened with it. Raises ShareLinkNotFound, NotAllowed, ProjectNotFound."""
    await require(session, principal, project_id, Permission.MANAGE)
    if not await repository.revoke(session, project_id, link_id, now()):
        raise ShareLinkNotFound
    emit(session, Event(EventType.ACCESS_CHANGED, project_id, data={"linkId": link_id}))


async def hand_over(session: AsyncSession, project_id: UUID, giver: UUID, receiver: UUID) -> None:
    """Let the links of who gave a project away be those of who has it now, so that they stay open."""
    await repository.hand_over(session, project_id, giver, receiver)


@dataclass(frozen=True)
class Visit:
    """A link that was opened: who visits, the token for their cookie and its life, and whether nobody opened it before."""

    visitor: Visitor
    token: str
    life_s: int
    is_first: bool


async def open_link(session: AsyncSession, given: OpeningLink, ip: str) -> Visit:
    """Let in who has the link and knows its password. Raises ShareLinkClosed, SharePasswordNeeded, ShareRefused, TooManyRequests."""
    token_hash, moment = hash_token(given.token), now()
    attempt = Attempt(get_runtime().redis, f"share-link {token_hash}", ip)
    await attempt.begin()
    row = await repository.open_by_token(session, token_hash, moment)
    if row is None or row.password_hash is not None:
        await _check_password(attempt, row, given.password)
    if row is None:
        raise ShareLinkClosed
    await attempt.succeed()
    until = min(row.expires_at, moment + VISIT)
    token = make_visit_token(get_settings().secret_key.get_secret_value(), row.id, until)
    times = await repository.note_opening(session, row.id, moment)
    return Visit(Visitor(row.id, row.project_id), token, int((until - moment).total_seconds()), is_first=times == 1)


async def _check_password(attempt: Attempt, row: ShareLink | None, password: str) -> None:
    if not password:
        if row is None:
            raise ShareLinkClosed
        await attempt.withdraw()
        raise SharePasswordNeeded
    fits = await verify_password(password, row.password_hash if row else None, get_settings().bcrypt_cost)
    if not fits or len(password) > PASSWORD_MAX_LENGTH:
        raise ShareRefused


async def visitor(fetch: Fetch, link_id: UUID, visit_token: str) -> Visitor:
    """Who stands behind the cookie of a link, as the database knows the link now. Raises ShareLinkClosed."""
    try:
        opened = read_visit_token(get_settings().secret_key.get_secret_value(), visit_token)
    except NotSignedIn as error:
        raise ShareLinkClosed from error
    if opened != link_id:
        raise ShareLinkClosed
    return await _standing(fetch, link_id)


async def still_open(session: AsyncSession, visiting: Visitor) -> Visitor:
    """The same visitor as the database knows the link now, for pages that outlive a request. Raises ShareLinkClosed."""
    return await _standing(within(session), visiting.link_id)


async def _standing(fetch: Fetch, link_id: UUID) -> Visitor:
    project_id = await repository.standing(fetch, link_id, now())
    if project_id is None:
        raise ShareLinkClosed
    return Visitor(link_id, project_id)


async def project(session: AsyncSession, visiting: Visitor) -> SharedProject:
    """What a visitor may know of the project. Raises ShareLinkClosed."""
    found = await repository.shared(session, visiting.link_id, now())
    if found is None:
        raise ShareLinkClosed
    row, expires_at = found
    plain = {name: getattr(row, name) for name in SharedProject.model_fields if name != "expires_at"}
    return SharedProject(**plain, expires_at=expires_at)


async def forget_old(session: AsyncSession) -> int:
    """Delete links that ended a while ago; answers how many."""
    return await repository.forget(session, now() - KEPT)


def _view(row: ShareLink, made_by: str, *, is_backed: bool = True) -> ShareLinkView:
    return ShareLinkView(
        id=row.id,
        created_by=made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        is_expired=row.expires_at <= now(),
        is_backed=is_backed,
        has_password=row.password_hash is not None,
        last_opened_at=row.last_opened_at,
        open_count=row.open_count,
    )
