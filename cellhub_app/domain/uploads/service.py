"""What can be done with upload sessions."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Conflict, NotFound
from cellhub_app.core.pagination import Page, PageRequest, paginate
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.uploads import repository
from cellhub_app.domain.uploads.refusals import name_objection, size_objection
from cellhub_app.domain.uploads.schemas import (
    FileDetail,
    FileOffer,
    FileRow,
    FileState,
    FileView,
    NewUploadSession,
    Outcome,
    SessionDetail,
    SessionSummary,
    SessionView,
)  # fmt: skip
from cellhub_app.models.upload import UploadSession


class UploadSessionNotFound(NotFound):
    """There is no such session of the caller's in this project."""

    code, title = "uploadSessionNotFound", "There is no such upload of yours in this project"


class UploadCancelled(Conflict):
    """The session was cancelled, so nothing more is taken."""

    code, title = "uploadCancelled", "This upload was cancelled; nothing more is taken"


async def begin(session: AsyncSession, principal: Principal, project_id: UUID, wanted: NewUploadSession, max_mb: int) -> SessionView:
    """Note the files of a drop; those that can never be taken are refused at once. Raises ProjectNotFound, NotAllowed."""
    await require(session, principal, project_id, Permission.EDIT)
    # Fifty thousand files take a while; in a thread other requests go on meanwhile.
    files = await asyncio.to_thread(lambda: [_row(index, offer, max_mb) for index, offer in enumerate(wanted.files)])
    row = _counted(UploadSession(project_id=project_id, user_id=principal.user_id), files)
    await repository.add(session, row, files)
    views = await asyncio.to_thread(lambda: list(map(_view, files)))
    return SessionView.model_construct(**dict(SessionSummary.of(row)), files=views)


def _row(index: int, offer: FileOffer, max_mb: int) -> FileRow:
    objection = size_objection(offer.name, offer.size, max_mb) or name_objection(offer.name)
    state, reason = (FileState.REFUSED, objection.detail) if objection else (FileState.NEEDED, None)
    return FileRow(index, offer.name, offer.path, offer.size, offer.last_modified, state, reason)


def _view(file: FileRow) -> FileView:
    return FileView.model_construct(index=file.index, state=file.state, reason=file.reason)


def _detail(file: Row[Any]) -> FileDetail:
    return FileDetail.model_construct(**{**file._mapping, "state": FileState(file.state)})


def _counted(row: UploadSession, files: Sequence[FileRow]) -> UploadSession:
    needed = [file.size for file in files if file.state is FileState.NEEDED]
    row.needed, row.refused, row.bytes_total = len(needed), len(files) - len(needed), sum(needed)
    row.finished_at = None if needed else row.created_at
    return row


async def page(session: AsyncSession, principal: Principal, project_id: UUID, request: PageRequest) -> Page[SessionSummary]:
    """The caller's own sessions that are unfinished or less than a day old, newest first. Raises ProjectNotFound."""
    await require(session, principal, project_id, Permission.VIEW)
    rows = await repository.page(session, principal, project_id, request)
    return paginate(rows, request, lambda row: (row.created_at.isoformat(), row.id)).map(SessionSummary.of)


async def get(
    session: AsyncSession, principal: Principal, project_id: UUID, session_id: UUID, state: FileState | None = None
) -> SessionDetail:
    """A session with its files, or those of one state. Raises ProjectNotFound, UploadSessionNotFound."""
    row = await _own(session, principal, project_id, session_id, Permission.VIEW)
    rows = await repository.files(session, session_id, state)
    files = await asyncio.to_thread(lambda: list(map(_detail, rows)))
    return SessionDetail.model_construct(**dict(SessionSummary.of(row)), files=files)


async def cancel(session: AsyncSession, principal: Principal, project_id: UUID, session_id: UUID) -> None:
    """Take nothing more for this session; what came stays. Raises ProjectNotFound, UploadSessionNotFound, NotAllowed."""
    await _own(session, principal, project_id, session_id, Permission.EDIT)
    await repository.cancel(session, session_id)


async def _own(session: AsyncSession, principal: Principal, project_id: UUID, session_id: UUID, permission: Permission) -> UploadSession:
    await require(session, principal, project_id, permission)
    row = await repository.own(session, principal, project_id, session_id)
    if row is None:
        raise UploadSessionNotFound
    return row


async def expected(
    session: AsyncSession, user_id: UUID, project_id: UUID, session_id: UUID, indexes: Sequence[int]
) -> dict[int, Outcome] | None:
    """What is known of these files of a session; None for one that nobody began (a program's own UUID).

    Raises UploadSessionNotFound when it is somebody else's or of another project, UploadCancelled.
    """
    rows = await repository.expected(session, session_id, indexes)
    if not rows:
        return None
    if rows[0].user_id != user_id or rows[0].project_id != project_id:
        raise UploadSessionNotFound
    if rows[0].cancelled_at is not None:
        raise UploadCancelled
    return {row.place: Outcome(row.place, FileState(row.state), row.reason, row.image_id) for row in rows if row.place is not None}


async def settle(session: AsyncSession, session_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """Write what became of files. Raises UploadCancelled when somebody cancelled the session a moment ago."""
    if outcomes and await repository.settle(session, session_id, sorted(outcomes, key=lambda outcome: outcome.index)):
        raise UploadCancelled
