"""Taking files in: the bytes wait in temporary storage, a row and an ingest job are made, and a worker does the rest."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cellhub_app.core.events import Event, EventType
from cellhub_app.core.ids import new_id, now
from cellhub_app.core.queue import JobKind
from cellhub_app.core.runtime import Runtime, emit, wake
from cellhub_app.domain.access import Permission, Principal, require
from cellhub_app.domain.images.arrival import add_new, by_upload_index, lock_content, replace_failed, same_content
from cellhub_app.domain.images.schemas import FileOutcome, ImageView, NewImage, Refusal, UploadAnswer, image_view, new_image_view
from cellhub_app.domain.images.service import display_name
from cellhub_app.domain.jobs import service as jobs
from cellhub_app.domain.jobs.schemas import NewJob
from cellhub_app.domain.schema import Problem
from cellhub_app.domain.uploads import service as uploads
from cellhub_app.domain.uploads.refusals import size_objection
from cellhub_app.domain.uploads.schemas import FileState, Outcome
from cellhub_app.models.image import incoming_key


@dataclass(frozen=True)
class IncomingFile:
    """One file of an upload: its bytes, or the path of a temporary file that is moved away or that the door removes afterwards.

    With an `objection` it becomes a failed image without bytes: what is known of a member of an archive before it is unpacked.
    """

    name: str
    content: bytes | bytearray | Path
    size: int
    sha256: str
    index: int | None = None
    objection: Problem | None = None

    @classmethod
    def of_bytes(cls, name: str, content: bytes, index: int | None = None) -> "IncomingFile":
        """A file that is in memory already."""
        return cls(name, content, len(content), hashlib.sha256(content).hexdigest(), index)


@dataclass(frozen=True)
class Incoming:
    """The files of one request, and the upload session that they belong to."""

    files: Sequence[IncomingFile]
    upload_session: UUID | None = None


@dataclass(frozen=True)
class Place:
    """Whose files, into which project, how large at most; `parameters` go with their ingest jobs."""

    user_id: UUID
    project_id: UUID
    max_file_mb: int
    parameters: dict[str, Any] = field(default_factory=dict)


Note = Callable[[AsyncSession, UploadAnswer], Awaitable[None]]


async def add_images(
    runtime: Runtime, principal: Principal, project_id: UUID, body: AbstractAsyncContextManager[Incoming], note: Note | None = None
) -> UploadAnswer:
    """Store the files and queue their reading; a file that cannot be taken is refused with its own reason.

    `body` is entered when it is known that the caller may add images, so that nobody else's files are even received; `note` writes
    into the transaction that makes the images. With an upload session, a file whose index came before is answered with what became
    of it then, and one whose bytes are in the project already is a duplicate. Raises ProjectNotFound, NotAllowed,
    UploadSessionNotFound, UploadCancelled, and what `body` raises.
    """
    async with runtime.work() as session:
        await require(session, principal, project_id, Permission.EDIT)
    async with body as incoming:
        return await take_in(runtime, Place(principal.user_id, project_id, runtime.settings.max_file_mb), incoming, note)


async def take_in(runtime: Runtime, place: Place, incoming: Incoming, note: Note | None = None) -> UploadAnswer:
    """The same for a caller who was checked before. Raises UploadSessionNotFound, UploadCancelled."""
    intake = _Intake(place, incoming)
    await intake.look(runtime)
    await intake.store(runtime)
    try:
        async with runtime.work() as session:
            await intake.write(session)
            answer = intake.answer()
            if note:
                await note(session, answer)
    except uploads.UploadCancelled:
        await runtime.storage.delete(*intake.stored)
        raise
    await runtime.storage.delete(*(incoming_key(row.id) for row in intake.left_over))
    return answer


class _Intake:
    """The files of one request on their way; `outcomes` holds what became of each, by its place in the request."""

    def __init__(self, place: Place, incoming: Incoming) -> None:
        self._place, self._session_id = place, incoming.upload_session
        self._files = [(place_in_request, file, display_name(file.name)) for place_in_request, file in enumerate(incoming.files)]
        self._outcomes: dict[int, FileOutcome] = {}
        self._views: dict[int, ImageView] = {}
        self._refusals: dict[int, Refusal] = {}
        self._settled: list[Outcome] = []
        self._rows: dict[int, NewImage] = {}
        self._is_checked = False
        self.stored: list[str] = []
        self.left_over: list[NewImage] = []

    async def look(self, runtime: Runtime) -> None:
        """Sort out what need not be stored: refused files, those that came before, duplicates."""
        for number, file, name in self._files:
            objection = None if file.objection else size_objection(name, file.size, self._place.max_file_mb)
            if objection:
                self._refuse(number, Refusal(name=name, code=objection.code, detail=objection.detail), objection.detail)
        if self._session_id is not None:
            async with runtime.work() as session:
                await self._recall(session, self._session_id)
        for number, file, name in self._open():
            index = file.index if self._session_id else None
            self._rows[number] = NewImage(new_id(), name, file.size, file.sha256, index, file.objection)

    def _open(self) -> list[tuple[int, IncomingFile, str]]:
        return [entry for entry in self._files if entry[0] not in self._outcomes]

    async def _recall(self, session: AsyncSession, session_id: UUID) -> None:
        indexes = [file.index for _, file, _ in self._files if file.index is not None]
        expected = await uploads.expected(session, self._place.user_id, self._place.project_id, session_id, indexes)
        if expected is not None:
            self._is_checked = True
            for number, file, name in self._files:
                self._repeat(number, name, expected.get(file.index) if file.index is not None else None)
        await self._find_known(session, session_id)
        if self._is_checked:
            await self._find_duplicates(session)

    def _repeat(self, number: int, name: str, before: Outcome | None) -> None:
        """Answer what was answered before; a file that the session does not know is refused."""
        if before is None:
            detail = f"Couldn't take {name}: it is not among the files of this upload. Start the upload again."
            self._refuse(number, Refusal(name=name, code="notInSession", detail=detail), detail, settle=False)
        elif before.state is FileState.REFUSED:
            detail = before.reason or f"{name} was refused before."
            self._refuse(number, Refusal(name=name, code="refused", detail=detail), detail, settle=False)
        elif before.state is FileState.DUPLICATE:
            detail = before.reason or f"{name} is already here."
            self._refuse(number, Refusal(name=name, code="duplicate", detail=detail), detail, before.image_id, settle=False)
        elif before.state is FileState.RECEIVED:
            self._outcomes[number] = FileOutcome(index=before.index, state="received", image_id=before.image_id)

    async def _find_known(self, session: AsyncSession, session_id: UUID) -> None:
        """Answer files of which an image was made already with that image."""
        came = [file.index for number, file, _ in self._files if number not in self._refusals]
        known = await by_upload_index(session, self._place.project_id, session_id, came)
        for number, file, _ in self._files:
            if file.index in known and number not in self._refusals:
                row = known[file.index]
                self._views[number] = image_view(row)
                self._outcomes[number] = FileOutcome(index=file.index, state="received", image_id=row.id)
                self._settled.append(Outcome(file.index or 0, FileState.RECEIVED, image_id=row.id))

    async def _find_duplicates(self, session: AsyncSession) -> None:
        """Refuse files whose bytes the project has already, and all but the first of equal ones."""
        waiting = [entry for entry in self._open() if not entry[1].objection]
        there = await same_content(session, self._place.project_id, [file.sha256 for _, file, _ in waiting]) if waiting else {}
        for number, file, name in waiting:
            if file.sha256 in there:
                image_id, other = there[file.sha256]
                refusal = Refusal(name=name, code="duplicate", detail=f"Didn't add {name}: it is already here as {other}.")
                self._refuse(number, refusal, f"Already here as {other}.", image_id)
            elif row := self._rows.get(number):
                there[file.sha256] = (row.id, row.name)

    def _refuse(self, number: int, refusal: Refusal, reason: str, image_id: UUID | None = None, *, settle: bool = True) -> None:
        index = self._files[number][1].index
        state = FileState.DUPLICATE if refusal.code == "duplicate" else FileState.REFUSED
        self._refusals[number] = refusal
        self._outcomes[number] = FileOutcome(index=index, state=state.value, reason=reason, image_id=image_id)  # type: ignore[arg-type]
        if settle and index is not None:
            self._settled.append(Outcome(index, state, reason, image_id))

    async def store(self, runtime: Runtime) -> None:
        """Put the bytes of the rest into temporary storage."""
        good = [(incoming_key(row.id), self._files[number][1].content) for number, row in self._rows.items() if not row.error]
        self.stored = [key for key, _ in good]
        await runtime.storage.put_many(good)

    async def write(self, session: AsyncSession) -> None:
        """Make the images and their jobs, and note in the session what became of every file."""
        if self._is_checked and self._rows:
            await self._look_again(session)
        fresh = {number: row for number, row in self._rows.items() if number not in self._outcomes}
        moment, place = now(), self._place
        ids = await add_new(session, place.project_id, place.user_id, self._session_id, moment, list(fresh.values()))
        for number, row in fresh.items():
            if row.id in ids:
                self._views[number] = new_image_view(place.project_id, row, moment)
                self._outcomes[number] = FileOutcome(index=row.upload_index, state="received", image_id=row.id)
                if row.upload_index is not None:
                    self._settled.append(Outcome(row.upload_index, FileState.RECEIVED, image_id=row.id))
        if self._session_id is not None and len(ids) < len(fresh):
            await self._find_known(session, self._session_id)
        made = [row for row in fresh.values() if row.id in ids]
        if self._is_checked and made:
            await replace_failed(session, place.project_id, made)
        await self._queue(session, made)
        self.left_over = [row for row in self._rows.values() if row.id not in ids and not row.error]
        if self._is_checked and self._session_id is not None:
            await uploads.settle(session, self._session_id, self._settled)

    async def _look_again(self, session: AsyncSession) -> None:
        """Hold the bytes, so that of equal files that come at the same moment one wins and the others find it."""
        assert self._session_id is not None  # noqa: S101 - only sessions are checked
        await lock_content(session, self._place.project_id, [row.sha256 for row in self._rows.values() if not row.error])
        await self._find_known(session, self._session_id)
        await self._find_duplicates(session)

    async def _queue(self, session: AsyncSession, made: Sequence[NewImage]) -> None:
        if not made:
            return
        place = self._place
        work = [
            NewJob(JobKind.INGEST, place.user_id, place.project_id, image_id=row.id, parameters=place.parameters)
            for row in made if not row.error
        ]  # fmt: skip
        await jobs.add(session, work)
        emit(session, Event(EventType.PROJECT_CHANGED, place.project_id, data={"images": True, "added": len(made)}))
        wake(session, JobKind.INGEST)

    def answer(self) -> UploadAnswer:
        """What became of the files, in their order."""
        views = {view.id: view for _, view in sorted(self._views.items())}
        return UploadAnswer.model_construct(
            accepted=list(views.values()),
            refused=[refusal for _, refusal in sorted(self._refusals.items())],
            files=[outcome for _, outcome in sorted(self._outcomes.items())],
        )
