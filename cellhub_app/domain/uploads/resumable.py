"""Large files on their way in: who sends which file where, and whether it was taken in."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from cellhub_app.core.errors import Invalid, NotFound, TooLarge, TooManyRequests
from cellhub_app.core.ids import now
from cellhub_app.core.limits import (
    FINISHED_UPLOAD_KEEP_HOURS,
    MEGABYTE,
    RESUMABLE_UPLOADS_PER_PERSON,
    UNFINISHED_UPLOAD_KEEP_HOURS,
)
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.uploads import service
from cellhub_app.domain.uploads.refusals import name_objection, size_objection
from cellhub_app.domain.uploads.schemas import FileState
from cellhub_app.models.upload import ResumableUpload


class ResumableUploadNotFound(NotFound):
    """There is no such upload of the caller's."""

    code, title = "uploadNotFound", "There is no such upload of yours; start it again"


async def begin(session: AsyncSession, principal: Principal, wanted: ResumableUpload, max_mb: int) -> None:
    """Note a file that is about to come. Raises ProjectNotFound, NotAllowed, TooLarge, Invalid, UploadCancelled, TooManyRequests."""
    await require(session, principal, wanted.project_id, Permission.EDIT)
    if objection := size_objection(wanted.name, wanted.length, max_mb) or name_objection(wanted.name):
        raise (TooLarge if wanted.length > max_mb * MEGABYTE else Invalid)(objection.detail)
    await check_place(session, wanted)
    query = select(func.count()).where(col(ResumableUpload.user_id) == principal.user_id, col(ResumableUpload.done_at).is_(None))
    if (await session.execute(query)).scalar_one() >= RESUMABLE_UPLOADS_PER_PERSON:
        raise TooManyRequests("Too many of your uploads are unfinished. Finish or cancel some of them first.", retry_after_s=60)
    session.add(wanted)


async def check_place(session: AsyncSession, upload: ResumableUpload) -> None:
    """Let an upload go on if its session still wants it. Raises UploadSessionNotFound, UploadCancelled, Invalid."""
    if upload.session_id is None:
        return
    if upload.index is None:
        raise Invalid("A file of an upload session needs its `index`.")
    expected = await service.expected(session, upload.user_id, upload.project_id, upload.session_id, [upload.index])
    if expected is None:
        return
    if upload.index not in expected:
        raise Invalid(f"{upload.name} is not among the files of this upload.")
    if expected[upload.index].state is not FileState.NEEDED:
        raise Invalid(f"{upload.name} came already or was refused; the upload session tells.")


async def own(session: AsyncSession, principal: Principal, upload_id: UUID) -> ResumableUpload:
    """An upload of the caller's who may still add to its project. Raises ResumableUploadNotFound, NotAllowed, ProjectNotFound."""
    query = select(ResumableUpload).where(col(ResumableUpload.id) == upload_id, col(ResumableUpload.user_id) == principal.user_id)
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        raise ResumableUploadNotFound
    await require(session, principal, row.project_id, Permission.EDIT)
    return row


async def finish(session: AsyncSession, upload_id: UUID) -> None:
    """Note that the file was taken in or refused. Raises ResumableUploadNotFound when it was stopped meanwhile, or finished before."""
    open_one = and_(col(ResumableUpload.id) == upload_id, col(ResumableUpload.done_at).is_(None))
    change = update(ResumableUpload).where(open_one).values(done_at=now()).returning(col(ResumableUpload.id))
    if (await session.execute(change)).first() is None:
        raise ResumableUploadNotFound


async def drop(session: AsyncSession, upload_id: UUID) -> None:
    """Forget an upload."""
    await session.execute(delete(ResumableUpload).where(col(ResumableUpload.id) == upload_id))


async def drop_old(session: AsyncSession) -> None:
    """Forget uploads that ended a day ago, or began a week ago."""
    ended, begun = (now() - timedelta(hours=hours) for hours in (FINISHED_UPLOAD_KEEP_HOURS, UNFINISHED_UPLOAD_KEEP_HOURS))
    old = or_(col(ResumableUpload.created_at) < begun, col(ResumableUpload.done_at) < ended)
    await session.execute(delete(ResumableUpload).where(old))
