"""Taking files in: the bytes are stored as they came, a row and an ingest job are made, and a worker does the rest."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime, emit, wake
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images.repository import add_rows, by_upload_index
from cellhub_app.domain.images.schemas import Refusal, UploadAnswer, image_view
from cellhub_app.domain.images.service import display_name
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import NewJob
from cellhub_app.models.image import Image, storage_key

STORE_AT_ONCE = 4


@dataclass(frozen=True)
class IncomingFile:
    """One file of an upload: its bytes, or the path of a temporary file that the door removes afterwards."""

    name: str
    content: bytes | bytearray | Path
    size: int
    sha256: str
    index: int | None = None

    @classmethod
    def of_bytes(cls, name: str, content: bytes, index: int | None = None) -> "IncomingFile":
        """A file that is in memory already."""
        return cls(name, content, len(content), hashlib.sha256(content).hexdigest(), index)


@dataclass(frozen=True)
class Incoming:
    """The files of one request, and the upload session that they belong to."""

    files: Sequence[IncomingFile]
    upload_session: UUID | None = None


Note = Callable[[AsyncSession, UploadAnswer], Awaitable[None]]


async def add_images(
    runtime: Runtime, principal: Principal, project_id: UUID, body: AbstractAsyncContextManager[Incoming], note: Note | None = None
) -> UploadAnswer:
    """Store the files and queue their reading; a file that cannot be taken is refused with its own reason.

    `body` is entered when it is known that the caller may add images, so that nobody else's files are even received; `note` writes
    into the transaction that makes the images. With an upload session, a file whose index came before is answered with the image
    made then. Raises ProjectNotFound, NotAllowed, and what `body` raises.
    """
    async with runtime.work() as session:
        await require(session, principal, project_id, Permission.EDIT)
    async with body as incoming:
        refusals = [_refusal(file, runtime.settings.max_file_mb) for file in incoming.files]
        good = [file for file, refusal in zip(incoming.files, refusals, strict=True) if refusal is None]
        known = await _known(runtime, project_id, incoming.upload_session, good)
        fresh = [file for file in good if file.index not in known]
        rows = [_row(principal, project_id, file, incoming.upload_session) for file in fresh]
        await _store(runtime, rows, fresh)
    async with runtime.work() as session:
        made = await _enqueue(session, principal, rows)
        twice = [row for row in rows if row.id not in made]
        known |= await by_upload_index(session, project_id, incoming.upload_session, [row.upload_index for row in twice])
        images = [*(known[index] for index in dict.fromkeys(file.index for file in good) if index in known), *made.values()]
        answer = UploadAnswer(accepted=[image_view(row) for row in images], refused=[refusal for refusal in refusals if refusal])
        if note:
            await note(session, answer)
    await runtime.storage.delete(*(storage_key(row.id, "original") for row in twice))
    return answer


async def _known(runtime: Runtime, project_id: UUID, upload_session: UUID | None, files: Sequence[IncomingFile]) -> dict[int | None, Image]:
    if upload_session is None:
        return {}
    async with runtime.work() as session:
        return await by_upload_index(session, project_id, upload_session, [file.index for file in files])


def _refusal(file: IncomingFile, max_file_mb: int) -> Refusal | None:
    name = display_name(file.name)
    if file.size == 0:
        return Refusal(name=name, code="empty", detail=f"Couldn't take {name}: the file is empty. Check it and upload it again.")
    if file.size > max_file_mb * 1024 * 1024:
        detail = f"Couldn't take {name}: it has {file.size / 1024 / 1024:,.0f} MB, the limit is {max_file_mb} MB a file."
        return Refusal(name=name, code="tooLarge", detail=detail)
    return None


def _row(principal: Principal, project_id: UUID, file: IncomingFile, upload_session: UUID | None) -> Image:
    return Image(
        id=new_id(),
        project_id=project_id,
        uploaded_by=principal.user_id,
        name=display_name(file.name),
        bytes=file.size,
        sha256=file.sha256,
        upload_session=upload_session,
        upload_index=file.index if upload_session else None,
    )


async def _store(runtime: Runtime, rows: Sequence[Image], files: Sequence[IncomingFile]) -> None:
    gate = asyncio.Semaphore(STORE_AT_ONCE)

    async def store(row: Image, file: IncomingFile) -> None:
        async with gate:
            await runtime.storage.put(storage_key(row.id, "original"), file.content)

    await asyncio.gather(*(store(row, file) for row, file in zip(rows, files, strict=True)))


async def _enqueue(session: AsyncSession, principal: Principal, rows: Sequence[Image]) -> dict[UUID, Image]:
    """Make the rows and their jobs; without those whose place in the session was taken a moment ago."""
    ids = await add_rows(session, rows)
    made = {row.id: row for row in rows if row.id in ids}
    if made:
        project_id = rows[0].project_id
        await jobs.add(session, [NewJob(JobKind.INGEST, principal.user_id, project_id, image_id=image_id) for image_id in made])
        emit(session, Event(EventType.PROJECT_CHANGED, project_id, data={"images": True, "added": len(made)}))
        wake(session, JobKind.INGEST)
    return made
