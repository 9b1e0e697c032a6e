"""Archives: the guarded reader looks at them and unpacks some members at a time, and each member goes the way of every upload.

A worker that dies in the middle and begins anew makes no member twice: the archive's upload session knows which came.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from cellhub_app.core.errors import Unavailable
from cellhub_app.core.limits import MEGABYTE, UNPACK_AT_ONCE, UNPACK_BYTES_AT_ONCE, UNPACK_TIME_LIMIT_S
from cellhub_app.core.runtime import Runtime
from cellhub_app.domain.flows import unpack
from cellhub_app.domain.flows.upload import Incoming, IncomingFile, Place, take_in
from cellhub_app.domain.images.service import display_name
from cellhub_app.domain.jobs.claiming import Claimed
from cellhub_app.domain.schema import Problem
from cellhub_app.domain.uploads.refusals import size_objection
from cellhub_app.domain.uploads.schemas import FileRow
from cellhub_app.models.image import incoming_key
from ml_worker.tasks.outage import insist
from ml_worker.tasks.reader_pool import ReaderPool

SUFFIX = ".zip"


def is_archive(job: Claimed) -> bool:
    """Whether the file of this job is to be unpacked."""
    return (job.image_name or "").lower().endswith(SUFFIX)


class Unpacking:
    """What an ingest job does with an archive."""

    def __init__(self, runtime: Runtime, pool: ReaderPool) -> None:
        self._runtime, self._pool = runtime, pool

    async def work(self, job: Claimed, archive: Path, folder: Path) -> None:
        """Make images of the members, and let the archive's own row go. Raises ImageRefused."""
        assert job.image_id is not None  # noqa: S101 - an ingest job has an image
        archive_id = job.image_id
        task = {"path": str(archive), "name": job.image_name or "the archive"}
        listed = await self._pool.ask({**task, "archive": "list"}, UNPACK_TIME_LIMIT_S)
        members = [_row(member["index"], member["path"], member["size"]) for member in listed["members"]]
        needed = await insist(partial(self._begin, job, archive_id, members), "begin to unpack")
        waiting = [member for member in members if member.index in (needed or ())]
        for some in _rounds(waiting):
            files = await self._files(task, some, folder)
            await insist(partial(self._take, job, archive_id, files), "take in what was unpacked")
            await asyncio.to_thread(_remove, [folder / str(member.index) for member in some])
        if await insist(partial(self._end, job, archive_id), "end unpacking"):
            await self._runtime.storage.delete(incoming_key(archive_id))

    async def _begin(self, job: Claimed, archive_id: UUID, members: Sequence[FileRow]) -> set[int]:
        async with self._runtime.work() as session:
            return await unpack.begin(session, job, archive_id, members)

    async def _end(self, job: Claimed, archive_id: UUID) -> bool:
        async with self._runtime.work() as session:
            return await unpack.end(session, job, archive_id)

    async def _take(self, job: Claimed, archive_id: UUID, files: Sequence[IncomingFile]) -> None:
        place = Place(job.user_id, job.project_id, self._runtime.settings.max_upload_mb)
        await take_in(self._runtime, place, Incoming(files, archive_id))

    async def _files(self, task: dict[str, str], members: Sequence[FileRow], folder: Path) -> list[IncomingFile]:
        """The members unpacked; those that can't be taken with what speaks against them."""
        objections = {member.index: self._objection(member) for member in members}
        good = [index for index, objection in objections.items() if objection is None]
        order = {**task, "archive": "unpack", "indexes": good, "folder": str(folder)}
        answer = await self._pool.ask(order, UNPACK_TIME_LIMIT_S) if good else {"unpacked": {}}
        if "noRoom" in answer:
            raise Unavailable(f"There is no room to unpack {task['name']} now.")
        whole = answer["unpacked"]
        for member in members:
            if objections[member.index] is None and not whole.get(str(member.index)):
                detail = f"Couldn't unpack {member.name}: it is damaged or packed in an unknown way. Pack it again and upload it."
                objections[member.index] = Problem(code="damaged", detail=detail)
        return await asyncio.to_thread(lambda: [_file(member, folder, objections[member.index]) for member in members])

    def _objection(self, member: FileRow) -> Problem | None:
        if member.name.lower().endswith(SUFFIX):
            detail = f"Couldn't take {member.name}: archives inside archives are not unpacked. Upload it by itself."
            return Problem(code="nestedArchive", detail=detail)
        found = size_objection(member.name, member.size, self._runtime.settings.max_upload_mb)
        return Problem(code=found.code, detail=found.detail) if found else None


def _row(index: int, path: str, size: int) -> FileRow:
    clean = path.replace("\0", "").encode("utf-8", "replace").decode()[:4000]
    return FileRow(index, display_name(clean), clean, size)


def _rounds(members: Sequence[FileRow]) -> Iterator[list[FileRow]]:
    """Some members at a time, so that the disk holds little twice."""
    some: list[FileRow] = []
    for member in members:
        if some and (len(some) == UNPACK_AT_ONCE or sum(one.size for one in some) + member.size > UNPACK_BYTES_AT_ONCE):
            yield some
            some = []
        some.append(member)
    if some:
        yield some


def _file(member: FileRow, folder: Path, objection: Problem | None) -> IncomingFile:
    path = folder / str(member.index)
    if objection:
        return IncomingFile(member.name, path, member.size, "", member.index, objection)
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while piece := source.read(MEGABYTE):
            digest.update(piece)
    return IncomingFile(member.name, path, member.size, digest.hexdigest(), member.index)


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
