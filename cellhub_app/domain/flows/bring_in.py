"""Importing annotations: the files wait in the storage, an import and its job are made, and a worker does the rest."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.errors import Invalid
from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime, emit
from cellhub_app.core.settings import Settings
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.flows.upload import IncomingFile
from cellhub_app.domain.imports import repository, service
from cellhub_app.domain.imports.package import PACKAGE_BYTES_MAX
from cellhub_app.domain.imports.registry import FORMATS, ReaderUnknown
from cellhub_app.domain.imports.schemas import ImportView, Mode, NewImport
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import NewJob
from cellhub_app.models.annotation_import import file_key

AUTO = "auto"
NAME_MAX_LENGTH = 255


@dataclass(frozen=True)
class IncomingImport:
    """The files of one import, and how they are to be read."""

    files: list[IncomingFile]
    format: str = AUTO
    mode: str = "replace"


Note = Callable[[AsyncSession, ImportView], Awaitable[None]]


def file_max_bytes(settings: Settings) -> int:
    """The most bytes that one file of an import may have."""
    return min(settings.max_file_bytes, PACKAGE_BYTES_MAX)


def _checked(incoming: IncomingImport, limit: int) -> Mode:
    if incoming.format not in {AUTO, *FORMATS}:
        raise ReaderUnknown(f"There is no import format {incoming.format[:40]!r}. Available: {AUTO}, {', '.join(FORMATS)}.")
    modes: tuple[Literal["replace", "add"], ...] = get_args(Mode)
    mode = next((known for known in modes if known == incoming.mode), None)
    if mode is None:
        raise Invalid(f"The mode must be one of {', '.join(modes)}.")
    for file in incoming.files:
        if file.size > limit:
            raise Invalid(f"{file.name[:200]} is larger than {limit // 1024 // 1024} MB. Export fewer images at once.")
    return mode


async def import_annotations(
    runtime: Runtime, principal: Principal, project_id: UUID, body: AbstractAsyncContextManager[IncomingImport], note: Note
) -> ImportView:
    """Store the files and queue their reading; `body` is entered when it is known that the caller may annotate.

    Raises ProjectNotFound, NotAllowed, ReaderUnknown, Invalid, and what `body` raises.
    """
    async with runtime.work() as session:
        await require(session, principal, project_id, Permission.ANNOTATE)
    async with body as incoming:
        mode = _checked(incoming, file_max_bytes(runtime.settings))
        import_id = new_id()
        stored = [(file_key(import_id, number), file.content) for number, file in enumerate(incoming.files)]
        await runtime.storage.put_many(stored)
        async with runtime.work() as session:
            [job_id] = await jobs.add(session, [NewJob(JobKind.IMPORT, principal.user_id, project_id)])
            files = [{"name": file.name[:NAME_MAX_LENGTH], "bytes": file.size} for file in incoming.files]
            await repository.add(session, NewImport(import_id, project_id, principal.user_id, job_id, incoming.format, mode, files))
            view = await service.get(session, principal, import_id)
            emit(session, Event(EventType.IMPORT_STATUS, project_id, data={"jobId": job_id, "status": view.status}))
            await note(session, view)
    return view
