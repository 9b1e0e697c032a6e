"""Where somebody is signed in, and how that ends: at once, in every tab and stream."""

import re
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import NotFound
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import now
from cellhub_app.core.runtime import emit
from cellhub_app.domain.access import Principal
from cellhub_app.domain.accounts import repository
from cellhub_app.domain.accounts.schemas import SessionView
from cellhub_app.models.session import Session, SessionKind

# Looked for in this order: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
_BROWSERS = (("Edge", r"\bEdg"), ("Opera", r"\bOPR/"), ("Firefox", r"\bFirefox/|\bFxiOS/"), ("Chrome", r"Chrom(e|ium)/|\bCriOS/"),
             ("Safari", r"\bSafari/"))  # fmt: skip
_SYSTEMS = (("iPad", r"\biPad\b"), ("iPhone", r"\biPhone\b"), ("Android", r"\bAndroid\b"), ("Windows", r"\bWindows\b"),
            ("ChromeOS", r"\bCrOS\b"), ("macOS", r"\bMac OS X\b"), ("Linux", r"\bLinux\b"))  # fmt: skip


class SessionNotFound(NotFound):
    """The caller has no such session, or it has ended."""

    code, title = "sessionNotFound", "There is no such session any more"


async def sessions(session: AsyncSession, principal: Principal) -> list[SessionView]:
    """The caller's living sessions: this one first, then by when they were last seen."""
    rows = await repository.open_sessions(session, principal.user_id, now())
    views = [_view(row, principal) for row in rows if row.kind != SessionKind.TOKEN]
    return sorted(views, key=lambda view: not view.is_current)


def _view(row: Session, principal: Principal) -> SessionView:
    return SessionView(
        id=row.id,
        kind=SessionKind(row.kind),
        device=device(row.user_agent),
        ip=row.ip,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        is_current=row.id == principal.session_id,
    )


def device(user_agent: str) -> str:
    """`Chrome on Linux`, as far as a user agent tells; the name of a program as it calls itself."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser:
        return f"{browser} on {system}" if system else browser
    program = re.match(r"[\w.-]{1,40}", user_agent)
    return program[0] if program else "Unknown program"


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in known if re.search(pattern, user_agent)), "")


async def end_one(session: AsyncSession, principal: Principal, session_id: UUID) -> None:
    """End one of the caller's sessions or tokens. Raises SessionNotFound."""
    ended = await repository.revoke(session, principal.user_id, now(), session_id)
    _tell(session, principal.user_id, ended)
    if not ended:
        raise SessionNotFound


async def end_others(session: AsyncSession, principal: Principal) -> int:
    """End all the caller's sessions but this one; how many."""
    ended = await repository.revoke(session, principal.user_id, now(), but=principal.session_id)
    _tell(session, principal.user_id, ended)
    return len(ended)


async def end_all(session: AsyncSession, user_id: UUID, session_id: UUID | None = None) -> None:
    """End all sessions of a person, or the one named."""
    _tell(session, user_id, await repository.revoke(session, user_id, now(), session_id))


def _tell(session: AsyncSession, user_id: UUID, ended: list[UUID]) -> None:
    if ended:
        emit(session, Event(EventType.ACCESS_CHANGED, user_id=user_id, data={"sessionIds": ended}))
