"""An archive becomes the images in it: its own row stands for it until then, and its upload session knows which members came."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.runtime import emit
from cellhub_app.domain.images import arrival
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs import work
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.uploads import repository as uploads
from cellhub_app.domain.uploads.schemas import FileRow
from cellhub_app.models.upload import UploadSession


async def begin(session: AsyncSession, job: Claimed, archive_id: UUID, members: Sequence[FileRow]) -> set[int]:
    """Note the members of an archive, once however many workers begin; answers the places of those that have not come yet."""
    sizes = sum(member.size for member in members)
    row = UploadSession(
        id=archive_id, project_id=job.project_id, user_id=job.user_id, is_archive=True, needed=len(members), bytes_total=sizes
    )  # fmt: skip
    await uploads.add_archive(session, row, members)
    return await uploads.needed(session, archive_id)


async def end(session: AsyncSession, job: Claimed, archive_id: UUID) -> bool:
    """Let the archive's own row go, with what was queued for it; False when the job was not ours any more."""
    if not await work.hold(session, [job]):
        return False
    await jobs.cancel_images(session, [archive_id])
    await arrival.drop(session, archive_id)
    emit(session, Event(EventType.PROJECT_CHANGED, job.project_id, data={"images": True}))
    return True
