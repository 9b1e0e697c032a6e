"""Queries about upload sessions; only their own person ever sees one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, delete, literal, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.db import copy_rows
from cellhub_app.core.errors import Invalid
from cellhub_app.core.ids import now
from cellhub_app.core.limits import FINISHED_UPLOAD_KEEP_HOURS, UNFINISHED_UPLOAD_KEEP_HOURS
from cellhub_app.core.pagination import PageRequest
from cellhub_app.domain.access import Principal
from cellhub_app.domain.uploads.schemas import FileRow, FileState, Outcome
from cellhub_app.models.upload import UploadFile, UploadSession

_COLUMNS = ("session_id", "index", "name", "path", "size", "last_modified", "state", "reason")
_NAMES = ("index", "state", "reason", "name", "path", "size", "last_modified", "image_id")
_SHOWN = tuple(UploadFile.__table__.c[name] for name in _NAMES)  # type: ignore[attr-defined]
_EXPECTED = text("""
    select s.project_id, s.user_id, s.cancelled_at, f.index as place, f.state, f.reason, f.image_id
    from upload_session s left join upload_file f on f.session_id = s.id and f.index = any(:indexes) where s.id = :id
""")
_SETTLE = text("""
    with done as (
        update upload_file f set state = v.state, reason = v.reason, image_id = v.image_id
        from unnest(cast(:indexes as int[]), cast(:states as text[]), cast(:reasons as text[]), cast(:images as uuid[]))
            as v(index, state, reason, image_id)
        where f.session_id = :id and f.index = any(cast(:indexes as int[])) and f.index = v.index and f.state = 'needed'
        returning f.state, f.size
    ), sums as (
        select count(*) as files, count(*) filter (where state = 'received') as received,
            count(*) filter (where state = 'duplicate') as duplicate, count(*) filter (where state = 'refused') as refused,
            coalesce(sum(size), 0) as bytes
        from done
    )
    update upload_session s set needed = s.needed - n.files, received = s.received + n.received, duplicate = s.duplicate + n.duplicate,
        refused = s.refused + n.refused, bytes_received = s.bytes_received + n.bytes,
        finished_at = case when s.needed = n.files then coalesce(s.finished_at, clock_timestamp()) else s.finished_at end
    from sums n where s.id = :id returning s.cancelled_at
""")


async def add(session: AsyncSession, row: UploadSession, files: Iterable[FileRow]) -> None:
    """Write a session and its files, thousands at once."""
    session.add(row)
    await session.flush()
    await _write_files(session, row.id, files)


async def _write_files(session: AsyncSession, session_id: UUID, files: Iterable[FileRow]) -> None:
    rows = ((session_id, file.index, file.name, file.path, file.size, file.last_modified, file.state, file.reason) for file in files)
    await copy_rows(session, "upload_file", _COLUMNS, rows)


async def add_archive(session: AsyncSession, row: UploadSession, files: Sequence[FileRow]) -> None:
    """The same for the members of an archive, unless a worker before this one did it."""
    values = row.model_dump()
    made = insert(UploadSession).values(**values).on_conflict_do_nothing().returning(col(UploadSession.id))
    if (await session.execute(made)).first() is not None:
        await _write_files(session, row.id, files)


async def needed(session: AsyncSession, session_id: UUID) -> set[int]:
    """The places of the files that have not come yet."""
    query = select(col(UploadFile.index)).where(col(UploadFile.session_id) == session_id, col(UploadFile.state) == FileState.NEEDED)
    return set((await session.execute(query)).scalars())


def _own(principal: Principal, project_id: UUID) -> Select[UploadSession]:
    return select(UploadSession).where(col(UploadSession.project_id) == project_id, col(UploadSession.user_id) == principal.user_id)


async def own(session: AsyncSession, principal: Principal, project_id: UUID, session_id: UUID) -> UploadSession | None:
    """A session of the caller's in this project."""
    return (await session.execute(_own(principal, project_id).where(col(UploadSession.id) == session_id))).scalar_one_or_none()


async def page(session: AsyncSession, principal: Principal, project_id: UUID, request: PageRequest) -> Sequence[UploadSession]:
    """limit + 1 of the caller's drops that are unfinished or young, in the direction of the request, newest first."""
    place = tuple_(col(UploadSession.created_at), col(UploadSession.id))
    since = now() - timedelta(hours=FINISHED_UPLOAD_KEEP_HOURS)
    wanted = or_(col(UploadSession.finished_at).is_(None), col(UploadSession.created_at) > since)
    query = _own(principal, project_id).where(wanted, col(UploadSession.is_archive).is_(False))
    cursor = request.cursor
    up = cursor is not None and cursor.backwards
    if cursor is not None:
        here = tuple_(literal(_moment(cursor.value)), literal(cursor.id))
        query = query.where(place > here if up else place < here)
    columns = (col(UploadSession.created_at), col(UploadSession.id))
    query = query.order_by(*(column.asc() if up else column.desc() for column in columns)).limit(request.limit + 1)
    return (await session.execute(query)).scalars().all()


def _moment(word: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(word))
    except ValueError as error:
        raise Invalid("The cursor belongs to another list; start again without it.") from error


async def files(session: AsyncSession, session_id: UUID, state: FileState | None = None) -> Sequence[Row[Any]]:
    """The files of a session in order, as plain rows; of one state if it is given."""
    query: Select[Any] = select(*_SHOWN).where(col(UploadFile.session_id) == session_id)
    if state is not None:
        query = query.where(col(UploadFile.state) == state)
    rows: Sequence[Row[Any]] = (await session.execute(query.order_by(col(UploadFile.index)))).all()
    return rows


async def expected(session: AsyncSession, session_id: UUID, indexes: Sequence[int]) -> Sequence[Row[Any]]:
    """Rows of (project_id, user_id, cancelled_at, place, state, reason, image_id); none for a session that nobody began."""
    return (await session.execute(_EXPECTED, {"id": session_id, "indexes": list(indexes)})).all()


async def settle(session: AsyncSession, session_id: UUID, outcomes: Sequence[Outcome]) -> datetime | None:
    """Write what became of files that were needed until now, and count it; answers when the session was cancelled, if it was."""
    values = {
        "id": session_id,
        "indexes": [outcome.index for outcome in outcomes],
        "states": [str(outcome.state) for outcome in outcomes],
        "reasons": [outcome.reason for outcome in outcomes],
        "images": [outcome.image_id for outcome in outcomes],
    }
    return (await session.execute(_SETTLE, values)).scalar_one_or_none()


async def cancel(session: AsyncSession, session_id: UUID) -> None:
    """Take nothing more."""
    moment = now()
    change = update(UploadSession).where(col(UploadSession.id) == session_id, col(UploadSession.cancelled_at).is_(None))
    await session.execute(change.values(cancelled_at=moment, finished_at=moment))


async def drop_old(session: AsyncSession) -> int:
    """Forget sessions that ended a day ago, or began a week ago; answers how many."""
    ended, begun = (now() - timedelta(hours=hours) for hours in (FINISHED_UPLOAD_KEEP_HOURS, UNFINISHED_UPLOAD_KEEP_HOURS))
    old = or_(col(UploadSession.created_at) < begun, and_(col(UploadSession.created_at) < ended, col(UploadSession.finished_at) < ended))
    return len((await session.execute(delete(UploadSession).where(old).returning(col(UploadSession.id)))).all())
